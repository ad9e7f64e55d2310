"""A European Digital Credential as an attestation for wallets: every claim has its place, nothing is made up."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from base64 import b64encode
from dataclasses import replace
from typing import Any

import pytest

from mikra import messages
from mikra.conversion import sd_jwt_vc, wallet_type
from mikra.errors import InputError, NotAllowedError
from mikra.sealing import sd_jwt
from mikra.sealing.keys import bare_signer
from mikra.sealing.sd_jwt.type_metadata import Deviation, deviations, read_type
from mikra.validation.annex1_elements import DEFINITIONS
from mikra.vocabulary.wallet_claims import EU_TYPE, LEARNING_CREDENTIAL, MICRO_CREDENTIAL, TABLES, table_of
from tests.sealing.sd_jwts import chance
from tests.simulators import europe, wallets
from tests.simulators.wallets import AT, HOLDER_JWK, ISSUER, NAMESPACE


def sealed(projection: sd_jwt_vc.Projection, **changes: Any) -> bytes:
    given = {
        "issuer": ISSUER,
        "signer": wallets.issuer_seal().signer,
        "holder": HOLDER_JWK,
        "at": AT,
        "chance": chance(),
        **changes,
    }
    return sd_jwt_vc.seal(projection, **given)


@pytest.mark.parametrize("name", wallets.EXAMPLES)
def test_our_type_states_all_of_annex_1(name: str) -> None:
    projection = wallets.projection(name)
    assert projection.missing == ()
    stated = {claim.element for claim in MICRO_CREDENTIAL if claim.name in projection.claims}
    assert stated >= {definition.number for definition in DEFINITIONS if definition.mandatory}


def test_our_type_has_a_place_for_every_element() -> None:
    assert {claim.element for claim in MICRO_CREDENTIAL} >= {definition.number for definition in DEFINITIONS}


def test_the_values_are_those_of_the_award() -> None:
    claims = wallets.projection().claims
    assert claims["full_name"] == "Zoë O'Brien"
    assert claims["learner_identification"] == "A-17"
    assert claims["issuing_country"] == "RO"
    assert claims["level_of_learning_experience"] == 6
    assert claims["ects"] == 3
    assert claims["language_of_classes"] == ["en", "ro"]
    assert claims["date_of_expiry"] == "2031-06-01"
    assert claims["category"] == "urn:etsi:esi:eaa:eu:non-qualified"
    assert claims["award_id"] == "urn:uuid:1"
    made = b64encode(wallets.digest(wallets.award())).decode()
    assert claims["edc_digest"] == f"sha256-{made}"


def test_in_another_language() -> None:
    own = wallets.projection(language="ro").claims
    assert own["language"] == "ro"
    assert own["level"] == "CEC, nivelul 6"
    assert wallets.projection("vet-welding-module").claims["language"] == "cs"


EU_NAMES = {
    "family_name",
    "given_name",
    "achievement_title",
    "achievement_description",
    "learning_outcomes",
    "assessment_grade",
    "language_of_classes",
    "learner_identification",
    "expected_study_time",
    "level_of_learning_experience",
    "types_of_quality_assurance",
    "prerequisites_to_enroll",
    "integration_stackability_options",
    "issuing_authority",
    "issuing_country",
    "date_of_issuance",
    "date_of_expiry",
}
EU_MANDATORY = EU_NAMES - {
    "given_name",
    "achievement_description",
    "learning_outcomes",
    "assessment_grade",
    "prerequisites_to_enroll",
    "integration_stackability_options",
}


def test_the_eu_type_exactly() -> None:
    """As the EU's reference issuer lists it."""
    assert {claim.name for claim in LEARNING_CREDENTIAL} == EU_NAMES
    assert {claim.name for claim in LEARNING_CREDENTIAL if claim.mandatory} == EU_MANDATORY
    projection = sd_jwt_vc.learning_credential(wallets.award())
    assert projection.vct == EU_TYPE == "urn:eu.europa.ec.eudi:learning:credential:1"
    assert projection.missing == ()
    assert set(projection.claims) <= EU_NAMES
    opened = sd_jwt.read(sealed(projection))
    assert opened.claims.keys() - {"iss", "vct", "iat", "exp", "cnf"} <= EU_NAMES
    assert "vct#integrity" not in opened.claims


def test_what_lacks_a_mandatory_claim_is_not_sealed_in_the_eu_type() -> None:
    projection = sd_jwt_vc.learning_credential(wallets.award("vet-welding-module"))
    assert [one.claim for one in projection.missing] == ["date_of_expiry"]
    with pytest.raises(InputError) as caught:
        sealed(projection)
    assert caught.value.code == "claim_missing"
    assert "no end of validity" in str(caught.value)


@pytest.mark.parametrize("claim", sorted(EU_MANDATORY))
def test_each_mandatory_claim_has_a_reason_in_every_language(claim: str) -> None:
    for language in messages.LANGUAGES:
        assert messages.text(f"wallet.missing.{claim}", language)


def test_no_number_of_the_learner() -> None:
    row = {"given_name": "Ana", "family_name": "Pop"}
    projection = sd_jwt_vc.learning_credential(wallets.award(row=row))
    assert [one.claim for one in projection.missing] == ["learner_identification"]


def test_only_a_full_name() -> None:
    projection = sd_jwt_vc.learning_credential(wallets.award(row={"full_name": "Zoë", "learner_id": "1"}))
    assert [one.claim for one in projection.missing] == ["family_name"]
    own = wallets.projection(credential=wallets.award(row={"full_name": "Zoë"}))
    assert (own.missing, own.claims["full_name"]) == ((), "Zoë")


def test_what_is_open_and_what_is_concealed() -> None:
    opened = sd_jwt.read(sd_jwt.present(sealed(wallets.projection()), lambda place: False))
    registered = {"iss", "vct", "vct#integrity", "iat", "exp", "cnf"}
    own = {c.name for c in MICRO_CREDENTIAL if c.open}
    arrays = {name for name, value in opened.claims.items() if value == []}
    assert opened.claims.keys() - arrays == registered | (own & opened.claims.keys())
    text = json.dumps(opened.claims, ensure_ascii=False) + opened.jwt.payload.decode()
    for secret in ("Zoë", "Brien", "A-17", "Water quality", "urn:uuid:1", "Sample"):
        assert secret not in text


def test_each_element_of_an_array_by_itself() -> None:
    places = {one.place for one in sd_jwt.read(sealed(wallets.projection())).disclosures}
    assert {("learning_outcomes", number) for number in range(4)} <= places
    assert all(one.within is None for one in sd_jwt.read(sealed(wallets.projection())).disclosures)


def test_the_day_alone() -> None:
    """Copies of one batch must not show by their second that they belong together."""
    claims = sd_jwt.read(sealed(wallets.projection())).claims
    assert claims["iat"] == int(AT.replace(hour=0).timestamp())
    assert claims["exp"] == int(dt.datetime(2031, 6, 1, 12, tzinfo=dt.UTC).timestamp())
    assert "exp" not in sd_jwt.read(sealed(wallets.projection("vet-welding-module"))).claims


def test_no_end_is_made_up() -> None:
    assert "date_of_expiry" not in wallets.projection("vet-welding-module").claims


def test_status_and_holder() -> None:
    place = {"status_list": {"idx": 7, "uri": "https://university.example/status/1"}}
    claims = sd_jwt.read(sealed(wallets.projection(), status=place)).claims
    assert (claims["status"], claims["cnf"]) == (place, {"jwk": HOLDER_JWK})


def test_the_certificate_stands_for_the_issuer() -> None:
    for uri, dns in ((ISSUER, ""), ("", "university.example")):
        assert sealed(wallets.projection(), signer=wallets.issuer_seal(uri=uri, dns=dns).signer)
    for uri, dns in (("", ""), ("https://university.example", ""), ("", "other.example"), ("", "*.example")):
        with pytest.raises(InputError) as caught:
            sealed(wallets.projection(), signer=wallets.issuer_seal(uri=uri, dns=dns).signer)
        assert caught.value.code == "issuer_key_mismatch"


def test_an_issuer_without_an_address() -> None:
    own = bare_signer(europe.key("P-256"))
    with pytest.raises(InputError, match="no address"):
        sealed(wallets.projection(), issuer="urn:university", signer=own, key_id="k1")


def test_after_the_time_of_the_certificate() -> None:
    with pytest.raises(NotAllowedError):
        sealed(wallets.projection(), at=europe.END + dt.timedelta(days=1))


def test_a_key_without_certificate_needs_a_name() -> None:
    own = bare_signer(europe.key("P-256"))
    assert sd_jwt.read(sealed(wallets.projection(), signer=own, key_id="k1")).header["kid"] == "k1"
    with pytest.raises(InputError):
        sealed(wallets.projection(), signer=own)


@pytest.mark.parametrize("namespace", ["", "https://x.example/ns", "http://x.example/ns/", "urn:x/", "https:///"])
def test_a_namespace_that_is_none(namespace: str) -> None:
    with pytest.raises(InputError):
        wallet_type.vct(namespace)


def test_type_metadata() -> None:
    document = wallet_type.metadata(NAMESPACE)
    value = json.loads(document)
    assert value["vct"] == "https://university.example/ns/vct/micro-credential/1"
    assert {one["locale"] for one in value["display"]} == set(messages.LANGUAGES)
    assert next(one["path"] for one in value["claims"] if one["sd"] == "never") == ["issuing_authority"]
    assert {"path": ["learning_outcomes", None], "sd": "always"}.items() <= next(
        one for one in value["claims"] if one["path"] == ["learning_outcomes", None]
    ).items()
    made = b64encode(hashlib.sha256(document).digest()).decode()
    assert sd_jwt.read(sealed(wallets.projection())).claims["vct#integrity"] == f"sha256-{made}"


@pytest.mark.parametrize("name", wallets.EXAMPLES)
def test_what_is_sealed_is_as_its_type_says(name: str) -> None:
    opened = sd_jwt.read(sealed(wallets.projection(name)))
    integrity = str(opened.claims["vct#integrity"])
    metadata = read_type(wallet_type.metadata(NAMESPACE), integrity=integrity)
    assert deviations(opened, metadata) == ()
    nothing = sd_jwt.read(sd_jwt.present(sealed(wallets.projection(name)), lambda place: False))
    assert deviations(nothing, metadata) == ()


def test_what_is_not_as_its_type_says() -> None:
    metadata = read_type(wallet_type.metadata(NAMESPACE))
    whole = wallets.projection()
    laid_open = replace(whole, concealed=whole.concealed - {("full_name",), ("learning_outcomes", None)})
    found = deviations(sd_jwt.read(sealed(laid_open)), metadata)
    assert {(one.kind, one.path) for one in found} == {
        ("open", ("full_name",)),
        ("open", ("learning_outcomes", None)),
    }
    hidden = replace(whole, concealed=whole.concealed | {("issuing_country",), ("learning_outcomes",)})
    found = deviations(sd_jwt.read(sealed(hidden)), metadata)
    assert {(one.kind, one.path) for one in found} == {
        ("concealed", ("issuing_country",)),
        ("concealed", ("learning_outcomes",)),
    }
    other = replace(whole, vct="https://university.example/ns/vct/other/1")
    assert deviations(sd_jwt.read(sealed(other)), metadata) == (Deviation(kind="other"),)
    lacking = replace(whole, claims={k: v for k, v in whole.claims.items() if k != "issuing_authority"})
    assert [one.kind for one in deviations(sd_jwt.read(sealed(lacking)), metadata)] == ["missing"]


@pytest.mark.parametrize(
    "value",
    [
        [],
        {},
        {"vct": 1},
        {"vct": "x", "claims": {}},
        {"vct": "x", "claims": [1]},
        {"vct": "x", "claims": [{"path": []}]},
    ]
    + [{"vct": "x", "claims": [{"path": "a"}]}, {"vct": "x", "claims": [{"path": {"a": 1}}]}]
    + [{"vct": "x", "claims": [{"path": ["a", -1]}]}, {"vct": "x", "claims": [{"path": ["a"], "sd": "maybe"}]}]
    + [{"vct": "x", "claims": [{"path": ["a"], "mandatory": 1}]}],
)
def test_no_type_metadata(value: Any) -> None:
    with pytest.raises(InputError):
        read_type(json.dumps(value).encode())


def test_another_description_than_the_one_named() -> None:
    document = wallet_type.metadata(NAMESPACE)
    good = wallet_type.integrity(document)
    assert read_type(document, integrity=good)
    assert read_type(document, integrity=f"sha999-x {good}")
    for wrong in (wallet_type.integrity(b"x"), "sha999-x", f"{good} sha512-AAAA", "x"):
        with pytest.raises(InputError):
            read_type(document, integrity=wrong)


def test_types_are_known_by_name() -> None:
    assert table_of(EU_TYPE) == LEARNING_CREDENTIAL
    assert table_of("https://anywhere.example/ns/vct/micro-credential/1") == MICRO_CREDENTIAL
    assert table_of("https://anywhere.example/ns/vct/micro-credential/2") == ()
    assert table_of("urn:x/vct/micro-credential/1") == ()
    for table in TABLES.values():
        names = [claim.name for claim in table]
        assert len(set(names)) == len(names)
        for claim in table:
            for language in messages.LANGUAGES:
                assert messages.text(f"wallet.claim.{claim.name}", language)
            if claim.mandatory and claim.name not in ("category", "language", "award_id", "edc_digest"):
                assert messages.text(f"wallet.missing.{claim.name}")

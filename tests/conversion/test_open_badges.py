"""An award as an Open Badge 3.0: the schema's rules, what stands where, and back."""

from __future__ import annotations

import copy
import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest

from mikra.conversion.facts import facts
from mikra.conversion.identity import Identity, Origin, of_key
from mikra.conversion.open_badges import Bearer, form_id, identity_hash, with_proof
from mikra.conversion.wording import languages
from mikra.errors import InputError
from mikra.formats.open_badges import is_badge, read_badge
from mikra.model import Credential, Organisation
from tests.conversion import made
from tests.conversion.badge_rules import complaints

PROOF = {"type": "DataIntegrityProof", "created": "2026-06-01T00:00:00Z", "proofPurpose": "assertionMethod"}


@pytest.mark.parametrize("name", made.EXAMPLES)
def test_every_language_keeps_the_rules_of_the_schema(name: str) -> None:
    credential = made.award(name)
    for language in languages(credential):
        for bearer in (Bearer(), Bearer(salt="s", key="did:key:z6Mk")):
            identity = replace(made.IDENTITY, status=(made.STATUS,), official="Dr Ana Andromeda")
            badge = with_proof(made.badge(credential, language, bearer, identity), PROOF)
            assert list(complaints(badge)) == []
            assert is_badge(badge)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("credentialSubject", "achievement", "criteria"), None),
        (("credentialSubject", "achievement", "name"), ["x"]),
        (("credentialSubject", "achievement", "achievementType"), "Microcredential"),
        (("credentialSubject", "achievement", "inLanguage"), "English"),
        (("credentialSubject", "achievement", "alignment", 0, "targetUrl"), "no address"),
        (("credentialSubject", "achievement", "resultDescription", 0, "id"), None),
        (("credentialSubject", "identifier", 0, "hashed"), "false"),
        (("credentialSubject", "type"), "AchievementSubject"),
        (("issuer", "type"), "Profile"),
        (("issuer", "address", "addressCountryCode"), "ROU"),
        (("validFrom",), "2026-06-01"),
        (("evidence",), {}),
        (("proof",), PROOF),
        (("@context",), ["https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"] * 2),
        (("type",), ["VerifiableCredential"]),
    ],
)
def test_a_fault_is_seen_by_the_rules(path: tuple[Any, ...], value: Any) -> None:
    badge: Any = copy.deepcopy(with_proof(made.badge(made.award()), PROOF))
    place = badge
    for step in path[:-1]:
        place = place[step]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    assert list(complaints(badge))


@pytest.mark.parametrize("name", made.EXAMPLES)
def test_what_stands_where(name: str) -> None:
    credential = made.award(name)
    badge = made.badge(credential)
    subject, achievement = badge["credentialSubject"], badge["credentialSubject"]["achievement"]
    claim = credential.achievement
    assert claim is not None
    spec = claim.specified_by
    assert spec is not None
    assert badge["issuer"]["id"] == made.IDENTITY.issuer
    assert achievement["achievementType"] == "MicroCredential"
    assert achievement["id"] == spec.id
    outcomes = [a for a in achievement["alignment"] if a["targetType"] == "ext:LearningOutcome"]
    assert len(outcomes) == len(spec.learning_outcome)
    assert [a["targetCode"] for a in achievement["alignment"] if a["targetType"] == "ext:EQFLevel"] == [
        spec.eqf_level.code
    ]
    assert subject["result"][0]["resultDescription"] == achievement["resultDescription"][0]["id"]
    assert subject["result"][0]["value"] == "9"
    code, edition = achievement["humanCode"], achievement["version"]
    assert (code, edition) == (made.design(name).code, made.design(name).edition)


def test_it_names_the_award_and_the_sealed_content() -> None:
    credential = made.award()
    origin = Origin.of(b"content", credential=credential.id, award="urn:uuid:1")
    assert origin.hexadecimal == hashlib.sha256(b"content").hexdigest()
    badge = made.badge(credential)
    award, edc = badge["evidence"]
    claim = credential.achievement
    assert claim is not None
    assert award["id"] == claim.id
    assert edc["id"] == credential.id
    assert edc["digestSRI"] == made.origin(credential).integrity
    assert made.origin(credential).hexadecimal in edc["description"]


def test_each_language_is_a_form_of_its_own_with_a_lasting_id() -> None:
    credential = made.award()
    badges = [made.badge(credential, tag) for tag in languages(credential)]
    assert len({badge["id"] for badge in badges}) == len(badges) == 4
    assert badges[0]["id"] == form_id(made.origin(credential), "open-badge-3 en")
    titles = [badge["credentialSubject"]["achievement"]["name"] for badge in badges]
    assert titles == list(credential.title.values())


class TestTheLearner:
    def test_digests_hide_everything_and_only_match_what_one_knows(self) -> None:
        badge = made.badge(made.award(), bearer=Bearer(salt="0f3a"))
        text = json.dumps(badge, ensure_ascii=False)
        assert not any(secret in text for secret in ("O'Brien", "zoe@student", "M0419", "CANARY", "2001"))
        entries = {e["identityType"]: e for e in badge["credentialSubject"]["identifier"]}
        assert all(entry["hashed"] and entry["salt"] == "0f3a" for entry in entries.values())
        assert entries["emailAddress"]["identityHash"] == identity_hash("zoe@student.example", "0f3a")
        assert identity_hash("a@example.com", "s") == "sha256$" + hashlib.sha256(b"a@example.coms").hexdigest()

    def test_a_national_number_never_stands_in_the_clear(self) -> None:
        text = json.dumps(made.badge(made.award()))
        assert "CANARY" not in text
        hidden = made.badge(made.award(), bearer=Bearer(salt="s"))["credentialSubject"]["identifier"]
        kinds = [entry["identityType"] for entry in hidden]
        assert ("nationalIdentityNumber" in kinds) is (made.award().learner.national_id is not None)  # type: ignore[union-attr]

    def test_a_key_of_the_learner_is_the_subject(self) -> None:
        assert made.badge(made.award(), bearer=Bearer(key="did:key:z6Mk"))["credentialSubject"]["id"] == "did:key:z6Mk"


class TestIdentity:
    def test_a_key_gives_a_name(self) -> None:
        from cryptography.hazmat.primitives.asymmetric import ec, rsa

        assert made.IDENTITY.issuer.startswith("did:key:z6Mk")
        assert made.IDENTITY.verification_method.startswith(made.IDENTITY.issuer + "#")
        assert of_key(ec.generate_private_key(ec.SECP256R1()).public_key()).issuer.startswith("did:key:zDn")
        assert of_key(rsa.generate_private_key(65537, 2048).public_key()).issuer.startswith("did:jwk:")

    @pytest.mark.parametrize("issuer", ["", "urn:uuid:1", "http://zed.example/", "zed"])
    def test_no_name_is_refused(self, issuer: str) -> None:
        with pytest.raises(InputError):
            Identity(issuer=issuer)

    @pytest.mark.parametrize("namespace", ["http://zed.example/ns/", "https://zed.example/ns", "https:///ns/", "x/"])
    def test_a_namespace_that_cannot_be_served_is_refused(self, namespace: str) -> None:
        with pytest.raises(InputError):
            Identity(issuer="https://zed.example/", namespace=namespace)


@pytest.mark.parametrize("missing", [{"credential_subject": None}, {"valid_from": ""}])
def test_what_is_no_badge_is_not_made(missing: dict[str, Any]) -> None:
    credential: Credential = replace(made.award(), **missing)
    with pytest.raises(InputError):
        made.badge(credential) if "valid_from" in missing else made.open_badge(
            credential, identity=made.IDENTITY, origin=made.origin(made.award())
        )


@pytest.mark.parametrize("name", made.EXAMPLES)
def test_back_into_the_model(name: str) -> None:
    credential = made.award(name)
    for language in languages(credential):
        back = read_badge(made.badge(credential, language))
        assert back.title[language] == credential.title[language]
        assert back.learner is not None
        assert credential.learner is not None
        assert back.learner.name.best() == credential.learner.name.best()
        stated, found = facts(credential, language), facts(back, language)
        for number in ("2", "3", "5", "6", "9", "o3"):
            assert set(stated[number]) == set(found[number]), number


def test_a_parent_organisation_and_its_register_numbers() -> None:
    credential = made.award()
    issuer = credential.issuing_organisation
    assert issuer is not None
    parent = replace(issuer, id="urn:uuid:parent", sub_organization_of=None)
    badge = made.badge(replace(credential, issuer=replace(issuer, sub_organization_of=parent)))
    assert badge["issuer"]["parentOrg"]["id"] == "urn:uuid:parent"
    assert list(complaints(badge)) == []
    back = read_badge(badge).issuing_organisation
    assert isinstance(back, Organisation)
    assert back.eidas_identifier is not None
    assert back.eidas_identifier.notation == "VATRO-00000000"
    assert back.sub_organization_of is not None

"""One award as an attestation in a file: who issues it, by certificate or by DID; verified, altered and refused."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import pytest
from cryptography import x509

from mikra.conversion.attestation import make, read_holder
from mikra.conversion.forms import Attestation, Award
from mikra.conversion.identity import Identity, of_key
from mikra.conversion.open_badges import Bearer
from mikra.errors import InputError
from mikra.issuance.compose import serialise
from mikra.public_keys import jwk
from mikra.report import Report, Verdict
from mikra.sealing import jades, sd_jwt
from mikra.sealing.keys import Signer
from mikra.trust.certified_names import first_name
from mikra.verification import Policy, verify
from tests.sealing.sd_jwts import chance
from tests.simulators import europe, wallets
from tests.simulators.wallets import AT, HOLDER_JWK, ISSUER, NAMESPACE

NO_NAME = ("", "")


def award(signer: Signer, identity: Identity | None = None, name: str = wallets.EXAMPLES[0]) -> Award:
    key = x509.load_der_x509_certificate(signer.certificate).public_key()
    sealed = jades.seal(serialise(wallets.award(name)), signer=signer, at=AT)
    return Award.of(sealed, identity=identity or of_key(key, namespace=NAMESPACE))


def signer_of(uri: str = ISSUER, dns: str = "university.example") -> Signer:
    return wallets.issuer_seal(uri=uri, dns=dns).signer


def content(kind: Attestation, signer: Signer, identity: Identity | None = None) -> bytes:
    return make(award(signer, identity), kind, at=AT, chance=chance(), signer=signer, holder=HOLDER_JWK).content


def judged(data: bytes, policy: Policy) -> Report:
    (report,) = verify(data, at=AT + dt.timedelta(days=1), policy=policy)
    return report


@pytest.mark.parametrize("kind", Attestation)
def test_the_certificate_names_the_issuer_and_goes_along(kind: Attestation) -> None:
    one = content(kind, signer_of())
    opened = sd_jwt.read(one)
    assert opened.claims["iss"] == ISSUER
    assert "x5c" in opened.header
    assert opened.claims["cnf"] == {"jwk": HOLDER_JWK}
    policy = Policy(anchors=(europe.root().der,))
    assert judged(one, policy).verdict is Verdict.TOTAL_PASSED
    altered = one.replace(b"~", b"~W10", 1)
    assert judged(altered, policy).verdict is Verdict.TOTAL_FAILED


@pytest.mark.parametrize("kind", Attestation)
def test_a_certificate_without_a_name_leaves_it_to_the_did_of_the_key(kind: Attestation) -> None:
    signer = signer_of(*NO_NAME)
    one = content(kind, signer)
    opened = sd_jwt.read(one)
    assert opened.claims["iss"].startswith("did:key:")
    assert "x5c" not in opened.header
    policy = Policy(trusted_issuers=frozenset({opened.claims["iss"]}))
    assert judged(one, policy).verdict is Verdict.TOTAL_PASSED
    assert judged(one, Policy()).verdict is Verdict.INDETERMINATE


def test_a_did_that_was_given_goes_before_the_certificate() -> None:
    named = Identity(issuer="did:web:zed.example", verification_method="did:web:zed.example#k", namespace=NAMESPACE)
    opened = sd_jwt.read(content(Attestation.EU, signer_of(), named))
    assert (opened.claims["iss"], opened.header["kid"]) == ("did:web:zed.example", "did:web:zed.example#k")


@pytest.mark.parametrize(
    ("uri", "dns", "name"),
    [
        (ISSUER, "university.example", ISSUER),
        ("", "university.example", "https://university.example"),
        ("did:web:zed.example", "", "did:web:zed.example"),
        ("urn:x", "*.university.example", ""),
        ("http://university.example", "", ""),
        (*NO_NAME, ""),
    ],
)
def test_the_first_name_of_a_certificate(uri: str, dns: str, name: str) -> None:
    assert first_name(signer_of(uri, dns).certificate) == name


def test_each_missing_claim_is_named_and_nothing_is_sealed() -> None:
    signer = signer_of()
    with pytest.raises(InputError) as caught:
        make(award(signer, name="vet-welding-module"), Attestation.EU, at=AT, chance=chance(), signer=signer)
    assert (caught.value.code, caught.value.where) == ("claim_missing", "date_of_expiry")


def test_the_eus_type_cannot_hide_the_learner() -> None:
    hidden = replace(award(signer_of()), bearer=Bearer(salt="7"))
    assert "Zoë" not in make(hidden, Attestation.OURS, at=AT, chance=chance()).content.decode()
    with pytest.raises(InputError) as caught:
        make(hidden, Attestation.EU, at=AT, chance=chance())
    assert caught.value.where == "bearer"


def test_without_a_key_there_are_the_claims_alone() -> None:
    one = make(award(signer_of()), Attestation.OURS, at=AT, chance=chance())
    assert not one.sealed
    assert json.loads(one.content)["full_name"] == "Zoë O'Brien"
    assert one.name == "sd-jwt-vc.en"


def test_the_key_of_a_wallet_is_public_and_only_that_is_kept() -> None:
    assert read_holder(json.dumps({**HOLDER_JWK, "use": "sig"}).encode(), "k") == HOLDER_JWK
    assert jwk.read(HOLDER_JWK)
    for bad, code in (({**HOLDER_JWK, "d": "AA"}, "key_compromised"), ([], "key_malformed"), ({}, "key_malformed")):
        with pytest.raises(InputError) as caught:
            read_holder(json.dumps(bad).encode(), "k")
        assert caught.value.code == code

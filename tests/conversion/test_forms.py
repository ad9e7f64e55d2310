"""Every form of one sealed credential: made, sealed under every kind of key, verified, altered and refused."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from mikra.conversion import terms
from mikra.conversion.forms import Award, Kind, Made, make
from mikra.conversion.identity import Identity, of_key
from mikra.conversion.loss import Carried
from mikra.errors import InputError
from mikra.formats import baked_png, baked_svg
from mikra.issuance.compose import serialise
from mikra.report import Report, Verdict
from mikra.sealing import jades
from mikra.sealing.certificates import KeyKind
from mikra.sealing.keys import Signer
from mikra.verification import Policy, verify
from tests.conversion import made
from tests.formats.test_baked import PLAIN_PNG, PLAIN_SVG
from tests.issuance import awards
from tests.sealing.test_jades import foreign, header

AT = awards.AT + dt.timedelta(minutes=5)
KINDS = {"EdDSA": KeyKind.ED25519, "ES256": KeyKind.P256, "RS256": KeyKind.RSA3072}
CONTEXT = json.dumps(terms.context(made.NAMESPACE)).encode()


@cache
def signer(algorithm: str, name: str = made.EXAMPLES[0]) -> Signer:
    return awards.signer_for(made.design(name), KINDS[algorithm])


def identity(by: Signer) -> Identity:
    key = x509.load_der_x509_certificate(by.certificate).public_key()
    assert key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return of_key(key, namespace=made.NAMESPACE)  # type: ignore[arg-type]


@cache
def award(algorithm: str, name: str = made.EXAMPLES[0]) -> Award:
    by = signer(algorithm, name)
    sealed = jades.seal(serialise(made.award(name)), signer=by, at=awards.AT)
    return Award.of(sealed, identity=identity(by))


def judged(data: bytes, issuer: str) -> Report:
    policy = Policy(trusted_issuers=frozenset({issuer}), contexts={terms.context_url(made.NAMESPACE): CONTEXT})
    report, *held = verify(data, at=AT + dt.timedelta(days=1), policy=policy)
    assert all(one.verdict is report.verdict for one in held)
    return report


CASES = [(algorithm, kind) for algorithm in KINDS for kind in Kind if (algorithm, kind) != ("RS256", Kind.CLR_2)]


def form(algorithm: str, kind: Kind, name: str = made.EXAMPLES[0], language: str = "") -> Made:
    return make(award(algorithm, name), kind, signer=signer(algorithm, name), at=AT, language=language)


@pytest.mark.parametrize(("algorithm", "kind"), CASES)
def test_every_form_under_every_key_is_genuine_and_altered_it_is_not(algorithm: str, kind: Kind) -> None:
    one = form(algorithm, kind)
    issuer = award(algorithm).identity.issuer
    report = judged(one.content, issuer)
    assert (report.verdict, report.code) == (Verdict.TOTAL_PASSED, "valid")
    if one.ending == "json":
        altered = one.content.replace("Zoë".encode(), "Zoé".encode())
    else:
        head, body, mark = one.content.split(b".")
        altered = b".".join((head, body[:80] + (b"A" if body[80:81] != b"A" else b"B") + body[81:], mark))
    assert altered != one.content
    assert judged(altered, issuer).verdict is Verdict.TOTAL_FAILED
    assert judged(one.content, "did:key:z6Mk").verdict is Verdict.INDETERMINATE


@pytest.mark.parametrize("name", made.EXAMPLES)
def test_one_award_of_each_example_in_every_form_and_language(name: str) -> None:
    for kind in Kind:
        for language in award("EdDSA", name).languages:
            one = form("EdDSA", kind, name, language)
            assert judged(one.content, award("EdDSA", name).identity.issuer).verdict is Verdict.TOTAL_PASSED
            assert one.loss.count(Carried.NONE) == 0


def test_baked_into_both_images_it_is_the_same_credential() -> None:
    one = form("EdDSA", Kind.OPEN_BADGE)
    issuer = award("EdDSA").identity.issuer
    for image in (
        baked_png.bake(PLAIN_PNG, one.content.decode()),
        baked_svg.bake(PLAIN_SVG, one.content.decode()),
    ):
        assert judged(image, issuer).verdict is Verdict.TOTAL_PASSED
        assert judged(image.replace("Zoë".encode(), "Zoé".encode()), issuer).verdict is Verdict.TOTAL_FAILED


def test_names_of_files_and_ids() -> None:
    names = {form("EdDSA", kind).name for kind in Kind}
    assert names == {"open-badge-3.en", "open-badge-3-vc-1.1.en", "vc-2.0", "vc-2.0-jwt", "clr-2.0.en"}
    assert form("EdDSA", Kind.OPEN_BADGE).id == form("ES256", Kind.OPEN_BADGE).id


def test_without_a_key_it_is_not_sealed_and_says_so() -> None:
    one = make(award("EdDSA"), Kind.OPEN_BADGE, at=AT)
    assert not one.sealed
    assert judged(one.content, award("EdDSA").identity.issuer).code == "proof_missing"
    with pytest.raises(InputError):
        make(award("EdDSA"), Kind.CLR_2, at=AT)
    with pytest.raises(InputError) as caught:
        form("RS256", Kind.CLR_2)
    assert caught.value.code == "proof_missing"
    nobodys = replace(award("EdDSA"), credential=replace(award("EdDSA").credential, issuer=None))
    with pytest.raises(InputError) as caught:
        make(nobodys, Kind.CLR_2, signer=signer("EdDSA"), at=AT)
    assert caught.value.code == "proof_missing"


def without(*path: Any) -> bytes:
    """The credential with one member less."""
    document = json.loads(serialise(made.award()))
    inner = document
    for step in path[:-1]:
        inner = inner[step]
    del inner[path[-1]]
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    "payload", [b'{"id":"urn:x"}', without("id"), without("credentialSubject", "hasClaim", 0, "id")]
)
def test_only_a_european_credential_becomes_an_award(payload: bytes) -> None:
    with pytest.raises(InputError) as caught:
        Award.of(jades.seal(payload, signer=signer("ES256"), at=awards.AT), identity=made.IDENTITY)
    assert caught.value.code == "credential_malformed"


def test_only_what_is_whole_under_its_seal_becomes_an_award() -> None:
    file = json.loads(jades.seal(serialise(made.award()), signer=signer("ES256"), at=awards.AT))
    file["payload"] = file["payload"].replace("Zoë", "Zoé")
    altered = json.dumps(file).encode()
    no_objects = [(foreign(header(), payload=payload), "credential_malformed") for payload in ("[]", "5")]
    for bad, code in ((altered, "jws_signature_invalid"), *no_objects, (b"{}", "")):
        with pytest.raises(InputError) as caught:
            Award.of(bad, identity=made.IDENTITY)
        assert code in ("", caught.value.code)


@pytest.mark.parametrize(
    "namespace",
    [
        "http://zed.example/ns/",
        "https://zed.example/ns",
        "https:///ns/",
        "https://zed.example/ns/?a=/",
        "https://zed.example/ns/#a/",
    ],
)
def test_where_our_own_terms_cannot_stand(namespace: str) -> None:
    with pytest.raises(InputError) as caught:
        replace(made.IDENTITY, namespace=namespace)
    assert caught.value.where == "namespace"


def test_a_form_under_our_own_terms_needs_their_address() -> None:
    nowhere = replace(award("EdDSA"), identity=replace(award("EdDSA").identity, namespace=""))
    assert make(nowhere, Kind.OPEN_BADGE, at=AT).content
    with pytest.raises(InputError) as caught:
        make(nowhere, Kind.VC_2, at=AT)
    assert caught.value.where == "namespace"


def test_a_namespace_that_the_verifier_does_not_know_is_unknown_not_false() -> None:
    one = form("EdDSA", Kind.VC_2)
    policy = Policy(trusted_issuers=frozenset({award("EdDSA").identity.issuer}))
    (report,) = verify(one.content, at=AT, policy=policy)
    assert (report.verdict, report.code) == (Verdict.INDETERMINATE, "context_not_allowed")

"""Attestations from wallets, from the bytes to the report: seal, issuer, holder, dates, status, and what is shown."""

from __future__ import annotations

import datetime as dt
import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from mikra.conversion import sd_jwt_vc
from mikra.public_keys import jwk
from mikra.report import Report, Status, Verdict
from mikra.sealing import sd_jwt
from mikra.sealing.keys import Signer, bare_signer
from mikra.sealing.sd_jwt import Kind
from mikra.status import token
from mikra.status.table import Value, pack
from mikra.trust import did, issuer_keys
from mikra.trust.loader import OFFLINE, Loader, Recorded, SnapshotLoader
from mikra.verification import Policy, verify
from mikra.verification.question import NO_SESSION, Session
from tests.sealing.sd_jwts import b64, by_hand, chance, disclosure
from tests.sealing.sd_jwts import digest as digest_of
from tests.simulators import europe, wallets
from tests.simulators.wallets import AT, HOLDER, HOLDER_JWK, ISSUER

ANCHORED = Policy(anchors=(europe.root().der,))
SESSION = Session(nonce="n-1", audience="x509_hash:abc", key_binding=True)
KEY = europe.key("P-256", "published")
LIST = "https://university.example/status/1"


def sealed(projection: sd_jwt_vc.Projection | None = None, **changes: Any) -> bytes:
    given = {
        "issuer": ISSUER,
        "signer": wallets.issuer_seal().signer,
        "holder": HOLDER_JWK,
        "at": AT,
        "chance": chance(),
        **changes,
    }
    return sd_jwt_vc.seal(projection or wallets.projection(), **given)


def judge(
    data: bytes,
    policy: Policy = ANCHORED,
    at: dt.datetime = AT,
    loader: Loader = OFFLINE,
    session: Session = NO_SESSION,
) -> Report:
    (report,) = verify(data, at=at, policy=policy, loader=loader, session=session)
    return report


def bound(data: bytes, **changes: Any) -> bytes:
    given = {"signer": bare_signer(HOLDER), "audience": SESSION.audience, "nonce": SESSION.nonce, "at": AT, **changes}
    return sd_jwt.bind(data, **given)


def tampered(data: bytes) -> bytes:
    """One letter of the seal changed."""
    at = data.index(b"~") - 10
    return data[:at] + (b"A" if data[at : at + 1] != b"A" else b"B") + data[at + 1 :]


def web(answers: Mapping[str, bytes]) -> SnapshotLoader:
    return SnapshotLoader({url: Recorded(read=lambda b=body: b) for url, body in answers.items()})


def x5c(signer: Signer) -> list[str]:
    return [b64encode(c).decode() for c in (signer.certificate, *signer.chain[:-1])]


def test_a_whole_attestation() -> None:
    report = judge(sealed())
    assert (report.verdict, report.code) == (Verdict.TOTAL_PASSED, "valid")
    assert report.check("issuer").status is Status.PASSED
    assert report.check("format").reason.text() == "A sealed credential for a European wallet."
    assert report.credential is not None
    told = {name: stated.text() for name, stated in report.credential.items()}
    assert told["title"] == "Water quality monitoring"
    assert told["learner"] == "Zoë O'Brien"
    assert told["level"] == "EQF level 6"
    assert told["valid_until"] == "1 June 2031"
    assert "Zoë O'Brien" in report.sentence.text()


def test_a_tampered_twin_says_nothing() -> None:
    report = judge(tampered(sealed()))
    assert (report.verdict, report.code) == (Verdict.TOTAL_FAILED, "jws_signature_invalid")
    assert report.credential is None


def test_a_changed_disclosure_belongs_nowhere() -> None:
    token, *made, _ = sealed().split(b"~")
    made[0] = disclosure("family_name", "Smith").encode()
    report = judge(b"~".join([token, *made, b""]))
    assert report.code == "sdjwt_unreferenced_disclosure"


def test_what_is_not_shown_is_told_apart() -> None:
    shown = sd_jwt.present(sealed(), lambda place: place in [("achievement_title",), ("learning_outcomes", 1)])
    report = judge(shown)
    assert report.verdict is Verdict.TOTAL_PASSED
    told = report.as_dict()["credential"]
    assert told["title"]["text"] == "Water quality monitoring"
    assert told["learner"]["text"] == "not shown by the holder"
    assert told["learner"]["shown"] is False
    assert told["grade"]["text"] == "not shown by the holder, or not stated"
    assert told["outcomes"]["text"].startswith("Measure oxygen")
    assert told["outcomes"]["text"].endswith("(others are not shown)")
    assert told["issuer"]["text"] == "University of Zed"
    assert "shown" not in told["issuer"]
    for language in ("ro", "bg", "cs", "lt"):
        assert report.as_dict(language)["credential"]["learner"]["text"] != "not shown by the holder"


def test_what_is_not_stated_is_not_called_hidden() -> None:
    told = judge(sealed(wallets.projection("vet-welding-module"))).as_dict()["credential"]
    assert told["valid_until"]["text"] == "not stated by the issuer"
    eu = judge(sealed(sd_jwt_vc.learning_credential(wallets.award()))).as_dict()["credential"]
    assert eu["awarding_body"]["text"] == "not stated by the issuer"
    assert eu["level"]["text"] == "EQF level 6"
    assert eu["learner"]["text"] == "Zoë O'Brien"


def test_a_foreign_type_is_told_as_far_as_it_uses_the_names() -> None:
    other = replace(wallets.projection(), vct="urn:example:badge:1")
    told = judge(sealed(other)).as_dict()["credential"]
    assert told["title"]["text"] == "Water quality monitoring"


def test_nobody_vouches_for_the_certificate() -> None:
    report = judge(sealed(), policy=Policy())
    assert (report.verdict, report.code) == (Verdict.INDETERMINATE, "seal_not_trusted")
    assert report.check("issuer").status is Status.NOT_CHECKED


@pytest.mark.parametrize(("uri", "dns"), [("https://other.example", ""), ("", "other.example"), ("", "")])
def test_the_certificate_of_somebody_else(uri: str, dns: str) -> None:
    own = wallets.issuer_seal(uri=uri, dns=dns).signer
    claims = {"iss": ISSUER, "vct": "https://university.example/ns/vct/micro-credential/1"}
    data = sd_jwt.issue(claims, signer=own, concealed=(), chance=chance())
    report = judge(data)
    assert (report.verdict, report.code) == (Verdict.TOTAL_FAILED, "issuer_key_mismatch")
    assert judge(data, policy=replace(ANCHORED, proof_only=True)).code == "valid"


def test_a_certificate_without_issuer() -> None:
    data = sd_jwt.issue({"vct": "urn:x"}, signer=wallets.issuer_seal().signer, concealed=(), chance=chance())
    assert judge(data).code == "seal_not_trusted"


def test_the_key_set_of_the_issuer() -> None:
    data = sealed(signer=bare_signer(KEY), key_id="k1")
    document = {"issuer": ISSUER, "jwks": {"keys": [{**jwk.write(KEY.public_key()), "kid": "k1"}]}}
    loader = web({issuer_keys.address_of(ISSUER): json.dumps(document).encode()})
    trusting = Policy(trusted_issuers=frozenset({ISSUER}))
    assert judge(data, policy=trusting, loader=loader).code == "valid"
    assert judge(tampered(data), policy=trusting, loader=loader).code == "jws_signature_invalid"
    assert judge(data, loader=loader).code == "seal_not_trusted"
    assert judge(data, policy=trusting).code == "key_unavailable"
    other = web({issuer_keys.address_of(ISSUER): json.dumps({**document, "issuer": "https://x.example"}).encode()})
    assert judge(data, policy=trusting, loader=other).code == "did_document_id_mismatch"


@pytest.mark.parametrize(
    ("name", "code"),
    [("did:web:university.example:open", "valid"), ("did:web:university.example", "issuer_key_mismatch")],
)
def test_a_did_at_the_address_of_the_issuer(name: str, code: str) -> None:
    data = sealed(signer=bare_signer(KEY), key_id=f"{name}#k1")
    document = did.write(name, [did.PublishedKey(name="k1", key=KEY.public_key())])
    loader = web({did.document_address(name): document})
    assert judge(data, policy=Policy(trusted_issuers=frozenset({name})), loader=loader).code == code


def test_x5c_wins_and_a_thumbprint_must_fit() -> None:
    own = wallets.issuer_seal()
    certificates = [b64encode(own.der).decode()]
    payload = {"iss": ISSUER, "vct": "urn:x"}
    for thumbprint, code in ((sd_jwt.sd_hash(own.der), "jws_signature_invalid"), ("x" * 43, "certificate_mismatch")):
        header = {"x5c": certificates, "x5t#S256": thumbprint, "kid": "did:key:z6Mk#z6Mk"}
        assert judge(by_hand(payload, header=header)).code == code
    for wrong in ([], "x", [1], ["!"], certificates * 11):
        assert judge(by_hand(payload, header={"x5c": wrong})).verdict is Verdict.TOTAL_FAILED


def test_the_holder_proves_it() -> None:
    report = judge(bound(sealed()), session=SESSION)
    assert (report.code, report.check("holder").status) == ("valid", Status.PASSED)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"nonce": "n-2"}, "nonce_mismatch"),
        ({"audience": "x509_hash:other"}, "audience_mismatch"),
        ({"at": AT - dt.timedelta(days=1)}, "proof_too_old"),
        ({"at": AT + dt.timedelta(hours=1)}, "proof_from_future"),
        ({"signer": bare_signer(KEY)}, "holder_binding_invalid"),
    ],
)
def test_the_holder_does_not_prove_it(changes: dict[str, Any], code: str) -> None:
    report = judge(bound(sealed(), **changes), session=SESSION)
    assert (report.verdict, report.code) == (Verdict.TOTAL_FAILED, code)


def test_nothing_was_proven_though_asked() -> None:
    assert judge(sealed(), session=SESSION).code == "holder_binding_missing"
    assert judge(sealed(), session=Session(nonce="n")).code == "holder_binding_missing"
    assert judge(sealed()).code == "valid"


def test_a_proof_for_other_disclosures() -> None:
    proof = bound(sd_jwt.present(sealed(), lambda place: False)).rsplit(b"~", 1)[1]
    assert judge(sealed() + proof, session=SESSION).code == "holder_binding_invalid"
    assert judge(sealed() + proof).code == "holder_binding_invalid"


def test_a_proof_that_nobody_asked_for() -> None:
    report = judge(bound(sealed(), at=AT - dt.timedelta(days=9)))
    assert (report.code, report.check("holder").status) == ("valid", Status.NOT_APPLICABLE)
    assert "x509_hash:abc" in report.check("holder").reason.text()
    assert judge(bound(sealed(), at=AT + dt.timedelta(days=9))).code == "proof_from_future"


@pytest.mark.parametrize(
    "confirmed",
    [None, {}, {"jwk": {}}, {"jwk": "x"}, {"jwk": {**HOLDER_JWK, "d": "x"}}, {"kid": "did:key:zX#zX"}, {"kid": 1}, "x"],
)
def test_a_holder_key_that_cannot_be_used(confirmed: Any) -> None:
    own = wallets.issuer_seal().signer
    claims = {"iss": ISSUER, "vct": "urn:x", **({} if confirmed is None else {"cnf": confirmed})}
    header = b64(json.dumps({"alg": "ES256", "typ": "dc+sd-jwt", "x5c": x5c(own)}).encode())
    covered = f"{header}.{b64(json.dumps(claims).encode())}"
    data = f"{covered}.{b64(own.sign(covered.encode()))}~".encode()
    assert judge(bound(data), session=SESSION).code == "holder_binding_invalid"


def test_a_holder_named_by_a_did() -> None:
    name = did.did_key(HOLDER.public_key())
    claims = {"iss": ISSUER, "vct": "urn:x", "cnf": {"kid": did.key_url(name)}}
    data = sd_jwt.issue(claims, signer=wallets.issuer_seal().signer, concealed=(), chance=chance())
    assert judge(bound(data), session=SESSION).code == "valid"


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"exp": int(AT.timestamp()) - 3600}, "credential_expired"),
        ({"nbf": int(AT.timestamp()) + 3600}, "credential_not_yet_valid"),
        ({"iat": int(AT.timestamp()) + 3600}, "credential_not_yet_valid"),
        ({"date_of_expiry": "2026-05-30"}, "credential_expired"),
        ({"date_of_expiry": "2026-06-01"}, "valid"),
        ({"exp": int(AT.timestamp()) + 3600, "nbf": int(AT.timestamp()) - 3600}, "valid"),
        ({"exp": "soon"}, "credential_malformed"),
        ({"exp": True}, "credential_malformed"),
        ({"date_of_expiry": "1 June"}, "credential_malformed"),
        ({"date_of_expiry": 7}, "credential_malformed"),
        ({"iss": 7}, "credential_malformed"),
    ],
)
def test_dates(claims: dict[str, Any], code: str) -> None:
    given = {"iss": ISSUER, "vct": "urn:x", **claims}
    data = sd_jwt.issue(given, signer=wallets.issuer_seal().signer, concealed=(), chance=chance())
    assert judge(data).code == code


def status_list(signer: Signer, value: Value) -> bytes:
    table = pack(131_072, {value: [5]})
    header = {"alg": signer.algorithm, "typ": "statuslist+jwt", "x5c": x5c(signer)}
    covered = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(token.claims(table, url=LIST, at=AT)).encode())}"
    return f"{covered}.{b64(signer.sign(covered.encode()))}".encode()


@pytest.mark.parametrize(
    ("value", "code"),
    [(Value.VALID, "valid"), (Value.INVALID, "credential_revoked"), (Value.SUSPENDED, "credential_suspended")],
)
def test_status(value: Value, code: str) -> None:
    data = sealed(status={"status_list": {"idx": 5, "uri": LIST}})
    loader = web({LIST: status_list(wallets.issuer_seal().signer, value)})
    assert judge(data, loader=loader).code == code
    assert judge(data).code == "valid_status_unknown"


def test_the_json_form() -> None:
    token_, *made, _ = sealed().decode().split("~")
    protected, payload, signature = token_.split(".")
    value = {"payload": payload, "protected": protected, "signature": signature, "header": {"disclosures": made}}
    assert judge(json.dumps(value).encode()).code == "valid"
    value["signature"] = ("A" if signature[0] != "A" else "B") + signature[1:]
    assert judge(json.dumps(value).encode()).code == "jws_signature_invalid"


W3C = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "type": ["VerifiableCredential"],
    "issuer": "did:web:university.example:open",
    "validFrom": "2026-01-01T00:00:00Z",
    "name": "Data ethics",
    "credentialSubject": {"name": "Zoë", "degree": "BSc"},
}


def w3c(kind: Kind, document: Mapping[str, Any], key: Any, key_id: str) -> bytes:
    paths: set[sd_jwt.Path] = {("credentialSubject", "name")} if "credentialSubject" in document else set()
    return sd_jwt.issue(document, signer=bare_signer(key), concealed=paths, chance=chance(), kind=kind, key_id=key_id)


def test_w3c_credentials_and_presentations() -> None:
    name = str(W3C["issuer"])
    loader = web({did.document_address(name): did.write(name, [did.PublishedKey(name="k", key=KEY.public_key())])})
    trusting = Policy(trusted_issuers=frozenset({name}))
    data = w3c(Kind.W3C_CREDENTIAL, W3C, KEY, f"{name}#k")
    report = judge(data, policy=trusting, loader=loader)
    assert report.code == "valid"
    assert report.credential is not None
    assert report.credential["learner"].text() == "Zoë"
    assert judge(tampered(data), policy=trusting, loader=loader).code == "jws_signature_invalid"
    holder = did.did_key(HOLDER.public_key())
    shown = {
        "@context": W3C["@context"],
        "type": ["VerifiablePresentation"],
        "holder": holder,
        "nonce": "n-1",
        "aud": SESSION.audience,
        "verifiableCredential": [
            {
                "@context": "https://www.w3.org/ns/credentials/v2",
                "type": "EnvelopedVerifiableCredential",
                "id": f"data:application/vc+sd-jwt,{data.decode()}",
            }
        ],
    }
    presented = w3c(Kind.W3C_PRESENTATION, shown, HOLDER, did.key_url(holder))
    asked = Session(nonce="n-1", audience=SESSION.audience)
    assert judge(presented, policy=trusting, loader=loader, session=asked).code == "valid"
    assert judge(tampered(presented), policy=trusting, loader=loader, session=asked).code == "jws_signature_invalid"
    for changes, code in (
        ({"nonce": "x"}, "nonce_mismatch"),
        ({"aud": "x"}, "audience_mismatch"),
        ({"holder": name}, "holder_binding_invalid"),
        ({"iat": int(AT.timestamp()) - 9999}, "proof_too_old"),
        ({"iat": int(AT.timestamp()) + 9999}, "proof_from_future"),
    ):
        wrong = w3c(Kind.W3C_PRESENTATION, {**shown, **changes}, HOLDER, did.key_url(holder))
        assert judge(wrong, policy=trusting, loader=loader, session=asked).code == code
    empty = w3c(Kind.W3C_PRESENTATION, {**shown, "verifiableCredential": []}, HOLDER, did.key_url(holder))
    assert judge(empty, policy=trusting, loader=loader, session=asked).verdict is not Verdict.TOTAL_FAILED
    issuing = {**shown, "verifiableCredential": [], "credentialSubject": {"name": "Eve"}}
    forged = w3c(Kind.W3C_PRESENTATION, issuing, HOLDER, did.key_url(holder))
    assert judge(forged, policy=trusting, loader=loader, session=asked).code == "credential_malformed"


def test_a_holder_whose_key_is_no_longer_his() -> None:
    name, ended = "did:web:holder.example", AT - dt.timedelta(days=1)
    shown = {
        "@context": W3C["@context"],
        "type": ["VerifiablePresentation"],
        "holder": name,
        "verifiableCredential": [],
    }
    text = w3c(Kind.W3C_PRESENTATION, shown, HOLDER, f"{name}#k")
    for expires, refused in ((None, False), (ended, True)):
        purposes = frozenset({did.AUTHENTICATION})
        key = did.PublishedKey(name="k", key=HOLDER.public_key(), purposes=purposes, expires=expires)
        report = judge(text, loader=web({did.document_address(name): did.write(name, [key])}))
        assert (report.code == "holder_binding_invalid") is refused


@pytest.mark.parametrize(
    ("typ", "payload"),
    [("vc+sd-jwt", {"a": 1}), ("vp+sd-jwt", W3C), ("vc+sd-jwt", {**W3C, "vc": {}}), ("dc+sd-jwt", W3C)],
)
def test_no_content(typ: str, payload: dict[str, Any]) -> None:
    assert judge(by_hand(payload, header={"typ": typ})).code == "credential_malformed"


def test_a_digest_within_what_must_be_open() -> None:
    made = disclosure("x", 1)
    payload = {"vct": "urn:x", "status": {"_sd": [digest_of(made)]}}
    assert judge(by_hand(payload, made)).code == "sdjwt_reserved_claim"

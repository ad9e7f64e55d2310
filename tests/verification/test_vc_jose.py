"""Credentials and presentations under JWS: whose key, when, for whom; each yes with a twin that is no."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from mikra.public_keys import jwk
from mikra.report import Report, Status, Verdict
from mikra.sealing import vc_jose
from mikra.sealing.keys import bare_signer
from mikra.trust import did
from mikra.trust.loader import OFFLINE
from mikra.verification import Policy, verify
from mikra.verification.question import NO_SESSION, Session
from tests.simulators import authorities, issuers, wallets
from tests.simulators.issuers import AT, CURRENT, HOLDER, HOLDER_DID, HOLDER_KEY, UNIVERSITY, credential, sealed
from tests.verification.test_status import entry, list_credential

ASKED = Session(nonce="n-1", audience="https://verifier.example.test")
TRUSTED = frozenset({UNIVERSITY})


def reports(data: bytes, *, session: Session = NO_SESSION, loader: Any = None, **policy: Any) -> tuple[Report, ...]:
    policy = {"trusted_issuers": TRUSTED, **policy}
    web = issuers.web() if loader is None else loader
    return verify(data, at=AT, policy=Policy(**policy), loader=web, session=session)


def code(data: bytes, **asked: Any) -> str:
    (report,) = reports(data, **asked)
    return report.code


class TestCredentials:
    def test_genuine(self) -> None:
        (report,) = reports(sealed())
        assert (report.verdict, report.code) == (Verdict.TOTAL_PASSED, "valid")
        assert report.check("issuer").status is Status.PASSED

    def test_nobody_named_it_as_trusted(self) -> None:
        assert code(sealed(), trusted_issuers=frozenset()) == "seal_not_trusted"

    def test_another_byte_another_key_another_issuer(self) -> None:
        token = sealed()
        head, _, tail = token.split(b".")
        swapped = sealed(credential(name="Another")).split(b".")[1]
        assert code(b".".join((head, swapped, tail))) == "jws_signature_invalid"
        assert code(sealed(key=issuers.LISTS)) == "jws_signature_invalid"
        assert code(sealed(credential(issuer="did:web:other.example.test"))) == "issuer_key_mismatch"
        assert code(sealed(credential(issuer={"id": "did:web:other.example.test"}))) == "issuer_key_mismatch"
        assert code(sealed(), loader=OFFLINE) == "key_unavailable"

    def test_proof_only_says_that_it_did_not_ask(self) -> None:
        (report,) = reports(sealed(credential(issuer="did:web:other.example.test")), proof_only=True)
        assert report.check("issuer").status is Status.NOT_APPLICABLE

    @pytest.mark.parametrize("key", [CURRENT, HOLDER, ec.derive_private_key(9, ec.SECP384R1())])
    @pytest.mark.parametrize("name_of", [did.did_key, did.did_jwk])
    def test_names_that_hold_their_key(self, key: Any, name_of: Any) -> None:
        name = name_of(key.public_key())
        value = credential(issuer=name)
        named = vc_jose.seal_credential(value, signer=bare_signer(key), at=AT, key_id=did.key_url(name))
        unnamed = issuers.raw({"typ": "vc+jwt"}, value, bare_signer(key))
        for token in (named, unnamed):
            assert code(token, trusted_issuers=frozenset({name}), loader=OFFLINE) == "valid"
            assert code(token[:-4] + b"AAAA", trusted_issuers=frozenset({name}), loader=OFFLINE) != "valid"

    def test_a_relative_name_of_a_key_belongs_to_the_issuer(self) -> None:
        signer = bare_signer(CURRENT)
        assert code(issuers.raw({"typ": "vc+jwt", "kid": "#now"}, credential(), signer)) == "valid"
        assert code(issuers.raw({"typ": "vc+jwt", "kid": "now"}, credential(), signer)) == "valid"
        assert code(issuers.raw({"typ": "vc+jwt", "kid": "#none"}, credential(), signer)) == "key_not_found"
        assert code(issuers.raw({"typ": "vc+jwt"}, credential(issuer="urn:x"), signer)) == "key_not_found"

    def test_an_https_issuer_publishes_a_key_set(self) -> None:
        issuer = "https://issuer.example.test"
        keys = {"issuer": issuer, "jwks": {"keys": [{**jwk.write(CURRENT.public_key()), "kid": "1"}]}}
        loader = issuers.web({f"{issuer}/.well-known/jwt-vc-issuer": json.dumps(keys).encode()})
        asked = {"loader": loader, "trusted_issuers": frozenset({issuer})}
        signer = bare_signer(CURRENT)
        assert code(issuers.raw({"typ": "vc+jwt", "kid": "1"}, credential(issuer=issuer), signer), **asked) == "valid"
        assert code(issuers.raw({"typ": "vc+jwt"}, credential(issuer=issuer), signer), **asked) == "valid"
        other = issuers.raw({"typ": "vc+jwt", "kid": "2"}, credential(issuer=issuer), signer)
        assert code(other, **asked) == "key_not_found"
        wrong = issuers.raw({"typ": "vc+jwt", "kid": "1"}, credential(issuer=issuer), bare_signer(issuers.LISTS))
        assert code(wrong, **asked) == "jws_signature_invalid"

    def test_a_certificate_in_the_header(self) -> None:
        holder = authorities.seal()
        token = vc_jose.seal_credential(credential(), signer=holder.signer, at=AT)
        (report,) = reports(token, anchors=(authorities.root().der,))
        assert report.check("seal.integrity").status is Status.PASSED
        assert report.check("seal.certificate").status is Status.PASSED
        assert code(token) == "seal_not_trusted"
        assert code(token[:-8] + b"AAAAAAAA") == "jws_signature_invalid"
        header = {"typ": "vc+jwt", "x5c": ["AAAA"]}
        assert code(issuers.raw(header, credential(), bare_signer(CURRENT))) == "key_malformed"

    def test_a_certificate_that_stands_for_the_issuer(self) -> None:
        holder = wallets.issuer_seal(uri=UNIVERSITY)
        anchors = (authorities.root().der,)
        own = vc_jose.seal_credential(credential(), signer=holder.signer, at=AT)
        assert code(own, anchors=anchors) == "valid"
        other = credential(issuer="did:web:other.example.test")
        sealed_for_other = vc_jose.seal_credential(other, signer=holder.signer, at=AT)
        assert code(sealed_for_other, anchors=anchors) == "seal_not_trusted"

    @pytest.mark.parametrize("kind", ["openid4vci-proof+jwt", "vp+jwt", "jwt", "", "at+jwt", "vc+sd-jwt"])
    def test_a_seal_for_another_purpose(self, kind: str) -> None:
        header = {"kid": f"{UNIVERSITY}#now", **({"typ": kind} if kind else {})}
        token = issuers.raw(header, credential(), bare_signer(CURRENT))
        assert code(token) in ("jws_typ_mismatch", "key_purpose_mismatch")

    @pytest.mark.parametrize(
        "header",
        [
            {"jwk": jwk.write(CURRENT.public_key())},
            {"jku": "https://university.example.test/keys"},
            {"x5u": "https://university.example.test/chain"},
            {"b64": True},
            {"zip": "DEF"},
        ],
        ids=lambda header: next(iter(header)),
    )
    def test_headers_that_bring_a_key_or_change_the_reading(self, header: dict[str, Any]) -> None:
        header = {"typ": "vc+jwt", "kid": f"{UNIVERSITY}#now", **header}
        assert code(issuers.raw(header, credential(), bare_signer(CURRENT))) == "jws_header_not_allowed"

    @pytest.mark.parametrize(
        "changes",
        [
            {"vc": {"type": "VerifiableCredential"}},
            {"vp": "nooo"},
            {"iss": "did:web:other.example.test"},
            {"jti": "urn:uuid:other"},
            {"sub": "did:example:other"},
            {"exp": "soon"},
            {"exp": True},
            {"iss": 7},
            {"aud": [7]},
            {"type": "Something"},
        ],
    )
    def test_content_that_contradicts_its_seal(self, changes: dict[str, Any]) -> None:
        assert code(sealed({**credential(), "iss": UNIVERSITY})) == "valid"
        header = {"typ": "vc+jwt", "kid": f"{UNIVERSITY}#now"}
        token = issuers.raw(header, {**credential(), **changes}, bare_signer(CURRENT))
        assert code(token) == "credential_malformed"

    def test_a_claim_in_the_header_is_that_of_the_content(self) -> None:
        header = {"typ": "vc+jwt", "kid": f"{UNIVERSITY}#now", "iss": UNIVERSITY}
        assert code(issuers.raw(header, {**credential(), "iss": UNIVERSITY}, bare_signer(CURRENT))) == "valid"
        token = issuers.raw(header, {**credential(), "iss": "did:web:other.example.test"}, bare_signer(CURRENT))
        assert code(token) == "credential_malformed"

    def test_the_seal_narrows_the_dates(self) -> None:
        header = {"typ": "vc+jwt", "kid": f"{UNIVERSITY}#now"}

        def token(**claims: Any) -> bytes:
            return issuers.raw(
                header, {**credential(validUntil="2027-01-01T00:00:00Z"), **claims}, bare_signer(CURRENT)
            )

        past, future = int((AT - timedelta(days=1)).timestamp()), int((AT + timedelta(days=1)).timestamp())
        assert code(token(exp=future, nbf=past)) == "valid"
        assert code(token(exp=past)) == "credential_expired"
        assert code(token(nbf=future)) == "credential_not_yet_valid"
        assert code(token(exp=1900000000)) == "valid"


class TestTheLifeOfAKey:
    @pytest.mark.parametrize(
        ("name", "key", "at", "expected"),
        [
            ("retired", issuers.RETIRED, datetime(2025, 3, 1, tzinfo=UTC), "valid_key_retired_later"),
            ("retired", issuers.RETIRED, datetime(2026, 1, 1, tzinfo=UTC), "key_retired_before_sealing"),
            ("lost", issuers.LOST, datetime(2026, 2, 1, tzinfo=UTC), "seal_time_not_proven"),
            ("lost", issuers.LOST, datetime(2026, 3, 1, tzinfo=UTC), "key_compromised"),
            ("now", CURRENT, AT + timedelta(minutes=10), "credential_not_yet_valid"),
            ("login", issuers.LOGIN, AT, "key_purpose_mismatch"),
        ],
    )
    def test_when_it_was_sealed_counts(self, name: str, key: Any, at: datetime, expected: str) -> None:
        value = credential(validFrom="2025-01-01T00:00:00Z")
        assert code(sealed(value, key=key, name=name, at=at)) == expected

    @pytest.mark.parametrize(
        ("name", "key", "at", "expected"),
        [
            ("now", CURRENT, AT, "seal_not_trusted"),
            ("retired", issuers.RETIRED, datetime(2025, 3, 1, tzinfo=UTC), "seal_not_trusted"),
            ("lost", issuers.LOST, datetime(2026, 2, 1, tzinfo=UTC), "seal_not_trusted"),
            ("lost", issuers.LOST, datetime(2026, 3, 1, tzinfo=UTC), "key_compromised"),
        ],
    )
    @pytest.mark.parametrize("proof_only", [True, False])
    def test_of_somebody_whom_nobody_named(
        self, name: str, key: Any, at: datetime, expected: str, proof_only: bool
    ) -> None:
        """Also where only the seal is judged: what is false is said before what is unknown."""
        token = sealed(credential(validFrom="2025-01-01T00:00:00Z"), key=key, name=name, at=at)
        (report,) = reports(token, trusted_issuers=frozenset(), proof_only=proof_only)
        assert (report.code, report.check("seal.certificate").code) == (expected, expected)
        issuer = report.check("issuer")
        told = (Status.NOT_APPLICABLE, "") if proof_only else (Status.NOT_CHECKED, "seal_not_trusted")
        assert (issuer.status, issuer.code) == told

    def test_the_reason_says_when_the_key_ended(self) -> None:
        for name, key, ended in (
            ("retired", issuers.RETIRED, issuers.RETIRED_ON),
            ("lost", issuers.LOST, issuers.LOST_ON),
        ):
            token = sealed(
                credential(validFrom="2025-01-01T00:00:00Z"), key=key, name=name, at=ended - timedelta(days=9)
            )
            (report,) = reports(token)
            assert f"{ended.day} {ended:%B %Y}" in report.check("seal.certificate").reason.text()

    def test_without_a_time_of_sealing_the_dates_speak(self) -> None:
        header = {"typ": "vc+jwt", "kid": f"{UNIVERSITY}#retired"}
        signer = bare_signer(issuers.RETIRED)
        assert (
            code(issuers.raw(header, credential(validFrom="2025-03-01T00:00:00Z"), signer)) == "valid_key_retired_later"
        )
        assert code(issuers.raw(header, credential(), signer)) == "key_retired_before_sealing"
        undated = credential()
        del undated["validFrom"]
        assert code(issuers.raw(header, undated, signer)) == "key_retired_before_sealing"

    def test_before_the_key_was_lost_it_counts(self) -> None:
        token = sealed(key=issuers.LOST, name="lost", at=datetime(2026, 2, 1, tzinfo=UTC))
        earlier = datetime(2026, 2, 2, tzinfo=UTC)
        (report,) = verify(token, at=earlier, policy=Policy(trusted_issuers=TRUSTED), loader=issuers.web())
        assert report.code == "valid"


class TestVersion1:
    VALUE = {
        "@context": ["https://www.w3.org/2018/credentials/v1"],
        "id": "urn:uuid:1",
        "type": ["VerifiableCredential"],
        "issuer": {"id": UNIVERSITY, "name": "University"},
        "issuanceDate": "2026-01-01T00:00:00Z",
        "expirationDate": "2027-01-01T00:00:00Z",
        "credentialSubject": {"id": HOLDER_DID, "name": "Ana"},
    }

    def token(self, **changes: Any) -> bytes:
        """The payload as we write it, with changes; None leaves one out."""
        written = json.loads(_payload(sealed(self.VALUE)))
        payload = {k: v for k, v in {**written, **changes}.items() if v is not None}
        return issuers.raw({"typ": "JWT", "kid": f"{UNIVERSITY}#now"}, payload, bare_signer(CURRENT))

    def test_genuine(self) -> None:
        token = sealed(self.VALUE)
        claims = json.loads(_payload(token))
        assert (claims["iss"], claims["sub"], claims["jti"]) == (UNIVERSITY, HOLDER_DID, "urn:uuid:1")
        assert claims["nbf"] == 1767225600
        assert code(token) == "valid"

    def test_what_only_the_claims_say_counts(self) -> None:
        bare = {"@context": self.VALUE["@context"], "type": self.VALUE["type"], "credentialSubject": {"name": "Ana"}}
        (report,) = reports(self.token(vc=bare))
        assert report.code == "valid"
        assert code(self.token(vc=bare, exp=1770000000)) == "credential_expired"
        assert code(self.token(vc=bare, nbf=1990000000, exp=None)) == "credential_not_yet_valid"
        assert code(self.token(vc=bare, iss="did:web:other.example.test")) == "issuer_key_mismatch"

    @pytest.mark.parametrize(
        "changes",
        [
            {"iss": "did:web:other.example.test"},
            {"jti": "urn:uuid:2"},
            {"sub": "did:example:2"},
            {"nbf": 1767225601},
            {"exp": 1},
            {"vc": "oops"},
            {"vc": credential()},
            {"vc": VALUE | {"@context": ["https://www.w3.org/ns/credentials/v2"]}},
            {"vc": VALUE | {"@context": "https://www.w3.org/ns/credentials/v2"}},
            {"vc": {name: value for name, value in VALUE.items() if name != "@context"}},
            {"vc": VALUE | {"credentialSubject": HOLDER_DID}},
            {"vp": {"@context": "https://www.w3.org/2018/credentials/v1"}},
        ],
    )
    def test_claims_and_members_say_the_same(self, changes: dict[str, Any]) -> None:
        assert code(self.token(**changes)) == "credential_malformed"

    def test_version_1_is_not_version_2(self) -> None:
        payload = json.loads(_payload(sealed(self.VALUE)))
        token = issuers.raw({"typ": "vc+jwt", "kid": f"{UNIVERSITY}#now"}, payload, bare_signer(CURRENT))
        assert code(token) == "credential_malformed"

    def test_a_presentation(self) -> None:
        vp = {
            "@context": ["https://www.w3.org/2018/credentials/v1"],
            "type": ["VerifiablePresentation"],
            "verifiableCredential": [sealed(self.VALUE).decode()],
        }
        payload = {"iss": HOLDER_DID, "aud": ASKED.audience, "nonce": "n-1", "vp": vp}
        token = issuers.raw({"typ": "JWT", "kid": HOLDER_KEY}, payload, bare_signer(HOLDER))
        assert code(token, session=ASKED) == "valid"
        assert code(token, session=Session(nonce="n-2")) == "nonce_mismatch"
        stolen = issuers.raw({"typ": "JWT", "kid": HOLDER_KEY}, {**payload, "iss": UNIVERSITY}, bare_signer(HOLDER))
        assert code(stolen, session=ASKED) == "holder_binding_invalid"


class TestPresentations:
    def shown(self, *tokens: bytes, key: Any = HOLDER, key_id: str = HOLDER_KEY, **changes: Any) -> bytes:
        claims = {name: changes.pop(name) for name in ("nonce", "audience", "expires") if name in changes}
        value = issuers.presentation(*(tokens or (sealed(),)), **changes)
        asked = {"nonce": ASKED.nonce, "audience": ASKED.audience, **claims}
        return vc_jose.seal_presentation(value, signer=bare_signer(key), at=AT, key_id=key_id, **asked)

    def test_each_credential_is_judged_and_the_holder_with_it(self) -> None:
        first, second = reports(self.shown(sealed(), sealed(credential(name="Other"))), session=ASKED)
        assert (first.code, second.code) == ("valid", "valid")
        assert first.check("holder").status is Status.PASSED

    def test_a_bad_credential_inside_is_found(self) -> None:
        bad = sealed()[:-4] + b"AAAA"
        first, second = reports(self.shown(sealed(), bad), session=ASKED)
        assert first.code == "valid"
        assert second.code in ("jws_signature_invalid", "base64url_not_canonical")

    @pytest.mark.parametrize(
        ("changes", "session", "expected"),
        [
            ({"nonce": "n-2"}, ASKED, "nonce_mismatch"),
            ({"nonce": ""}, ASKED, "nonce_mismatch"),
            ({"audience": "https://other.example.test"}, ASKED, "audience_mismatch"),
            ({"audience": ""}, ASKED, "audience_mismatch"),
            ({"expires": AT - timedelta(minutes=6)}, ASKED, "proof_too_old"),
            ({"holder": "did:web:other.example.test"}, ASKED, "holder_binding_invalid"),
            ({"key": CURRENT}, ASKED, "jws_key_type_mismatch"),
            ({"key_id": f"{UNIVERSITY}#now", "key": CURRENT, "holder": UNIVERSITY}, ASKED, "key_purpose_mismatch"),
            ({"key_id": f"{UNIVERSITY}#login", "key": issuers.LOGIN, "holder": UNIVERSITY}, ASKED, "valid"),
        ],
    )
    def test_what_the_holder_must_prove(self, changes: dict[str, Any], session: Session, expected: str) -> None:
        assert code(self.shown(**changes), session=session) == expected

    def test_who_shows_it_is_the_subject_where_that_is_demanded(self) -> None:
        demanded = Session(nonce=ASKED.nonce, audience=ASKED.audience, key_binding=True)
        assert code(self.shown(), session=demanded) == "valid"
        other = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))
        name = did.did_key(other.public_key())
        shown = self.shown(key=other, key_id=did.key_url(name), holder=name)
        assert code(shown, session=demanded) == "holder_binding_invalid"
        (report,) = reports(shown, session=ASKED)
        assert report.code == "valid"

    def test_what_was_not_sealed_by_a_holder_proves_no_holder(self) -> None:
        assert code(json.dumps(issuers.presentation(sealed())).encode()) == "valid"
        assert code(json.dumps(issuers.presentation(sealed())).encode(), session=ASKED) == "holder_binding_missing"
        assert code(sealed(), session=ASKED) == "holder_binding_missing"

    def test_an_old_and_a_future_proof(self) -> None:
        for minutes, expected in ((-11, "proof_too_old"), (6, "proof_from_future")):
            at = AT + timedelta(minutes=minutes)
            token = vc_jose.seal_presentation(
                issuers.presentation(sealed()),
                signer=bare_signer(HOLDER),
                at=at,
                key_id=HOLDER_KEY,
                nonce=ASKED.nonce,
                audience=ASKED.audience,
            )
            assert code(token, session=ASKED) == expected

    @pytest.mark.parametrize(
        ("life", "expected"),
        [
            ({}, "valid"),
            ({"expires": AT - timedelta(minutes=2)}, "valid"),
            ({"expires": AT - timedelta(minutes=9)}, "holder_binding_invalid"),
            ({"revoked": AT - timedelta(minutes=9)}, "holder_binding_invalid"),
        ],
    )
    def test_a_holder_whose_key_is_no_longer_his(self, life: dict[str, datetime], expected: str) -> None:
        name = "did:web:holder.example.test"
        key = did.PublishedKey(name="k", key=HOLDER.public_key(), purposes=frozenset({did.AUTHENTICATION}), **life)
        loader = issuers.web({did.document_address(name): did.write(name, [key])})
        token = vc_jose.seal_presentation(
            issuers.presentation(sealed(), holder=name),
            signer=bare_signer(HOLDER),
            at=AT - timedelta(minutes=5),
            key_id=f"{name}#k",
            nonce=ASKED.nonce,
            audience=ASKED.audience,
        )
        assert code(token, session=ASKED, loader=loader) == expected

    def test_presentations_in_envelopes_in_presentations(self) -> None:
        token = self.shown()
        enveloped = {
            "@context": "https://www.w3.org/ns/credentials/v2",
            "id": f"data:application/vp+jwt,{token.decode()}",
            "type": "EnvelopedVerifiablePresentation",
        }
        assert code(json.dumps(enveloped).encode(), session=ASKED) == "valid"
        deep = token
        for _ in range(4):
            value = issuers.presentation(deep)
            value["verifiableCredential"][0] |= {"type": "EnvelopedVerifiablePresentation"}
            value["verifiableCredential"][0]["id"] = f"data:application/vp+jwt,{deep.decode()}"
            deep = vc_jose.seal_presentation(value, signer=bare_signer(HOLDER), at=AT, key_id=HOLDER_KEY)
        assert code(deep) == "json_too_deep"

    @pytest.mark.parametrize(
        "changes",
        [
            {"type": ["VerifiablePresentation", "VerifiableCredential"]},
            {"issuer": UNIVERSITY},
            {"credentialSubject": {"id": HOLDER_DID, "name": "Eve"}},
            credential(type=["VerifiablePresentation", "VerifiableCredential"]),
            credential(type=["EnvelopedVerifiablePresentation"]),
            {"type": ["EnvelopedVerifiablePresentation"]},
        ],
    )
    def test_a_key_for_signing_in_issues_nothing(self, changes: dict[str, Any]) -> None:
        """Not as a presentation either, that shows nothing and looks like a credential."""
        shown = {**issuers.presentation(), "holder": UNIVERSITY, "verifiableCredential": []}
        header = {"typ": "vp+jwt", "kid": f"{UNIVERSITY}#login"}
        signer = bare_signer(issuers.LOGIN)
        assert code(issuers.raw(header, shown, signer)) == "valid"
        assert code(issuers.raw(header, {**shown, **changes}, signer)) == "credential_malformed"

    def test_nor_by_the_claim_of_version_1(self) -> None:
        header = {"typ": "JWT", "kid": f"{UNIVERSITY}#login"}
        shown = {"@context": TestVersion1.VALUE["@context"], "type": ["VerifiablePresentation"]}
        signer = bare_signer(issuers.LOGIN)
        assert code(issuers.raw(header, {"iss": UNIVERSITY, "vp": shown}, signer)) == "valid"
        forged = TestVersion1.VALUE
        for kinds in (["VerifiableCredential"], ["VerifiablePresentation", "VerifiableCredential"]):
            token = issuers.raw(header, {"iss": UNIVERSITY, "vp": {**forged, "type": kinds}}, signer)
            assert code(token) == "credential_malformed"
        assert code(issuers.raw(header, {"iss": UNIVERSITY, "vc": forged}, signer)) == "key_purpose_mismatch"
        listed = {**forged, **list_credential(7), "id": TestStatusLists.URL}
        body = issuers.raw(header, {"iss": UNIVERSITY, "vp": listed}, signer)
        assert TestStatusLists().answer(body) == "status_list_malformed"

    def test_an_empty_presentation_proves_its_holder_alone(self) -> None:
        (report,) = reports(self.shown(verifiableCredential=[]), session=ASKED, trusted_issuers=frozenset({HOLDER_DID}))
        assert report.code == "valid"
        assert report.check("issuer").status is Status.PASSED
        assert code(self.shown(verifiableCredential=[], nonce="n-2"), session=ASKED) == "nonce_mismatch"


class TestStatusLists:
    URL = "https://university.example.test/status/1"

    def list_of(self, *places: int, key: Any = CURRENT, name: str = "now", **changes: Any) -> bytes:
        value = list_credential(*places) | {"id": self.URL, "issuer": UNIVERSITY, **changes}
        return sealed({"@context": ["https://www.w3.org/ns/credentials/v2"], **value}, key=key, name=name)

    def answer(self, body: bytes, token: bytes | None = None, **policy: Any) -> str:
        token = token or sealed(credential(credentialStatus=entry(url=self.URL)))
        return code(token, loader=issuers.web({self.URL: body}), **policy)

    def test_the_issuers_own_list(self) -> None:
        assert self.answer(self.list_of(7)) == "valid"
        assert self.answer(self.list_of(42)) == "credential_revoked"

    def test_a_key_kept_for_lists(self) -> None:
        assert self.answer(self.list_of(7, key=issuers.LISTS, name="lists")) == "valid"
        assert self.answer(self.list_of(42, key=issuers.LISTS, name="lists")) == "credential_revoked"

    def test_a_list_under_another_key_proves_nothing(self) -> None:
        other = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))
        name = did.did_key(other.public_key())
        value = list_credential(7) | {
            "id": self.URL,
            "issuer": name,
            "@context": ["https://www.w3.org/ns/credentials/v2"],
        }
        foreign = vc_jose.seal_credential(value, signer=bare_signer(other), at=AT, key_id=did.key_url(name))
        assert self.answer(foreign) == "status_list_issuer_mismatch"
        claiming = vc_jose.seal_credential(
            value | {"issuer": UNIVERSITY}, signer=bare_signer(other), at=AT, key_id=did.key_url(name)
        )
        assert self.answer(claiming) == "status_list_issuer_mismatch"
        assert self.answer(self.list_of(7, issuer=name)) == "status_list_issuer_mismatch"

    def test_a_list_under_a_key_that_ended_proves_nothing(self) -> None:
        assert self.answer(self.list_of(7, key=issuers.RETIRED, name="retired")) == "valid_status_unknown"
        assert self.answer(self.list_of(7, key=issuers.LOST, name="lost")) == "valid_status_unknown"
        assert self.answer(self.list_of(7, key=issuers.LOGIN, name="login")) == "status_list_malformed"

    @pytest.mark.parametrize("full", [True, False])
    @pytest.mark.parametrize(("key", "name"), [(issuers.LOGIN, "login"), (CURRENT, "now")])
    def test_a_presentation_is_no_list(self, full: bool, key: Any, name: str) -> None:
        """Though it looks like one: a key for signing in withdraws nothing, and clears nobody."""
        shown = issuers.presentation(sealed())
        inner = list_credential(7) | {"id": self.URL, "issuer": UNIVERSITY, "holder": UNIVERSITY}
        value = {**shown, **inner, "type": [*shown["type"], "BitstringStatusListCredential"]}
        value |= {} if full else {"verifiableCredential": []}
        asked = {"nonce": "n", "audience": "https://issuer.example.test"}
        body = vc_jose.seal_presentation(value, signer=bare_signer(key), at=AT, key_id=f"{UNIVERSITY}#{name}", **asked)
        assert self.answer(body) == "status_list_malformed"

    def test_a_list_that_was_changed_or_is_not_sealed(self) -> None:
        assert self.answer(self.list_of(7)[:-8] + b"AAAAAAAA") == "status_list_malformed"
        assert self.answer(json.dumps(list_credential(7)).encode()) == "status_list_malformed"
        assert self.answer(b"%PDF-1.7") == "status_list_malformed"

    def test_a_list_under_a_key_says_nothing_of_a_credential_under_a_certificate(self) -> None:
        """Unless the certificate names the key's controller (`seals.judge_list`)."""
        token = vc_jose.seal_credential(
            credential(credentialStatus=entry(url=self.URL)), signer=authorities.seal().signer, at=AT
        )
        assert self.answer(self.list_of(7), token, anchors=(authorities.root().der,)) == "status_list_issuer_mismatch"


def _payload(token: bytes) -> bytes:
    from mikra import base64url

    return base64url.decode(token.split(b".")[1].decode())


def test_what_breaks_the_data_model_fails_though_it_is_sealed() -> None:
    (report,) = reports(sealed(credential(evidence={"id": "urn:e"})))
    assert (report.code, report.check("format").where) == ("credential_malformed", "/evidence")
    assert code(sealed(credential(evidence={"id": "urn:e", "type": "Evidence"}))) == "valid"

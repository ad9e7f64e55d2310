"""ETSI TS 119 182-1: the EU's layout as we write it, and what of others' we can read. Each yes has its no."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from mikra.errors import InputError, NotAllowedError
from mikra.sealing import jades
from tests.simulators import europe

AT = datetime(2026, 6, 1, 12, 30, 15, 999999, tzinfo=UTC)
PAYLOAD = '{"id":"urn:credential:1","name":"Zoë O\'Brien-Łukasiewicz \\"x\\" \\\\ \\u00e9","n":[1,2.5,null]}'.encode()
NAMES = {"P-256": "ES256", "P-384": "ES384", "Ed25519": "EdDSA", "RSA": "RS256"}
KINDS = list(NAMES)


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def sealed(kind: str = "P-256", payload: bytes = PAYLOAD) -> bytes:
    return jades.seal(payload, signer=europe.seal(kind).signer, at=AT)


def codes(data: bytes) -> list[str]:
    return [finding.rule for finding in jades.check_integrity(jades.unseal(data))]


def foreign(
    header: dict[str, Any], *, payload: str | bytes = PAYLOAD, unprotected: Any = None, kind: str = "P-256"
) -> bytes:
    """A seal as another's software might write it: any header, mathematically right."""
    key = europe.key(kind, "University of Somewhere")
    raw = isinstance(payload, bytes)
    text = payload.decode() if isinstance(payload, bytes) else payload
    protected = b64(json.dumps(header).encode())
    value = europe.seal(kind).signer.sign(f"{protected}.{text}".encode())
    if kind == "RSA" and header["alg"].startswith("PS"):
        digest = {"PS256": hashes.SHA256(), "PS512": hashes.SHA512()}[header["alg"]]
        pss = padding.PSS(padding.MGF1(digest), digest.digest_size)
        value = key.sign(f"{protected}.{text}".encode(), pss, digest)
    entry: dict[str, Any] = {"protected": protected, "signature": b64(value)}
    if unprotected is not None:
        entry["header"] = unprotected
    assert raw or "." not in text
    return json.dumps({"payload": text, "signatures": [entry]}).encode()


def header(**changes: Any) -> dict[str, Any]:
    """A header of the corpus's kind, changed; None takes a member out."""
    der = europe.seal().der
    members = {
        "alg": "ES256",
        "x5c": [b64encode(der).decode()],
        "x5t#S256": b64(hashlib.sha256(der).digest()),
        "b64": False,
        "sigT": "2026-06-01T12:30:15Z",
        "crit": ["b64", "sigT"],
    } | changes
    return {name: value for name, value in members.items() if value is not None}


def refusal(data: bytes) -> str:
    with pytest.raises(InputError) as caught:
        jades.unseal(data)
    return caught.value.code


class TestLayout:
    """Facts 3.1 and 3.3, member by member."""

    def test_the_file(self) -> None:
        data = sealed()
        assert data.startswith(b'{"payload":"{\\"id\\":')
        file = json.loads(data)
        assert list(file) == ["payload", "signatures"]
        assert file["payload"].encode() == PAYLOAD
        assert [list(entry) for entry in file["signatures"]] == [["protected", "signature"]]

    def test_the_header(self) -> None:
        members = json.loads(unb64(json.loads(sealed())["signatures"][0]["protected"]))
        der = europe.seal().der
        assert list(members) == ["alg", "cty", "kid", "x5t#S256", "x5c", "typ", "b64", "sigT", "crit"]
        assert members["cty"] == "json"
        assert members["typ"] == "jose+json"
        assert members["b64"] is False
        assert members["crit"] == ["b64", "sigT"]
        assert members["sigT"] == "2026-06-01T12:30:15Z"
        assert [b64decode(c) for c in members["x5c"]] == [der]
        assert members["x5t#S256"] == b64(hashlib.sha256(der).digest())

    def test_kid_names_issuer_and_serial(self) -> None:
        from asn1crypto import core, x509

        holder = europe.seal()
        members = json.loads(unb64(json.loads(sealed())["signatures"][0]["protected"]))
        names, serial = core.SequenceOf.load(b64decode(members["kid"]), spec=core.Any)
        issuer = x509.GeneralNames.load(names.dump())[0].chosen
        assert issuer.native["common_name"] == "Simulated authority"
        assert core.Integer.load(serial.dump()).native == holder.certificate.serial_number

    @pytest.mark.parametrize(("kind", "name"), list(NAMES.items()))
    def test_what_was_signed(self, kind: str, name: str) -> None:
        """ASCII(protected) "." UTF8(payload), by the rules of the key."""
        opened = jades.unseal(sealed(kind))
        one = opened.seals[0]
        assert one.algorithm == name
        assert one.signing_input == one.protected.encode() + b"." + PAYLOAD
        assert codes(sealed(kind)) == []

    def test_the_time_is_said_in_utc(self) -> None:
        at = datetime(2026, 6, 1, 14, 30, tzinfo=timezone(timedelta(hours=2)))
        one = jades.unseal(jades.seal(PAYLOAD, signer=europe.seal().signer, at=at)).seals[0]
        assert one.header["sigT"] == "2026-06-01T12:30:00Z"
        assert one.claimed_at == at
        with pytest.raises(InputError, match="time zone"):
            jades.seal(PAYLOAD, signer=europe.seal().signer, at=datetime(2026, 6, 1))  # noqa: DTZ001


class TestSeal:
    @pytest.mark.parametrize("kind", KINDS)
    def test_opens_again(self, kind: str) -> None:
        opened = jades.unseal(sealed(kind))
        one = opened.seals[0]
        assert opened.payload == PAYLOAD
        assert opened.raw
        assert one.certificate == europe.seal(kind).der
        assert one.claimed_at == AT.replace(microsecond=0)
        assert one.level is jades.Level.B
        assert jades.check_integrity(opened) == ()

    @pytest.mark.parametrize(
        ("payload", "code"),
        [
            (b'{"a":1,"a":2}', "json_duplicate_key"),
            (b"[]", "credential_malformed"),
            (b'{"a":NaN}', "json_not_a_number"),
            (b'{"a":"\xff"}', "json_bad_unicode"),
            (b"", "json_malformed"),
        ],
    )
    def test_seals_nothing_ambiguous(self, payload: bytes, code: str) -> None:
        with pytest.raises(InputError) as caught:
            sealed(payload=payload)
        assert caught.value.code == code

    def test_not_with_an_expired_certificate(self) -> None:
        signer = europe.expired_seal().signer
        assert jades.seal(PAYLOAD, signer=signer, at=datetime(2023, 6, 1, tzinfo=UTC))
        with pytest.raises(NotAllowedError) as caught:
            jades.seal(PAYLOAD, signer=signer, at=AT)
        assert caught.value.code == "seal_certificate_expired"
        assert "2024-01-01" in str(caught.value)
        assert "Renew" in caught.value.fix
        with pytest.raises(NotAllowedError):
            jades.seal(PAYLOAD, signer=signer, at=datetime(2021, 6, 1, tzinfo=UTC))


class TestAltered:
    """Each twin of a good seal, changed in one place, must be seen."""

    @pytest.mark.parametrize("kind", KINDS)
    def test_payload(self, kind: str) -> None:
        assert codes(sealed(kind).replace(b"urn:credential:1", b"urn:credential:2")) == ["jws_signature_invalid"]

    @pytest.mark.parametrize("kind", KINDS)
    def test_another_key(self, kind: str) -> None:
        file = json.loads(sealed(kind))
        other = jades.seal(PAYLOAD, signer=europe.seal(kind, "University of Elsewhere").signer, at=AT)
        file["signatures"][0]["signature"] = json.loads(other)["signatures"][0]["signature"]
        assert codes(json.dumps(file).encode()) == ["jws_signature_invalid"]

    def test_a_protected_header_of_another(self) -> None:
        file = json.loads(sealed())
        other = jades.seal(PAYLOAD, signer=europe.seal().signer, at=AT + timedelta(seconds=1))
        file["signatures"][0]["protected"] = json.loads(other)["signatures"][0]["protected"]
        assert codes(json.dumps(file).encode()) == ["jws_signature_invalid"]

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            (lambda v: bytes(64), "jws_signature_invalid"),
            (lambda v: v[:32] + bytes(32), "jws_signature_invalid"),
            (lambda v: b"\xff" * 64, "jws_signature_invalid"),
            (lambda v: v[:-1], "jws_signature_length"),
            (lambda v: b"\0" + v, "jws_signature_length"),
            (lambda v: bytes(1) + v[:32] + bytes(1) + v[32:], "jws_signature_length"),
        ],
    )
    def test_signature(self, change: Callable[[bytes], bytes], code: str) -> None:
        file = json.loads(sealed())
        entry = file["signatures"][0]
        entry["signature"] = b64(change(unb64(entry["signature"])))
        assert codes(json.dumps(file).encode()) == [code]

    def test_one_bad_seal_among_two(self) -> None:
        good, bad = json.loads(sealed()), json.loads(sealed())
        bad["signatures"][0]["signature"] = b64(bytes(64))
        both = {"payload": good["payload"], "signatures": good["signatures"] + bad["signatures"]}
        findings = jades.check_integrity(jades.unseal(json.dumps(both).encode()))
        assert [(f.rule, f.where) for f in findings] == [("jws_signature_invalid", "/signatures/1")]
        both["signatures"] = good["signatures"] * 2
        assert codes(json.dumps(both).encode()) == []

    def test_no_seal_at_all(self) -> None:
        file = json.loads(sealed()) | {"signatures": []}
        assert codes(json.dumps(file).encode()) == ["proof_missing"]
        assert jades.unseal(json.dumps(file).encode()).payload == PAYLOAD

    def test_findings_speak(self) -> None:
        (finding,) = jades.check_integrity(jades.unseal(sealed().replace(b"credential:1", b"credential:2")))
        assert finding.clause == "RFC 7515, 5.2"
        for language in ("en", "ro", "bg", "cs", "lt"):
            assert len(finding.what.text(language)) > 20


class TestCertificate:
    """The binding of the seal to its certificate (5.1.7)."""

    def test_found_in_every_way_that_is_signed(self) -> None:
        holder, intermediate = europe.seal(), europe.intermediate()
        der = holder.der
        chain = [b64encode(c).decode() for c in (der, intermediate.der)]
        other = {"digAlg": "S512", "digVal": b64(hashlib.sha512(der).digest())}
        item = b64(json.dumps({"xVals": [{"x509Cert": {"val": c}} for c in reversed(chain)]}).encode())
        for changes, unprotected in (
            ({}, None),
            ({"x5t#S256": None}, None),
            ({"x5c": chain}, None),
            ({"x5t#S256": None, "x5t#o": other, "crit": ["b64", "sigT", "x5t#o"]}, None),
            ({"x5t#S256": None, "sigX5ts": [other, other]}, None),
            ({"x5c": None}, {"etsiU": [item]}),
        ):
            data = foreign(header(**changes), unprotected=unprotected)
            assert codes(data) == []
            assert jades.unseal(data).seals[0].certificate == der
        assert set(jades.unseal(foreign(header(x5c=chain))).seals[0].chain) == {intermediate.der}

    def test_missing(self) -> None:
        nowhere = header(x5c=None)
        assert codes(foreign(nowhere)) == ["certificate_missing"]
        assert codes(foreign(header(**{"x5c": None, "x5t#S256": None}))) == ["certificate_missing"]

    def test_mismatch(self) -> None:
        other = europe.seal("P-256", "University of Elsewhere").der
        assert codes(foreign(header(x5c=[b64encode(other).decode()]))) == ["certificate_mismatch"]
        wrong = {"digAlg": "S256", "digVal": b64(hashlib.sha256(other).digest())}
        assert codes(foreign(header(**{"x5t#o": wrong}))) == ["certificate_mismatch"]
        assert codes(foreign(header(sigX5ts=[wrong]))) == ["certificate_mismatch"]

    def test_unsigned_certificates_do_not_count(self) -> None:
        """A certificate among the additions is taken only where the signed header names it."""
        other = europe.seal("P-256", "University of Elsewhere").der
        item = b64(json.dumps({"xVals": [{"x509Cert": {"val": b64encode(other).decode()}}]}).encode())
        assert codes(foreign(header(x5c=None), unprotected={"etsiU": [item]})) == ["certificate_missing"]
        own = b64(json.dumps({"xVals": [{"x509Cert": {"val": b64encode(europe.seal().der).decode()}}]}).encode())
        named = header(x5c=None)
        unnamed = header(**{"x5c": None, "x5t#S256": None})
        assert codes(foreign(named, unprotected={"etsiU": [own]})) == []
        assert codes(foreign(unnamed, unprotected={"etsiU": [own]})) == ["certificate_missing"]

    @pytest.mark.parametrize(
        "x5c", [[], "text", [1], ["AAAA"], ["****"], [b64encode(b"x" * 100).decode()], [b64(b"\xfb\xef\xbe" * 9)]]
    )
    def test_unreadable(self, x5c: Any) -> None:
        assert refusal(foreign(header(**{"x5c": x5c, "x5t#S256": None}))) == "jws_malformed"

    def test_spare_bits_of_the_certificate(self) -> None:
        text = b64encode(europe.seal().der + bytes(1)).decode()
        der = europe.seal().der
        pad = (3 - len(der) % 3) % 3
        if pad:
            text = b64encode(der).decode()
            body = text.rstrip("=")
            twin = body[:-1] + chr(ord(body[-1]) + 1) + "=" * pad
            assert refusal(foreign(header(x5c=[twin]))) in {"base64url_not_canonical", "jws_malformed"}

    @pytest.mark.parametrize(
        ("kind", "code"),
        [
            ("P-521", "jws_key_type_mismatch"),
            ("brainpool", "key_type_not_supported"),
            ("RSA-1024", "jws_key_type_mismatch"),
        ],
    )
    def test_the_key_fixes_the_algorithm(self, kind: str, code: str) -> None:
        """ES256 named for a key of another kind."""
        der = europe.self_issued(europe.key(kind), europe.seal_plan()).der
        members = header(**{"x5c": [b64encode(der).decode()], "x5t#S256": b64(hashlib.sha256(der).digest())})
        assert codes(foreign(members)) == [code]

    def test_a_short_rsa_key(self) -> None:
        der = europe.self_issued(europe.key("RSA-1024"), europe.seal_plan()).der
        members = header(
            **{"alg": "RS256", "x5c": [b64encode(der).decode()], "x5t#S256": b64(hashlib.sha256(der).digest())}
        )
        assert codes(foreign(members)) == ["key_too_weak"]

    @pytest.mark.parametrize("name", ["PS256", "PS512"])
    def test_pss_opens(self, name: str) -> None:
        der = europe.seal("RSA").der
        members = header(
            **{"alg": name, "x5c": [b64encode(der).decode()], "x5t#S256": b64(hashlib.sha256(der).digest())}
        )
        data = foreign(members, kind="RSA")
        assert codes(data) == []
        assert codes(data.replace(b"urn:credential:1", b"urn:credential:2")) == ["jws_signature_invalid"]


class TestForeignForms:
    def test_base64url_payload(self) -> None:
        members = header(b64=None, crit=["sigT"])
        opened = jades.unseal(foreign(members, payload=b64(PAYLOAD)))
        assert opened.payload == PAYLOAD
        assert not opened.raw
        assert jades.check_integrity(opened) == ()
        assert jades.unseal(foreign(header(b64=True), payload=b64(PAYLOAD))).payload == PAYLOAD

    def test_flattened(self) -> None:
        file = json.loads(sealed())
        flat = {"payload": file["payload"]} | file["signatures"][0]
        assert codes(json.dumps(flat).encode()) == []
        assert codes(json.dumps(flat).encode().replace(b"credential:1", b"credential:2")) == ["jws_signature_invalid"]
        assert refusal(json.dumps(flat | {"signatures": []}).encode()) == "jws_malformed"

    @pytest.mark.parametrize(
        "changes",
        [
            {"typ": "JOSE"},
            {"typ": "application/jose+json"},
            {"cty": "octet-stream", "kid": "any"},
            {"sigPl": {"addressCountry": "IE"}, "crit": ["b64", "sigT", "sigPl"]},
            {"srCms": [{"commId": {"id": "http://uri.etsi.org/01903/v1.2.2#ProofOfOrigin"}}]},
            {"sigPId": {"id": "urn:oid:1.2.3"}, "srAts": [{"claimed": []}]},
            {"sigT": None, "iat": 1780317015, "crit": ["b64"]},
            {"iat": 1780317015},
        ],
    )
    def test_headers_that_jades_defines(self, changes: dict[str, Any]) -> None:
        data = foreign(header(**changes))
        assert codes(data) == []
        assert jades.unseal(data).seals[0].claimed_at == AT.replace(microsecond=0)

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"alg": "none"}, "jws_alg_not_allowed"),
            ({"alg": "HS256"}, "jws_alg_not_allowed"),
            ({"alg": "ES256K"}, "jws_alg_not_allowed"),
            ({"alg": None}, "jws_alg_not_allowed"),
            ({"alg": ["ES256"]}, "jws_malformed"),
            ({"kid": 7}, "jws_malformed"),
            ({"jwk": {}}, "jws_header_not_allowed"),
            ({"jku": "https://x"}, "jws_header_not_allowed"),
            ({"x5u": "https://x"}, "jws_header_not_allowed"),
            ({"x5t": "AAAA"}, "jws_header_not_allowed"),
            ({"sigD": {"mId": "x"}}, "jws_header_not_allowed"),
            ({"sigD": {"mId": "x"}, "crit": ["b64", "sigD"]}, "jws_crit_unknown"),
            ({"crit": []}, "jws_crit_malformed"),
            ({"crit": "b64"}, "jws_crit_malformed"),
            ({"crit": ["b64", "b64"]}, "jws_crit_malformed"),
            ({"crit": ["b64", "alg"]}, "jws_crit_malformed"),
            ({"crit": ["b64", "iat"]}, "jws_crit_malformed"),
            ({"crit": ["b64", 1]}, "jws_crit_malformed"),
            ({"exp": 1, "crit": ["b64", "exp"]}, "jws_crit_unknown"),
            ({"crit": None}, "jws_header_not_allowed"),
            ({"b64": "false"}, "jws_header_not_allowed"),
            ({"b64": 0}, "jws_header_not_allowed"),
            ({"typ": "kb+jwt"}, "jws_typ_mismatch"),
            ({"typ": ""}, "jws_typ_mismatch"),
            ({"sigT": "2026-06-01"}, "jws_malformed"),
            ({"sigT": "2026-06-01T12:30:15+00:00"}, "jws_malformed"),
            ({"sigT": "2026-02-31T12:30:15Z"}, "jws_malformed"),
            ({"sigT": 5}, "jws_malformed"),
            ({"iat": "1780317015"}, "jws_malformed"),
            ({"iat": True}, "jws_malformed"),
            ({"iat": 1780317016}, "jws_malformed"),
            ({"sigT": None, "iat": True, "crit": ["b64"]}, "jws_malformed"),
            ({"sigT": None, "iat": -1, "crit": ["b64"]}, "jws_malformed"),
            ({"sigT": None, "iat": 253402300800, "crit": ["b64"]}, "jws_malformed"),
            ({"x5c": {"AAAA": 1}}, "jws_malformed"),
            ({"x5c": [["AAAA"]]}, "jws_malformed"),
            ({"x5t#S256": "AAAA"}, "jws_malformed"),
            ({"x5t#S256": b64(bytes(31)) + "=="}, "jws_malformed"),
            ({"x5t#o": {"digAlg": "S1", "digVal": "AAAA"}}, "jws_malformed"),
            ({"x5t#o": "S256"}, "jws_malformed"),
            ({"sigX5ts": 5}, "jws_malformed"),
            ({"sigX5ts": []}, "jws_malformed"),
            ({"adoTst": {"tstTokens": []}}, "jws_malformed"),
            ({"adoTst": {"tstTokens": [{"val": "*"}]}}, "jws_malformed"),
        ],
    )
    def test_headers_that_are_refused(self, changes: dict[str, Any], code: str) -> None:
        assert refusal(foreign(header(**changes))) == code

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"payload": 5}, "jws_malformed"),
            ({"payload": None}, "jws_malformed"),
            ({"extra": 1}, "jws_malformed"),
            ({"signatures": {}}, "jws_malformed"),
            ({"signatures": ["x"]}, "jws_malformed"),
            ({"signatures": [{}]}, "jws_malformed"),
            ({"signatures": None}, "jws_malformed"),
        ],
    )
    def test_files_that_are_refused(self, changes: dict[str, Any], code: str) -> None:
        assert refusal(json.dumps(json.loads(sealed()) | changes).encode()) == code

    def test_too_many_seals(self) -> None:
        file = json.loads(sealed())
        assert jades.unseal(json.dumps(file | {"signatures": file["signatures"] * 10}).encode())
        assert refusal(json.dumps(file | {"signatures": file["signatures"] * 11}).encode()) == "too_large"

    def test_seals_that_disagree_on_the_payload(self) -> None:
        raw = json.loads(sealed())
        encoded = json.loads(foreign(header(b64=None, crit=["sigT"])))
        both = {"payload": raw["payload"], "signatures": raw["signatures"] + encoded["signatures"]}
        assert refusal(json.dumps(both).encode()) == "jws_malformed"


class TestAdditions:
    """`etsiU`: strict in form, open in kind."""

    @pytest.mark.parametrize(
        "etsi_u",
        [
            [b64(b'{"sigPSt":{}}'), b64(b'{"cSig":"x"}'), b64(b'{"somethingNew":[]}')],
            [{"xRefs": []}, {"rRefs": {}}],
            [b64(b'{"rVals":{"crlVals":[{"val":"AAAA"}],"ocspVals":[{"val":"BBBB"}]}}')],
            [b64(b'{"tstVD":{"xVals":[{"x509Cert":{"val":"AAAA"}},{"otherCert":{}}],"rVals":{}}}')],
        ],
    )
    def test_taken(self, etsi_u: list[Any]) -> None:
        assert codes(foreign(header(), unprotected={"etsiU": etsi_u})) == []

    def test_validation_data_is_read(self) -> None:
        item = b64(b'{"anyValData":{"xVals":[{"x509Cert":{"val":"AAAA"}}],"rVals":{"crlVals":[{"val":"AAAB"}]}}}')
        one = jades.unseal(foreign(header(), unprotected={"etsiU": [item]})).seals[0]
        assert one.validation_data.certificates == (bytes(3),)
        assert one.validation_data.crls == (b"\0\0\1",)
        assert one.chain == (bytes(3),)
        assert one.kinds == ("anyValData",)

    @pytest.mark.parametrize(
        ("unprotected", "code"),
        [
            ({"alg": "none"}, "jws_header_not_allowed"),
            ({"kid": "x"}, "jws_header_not_allowed"),
            ([], "jws_malformed"),
            ({"etsiU": []}, "jws_malformed"),
            ({"etsiU": "x"}, "jws_malformed"),
            ({"etsiU": 5}, "jws_malformed"),
            ({"etsiU": [5]}, "jws_malformed"),
            ({"etsiU": [b64(b'{"sigPSt":{}}'), {"xRefs": []}]}, "jws_malformed"),
            ({"etsiU": [b64(b'{"a":1,"b":2}')]}, "jws_malformed"),
            ({"etsiU": [b64(b'{"a":1,"a":2}')]}, "json_duplicate_key"),
            ({"etsiU": [b64(b"[]")]}, "jws_malformed"),
            ({"etsiU": [b64(b'{"sigPSt":{}}') + "="]}, "jws_malformed"),
            ({"etsiU": [{"xVals": "AAAA"}]}, "jws_malformed"),
            ({"etsiU": [{"xVals": [{"x509Cert": {"val": "A"}}]}]}, "jws_malformed"),
            ({"etsiU": [{"rVals": []}]}, "jws_malformed"),
            ({"etsiU": [{"sigTst": {"tstTokens": "x"}}]}, "jws_malformed"),
            ({"etsiU": [{"sigTst": 1}]}, "jws_malformed"),
            ({"etsiU": [{"sigTst": {"tstTokens": 5}}]}, "jws_malformed"),
            ({"etsiU": [{"sigTst": {"tstTokens": ["x"]}}]}, "jws_malformed"),
            ({"etsiU": [{"tstVD": "xVals"}]}, "jws_malformed"),
            ({"etsiU": [{"xVals": 5}]}, "jws_malformed"),
            ({"etsiU": [{"xVals": ["x509Cert"]}]}, "jws_malformed"),
            ({"etsiU": [{"xVals": [{"x509Cert": "AAAA"}]}]}, "jws_malformed"),
            ({"etsiU": [{"xVals": "A" * 400_000}]}, "jades_unsigned_too_large"),
        ],
    )
    def test_refused(self, unprotected: Any, code: str) -> None:
        assert refusal(foreign(header(), unprotected=unprotected)) == code


def test_corpus(corpus: Path) -> None:
    """Every jades case gets its code here, but the one that only a clock can see."""
    cases = [c for c in json.loads((corpus / "index.json").read_bytes())["cases"] if c["kind"] == "jades"]
    assert len(cases) == 9
    for case in cases:
        allowed = {case["expected"]["code"], *case["expected"].get("also", [])}
        try:
            found = codes((corpus / case["file"]).read_bytes()) or ["valid"]
        except InputError as error:
            found = [error.code]
        if allowed == {"seal_certificate_expired"}:
            allowed = {"valid"}
        assert set(found) <= allowed, case["name"]


def test_the_seal_is_a_value() -> None:
    one = jades.unseal(sealed()).seals[0]
    assert replace(one, where="") != one
    assert one == jades.unseal(jades.envelope(jades.escape(PAYLOAD), one.protected, one.value)).seals[0]

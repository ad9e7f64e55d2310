"""RFC 3161: tokens asked for, added and checked; for each step of the list one token that fails at it."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from mikra.errors import MikraError, ProtocolError, UnavailableError
from mikra.sealing import jades
from mikra.sealing.timestamps import TimestampFault, request_token, verify_token
from tests.simulators import europe
from tests.simulators.timestamps import TimestampAuthority, time_holder

AT = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
DATA = b"what the token covers"
PAYLOAD = b'{"id":"urn:credential:1"}'


def fault(authority: TimestampAuthority, data: bytes | None = DATA) -> TimestampFault | None:
    token = authority.timestamp(hashlib.sha256(DATA).digest())
    return verify_token(token, covered=data).fault


def usage(*purposes: Any, critical: bool) -> tuple[tuple[x509.ExtensionType, bool], ...]:
    return ((x509.ExtendedKeyUsage(list(purposes)), critical),)


def named_by(attributes: list[dict[str, Any]], digest: str) -> list[dict[str, Any]]:
    """The certificate is named by another digest, rightly."""
    value = hashlib.new(digest, time_holder().der).digest()
    first = {"hash_algorithm": {"algorithm": digest}, "cert_hash": value}
    return [*attributes[:2], {"type": "signing_certificate_v2", "values": [{"certs": [first]}]}]


@dataclass
class Told(TimestampAuthority):
    """An authority that writes its time as it likes."""

    moment: bytes = b""

    def _info(self, imprint: bytes) -> Any:
        der = super()._info(imprint).dump()
        usual = b"\x18\x0f20260601120005Z"
        told = der.replace(usual, self.moment)
        return Written(bytes([told[0], told[1] + len(self.moment) - len(usual)]) + told[2:])


class TwoDigests(TimestampAuthority):
    """Its signature says that it is over another digest than the message names."""

    def _pss(self) -> Any:
        parameters = super()._pss()
        parameters["hash_algorithm"] = {"algorithm": "sha384"}
        return parameters


class Written(bytes):
    def dump(self) -> bytes:
        return bytes(self)


class TestGood:
    @pytest.mark.parametrize(
        "authority",
        [
            TimestampAuthority(),
            TimestampAuthority(holder=time_holder("RSA")),
            TimestampAuthority(holder=time_holder("RSA"), pss=True),
            TimestampAuthority(holder=time_holder("P-384"), digest="sha384"),
            TimestampAuthority(holder=time_holder("Ed25519")),
            TimestampAuthority(v1=True),
        ],
    )
    def test_every_kind_of_key(self, authority: TimestampAuthority) -> None:
        assert fault(authority) is None
        assert fault(authority, DATA + b"x") is TimestampFault.IMPRINT

    def test_what_it_says(self) -> None:
        authority = TimestampAuthority()
        result = verify_token(authority.timestamp(hashlib.sha256(DATA).digest()), covered=DATA)
        assert result.time == datetime(2026, 6, 1, 12, 0, 5, tzinfo=UTC)
        assert (result.policy, result.serial) == ("1.2.3.4", 7)
        assert result.certificate == authority.holder.der
        assert set(result.chain) == set(authority.holder.chain)
        assert result.message == ""

    def test_certificate_from_elsewhere(self) -> None:
        authority = TimestampAuthority(with_certificates=False)
        token = authority.timestamp(hashlib.sha256(DATA).digest())
        assert verify_token(token, covered=DATA).fault is TimestampFault.CERTIFICATE
        assert verify_token(token, covered=DATA, certificates=[authority.holder.der]).fault is None
        other = europe.seal().der
        assert verify_token(token, covered=DATA, certificates=[other]).fault is TimestampFault.CERTIFICATE


class TestFaults:
    @pytest.mark.parametrize(
        ("knobs", "expected"),
        [
            ({"imprint": lambda i: i[::-1]}, "imprint"),
            ({"imprint_digest": "sha1", "imprint": lambda i: i[:20]}, "method"),
            ({"digest": "sha1"}, "method"),
            ({"attributes": lambda a: a[:2]}, "certificate"),
            ({"attributes": lambda a: named_by(a, "sha1")}, "method"),
            ({"attributes": lambda a: named_by(a, "md5")}, "method"),
            ({"attributes": lambda a: [*a, a[0]]}, "malformed"),
            ({"attributes": lambda a: [{**a[0], "values": a[0]["values"] * 2}, *a[1:]]}, "malformed"),
            ({"attributes": lambda a: a[:1] + a[2:]}, "malformed"),
            ({"attributes": lambda a: [a[0], {**a[1], "values": [bytes(32)]}, a[2]]}, "signature"),
            ({"attributes": lambda a: [{**a[0], "values": ["data"]}, *a[1:]]}, "signature"),
            ({"signature": lambda s: s[:-1] + bytes([s[-1] ^ 1])}, "signature"),
            ({"at": datetime(2031, 1, 1, tzinfo=UTC)}, "dates"),
            ({"at": datetime(2024, 1, 1, tzinfo=UTC)}, "dates"),
            ({"holder": time_holder(extensions=())}, "purpose"),
            ({"holder": time_holder(extensions=usage(ExtendedKeyUsageOID.TIME_STAMPING, critical=False))}, "purpose"),
            ({"holder": time_holder(extensions=usage(ExtendedKeyUsageOID.CODE_SIGNING, critical=True))}, "purpose"),
            (
                {
                    "holder": time_holder(
                        extensions=usage(
                            ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.EMAIL_PROTECTION, critical=True
                        )
                    )
                },
                "purpose",
            ),
            ({"holder": time_holder("RSA-1024")}, "method"),
        ],
    )
    def test_one_knob(self, knobs: dict[str, Any], expected: str) -> None:
        assert fault(TimestampAuthority(**knobs)) == expected

    @pytest.mark.parametrize(
        "change",
        [
            pytest.param(lambda s: s["encap_content_info"].__setitem__("content_type", "data"), id="another content"),
            pytest.param(lambda s: s["signer_infos"].append(s["signer_infos"][0]), id="two signers"),
            pytest.param(lambda s: s.__setitem__("signer_infos", []), id="no signer"),
        ],
    )
    def test_what_is_sealed_is_one_token_by_one_authority(self, change: Callable[[Any], None]) -> None:
        authority = TimestampAuthority(with_certificates=False)
        message = cms.ContentInfo.load(authority.timestamp(hashlib.sha256(DATA).digest()))
        beside = [authority.holder.der]
        assert verify_token(message.dump(force=True), covered=DATA, certificates=beside).fault is None
        change(message["content"])
        again = message.dump(force=True)
        assert verify_token(again, covered=DATA, certificates=beside).fault is TimestampFault.MALFORMED

    def test_a_moment_that_is_none(self) -> None:
        """RFC 3161, 2.4.2: GeneralizedTime in UTC. A year 0 exists in DER alone; without Z it is any place's time."""
        good = b"\x18\x0f20260601120005Z"
        for moment in (good, b"\x18\x0f00000601120005Z", b"\x18\x0e20260601120005"):
            token = Told(moment=moment).timestamp(hashlib.sha256(DATA).digest())
            expected = None if moment is good else TimestampFault.MALFORMED
            assert verify_token(token, covered=DATA).fault is expected

    def test_a_signature_of_two_digests(self) -> None:
        assert fault(TwoDigests(holder=time_holder("RSA"), pss=True)) is TimestampFault.METHOD

    def test_nothing_to_compare(self) -> None:
        assert fault(TimestampAuthority(), None) is TimestampFault.NOT_COVERED
        broken = TimestampAuthority(signature=lambda s: s[:-1] + bytes([s[-1] ^ 1]))
        assert fault(broken, None) is TimestampFault.SIGNATURE

    @pytest.mark.parametrize("token", [b"", b"\0", b"\x30\x80", b"\x30\x03\x06\x01\x2a", b"<html>", b"\x30" * 2000])
    def test_no_token(self, token: bytes) -> None:
        assert verify_token(token, covered=DATA).fault is TimestampFault.MALFORMED

    def test_something_after_it(self) -> None:
        token = TimestampAuthority().timestamp(hashlib.sha256(DATA).digest())
        assert verify_token(token + b"\0", covered=DATA).fault is TimestampFault.MALFORMED

    @pytest.mark.parametrize("value", list(TimestampFault))
    def test_each_has_its_sentence(self, value: TimestampFault) -> None:
        from mikra import messages

        for language in messages.LANGUAGES:
            assert messages.text(f"sealing.timestamp.{value}", language).endswith(".")

    @pytest.mark.drill("R5")
    @pytest.mark.parametrize("kind", ["P-256", "RSA"])
    def test_damaged_tokens(self, kind: str, amount: Callable[[int, int], int]) -> None:
        """Any byte changed, deleted or cut: a fault, or a token that says and proves the very same."""
        token = TimestampAuthority(holder=time_holder(kind)).timestamp(hashlib.sha256(DATA).digest())
        good = verify_token(token, covered=DATA)
        chance = random.Random(5)
        faults = set()
        for _ in range(amount(400, 20_000)):
            at = chance.randrange(len(token))
            mutant = chance.choice(
                [
                    token[:at] + bytes([chance.randrange(256)]) + token[at + 1 :],
                    token[:at] + token[at + 1 :],
                    token[:at],
                    token[:at] + token[at : at + 4] + token[at:],
                ]
            )
            result = verify_token(mutant, covered=DATA)
            faults.add(result.fault)
            if result.fault is None:
                assert (result.time, result.serial, result.certificate) == (good.time, good.serial, good.certificate)
        assert {TimestampFault.MALFORMED, TimestampFault.SIGNATURE, TimestampFault.IMPRINT} <= faults


class TestAsking:
    def test_the_digest_is_what_is_asked(self) -> None:
        authority = TimestampAuthority()
        request_token(authority, DATA)
        assert authority.asked == [hashlib.sha256(DATA).digest()]

    @pytest.mark.parametrize(
        ("authority", "error", "words"),
        [
            (europe.SlowAuthority(), UnavailableError, "did not answer"),
            (europe.AwayAuthority(), UnavailableError, "did not answer"),
            (europe.RefusingAuthority(), ProtocolError, "refuses"),
            (europe.GarbageAuthority(), ProtocolError, "not good"),
            (TimestampAuthority(imprint=lambda i: i[::-1]), ProtocolError, "imprint"),
            (TimestampAuthority(at=datetime(2031, 1, 1, tzinfo=UTC)), ProtocolError, "dates"),
        ],
    )
    def test_faults(self, authority: Any, error: type[MikraError], words: str) -> None:
        with pytest.raises(error, match=words) as caught:
            jades.seal(PAYLOAD, signer=europe.seal().signer, at=AT, timestamper=authority)
        assert caught.value.fix or error is ProtocolError


class TestLevelT:
    """B-T: `sigTst` over the base64url of the seal; everything else stays byte for byte."""

    def sealed(self, **knobs: Any) -> bytes:
        return jades.seal(PAYLOAD, signer=europe.seal().signer, at=AT, timestamper=TimestampAuthority(**knobs))

    def test_opens(self) -> None:
        opened = jades.unseal(self.sealed())
        (one,) = opened.seals
        assert jades.check_integrity(opened) == ()
        assert one.level is jades.Level.T
        ((token, result),) = jades.check_timestamps(one)
        assert (token.kind, token.covered) == ("sigTst", one.text.encode())
        assert result.fault is None
        assert result.time == datetime(2026, 6, 1, 12, 0, 5, tzinfo=UTC)

    def test_layout(self) -> None:
        file = json.loads(self.sealed())
        assert list(file) == ["payload", "signatures"]
        assert list(file["signatures"][0]) == ["protected", "header", "signature"]
        assert list(file["signatures"][0]["header"]) == ["etsiU"]

    def test_extension_only_appends(self) -> None:
        before = jades.seal(PAYLOAD, signer=europe.seal("RSA").signer, at=AT)
        after = jades.extend_with_timestamp(before, TimestampAuthority())
        again = jades.extend_with_timestamp(after, TimestampAuthority())
        first, second, third = (json.loads(f) for f in (before, after, again))
        assert first["payload"] == second["payload"] == third["payload"]
        for name in ("protected", "signature"):
            assert first["signatures"][0][name] == second["signatures"][0][name] == third["signatures"][0][name]
        items = [f["signatures"][0].get("header", {}).get("etsiU", []) for f in (first, second, third)]
        assert [len(i) for i in items] == [0, 1, 2]
        assert items[2][:1] == items[1]

    def test_extension_of_two_seals(self) -> None:
        one, other = (json.loads(jades.seal(PAYLOAD, signer=europe.seal(k).signer, at=AT)) for k in ("P-256", "RSA"))
        both = {"payload": one["payload"], "signatures": one["signatures"] + other["signatures"]}
        opened = jades.unseal(jades.extend_with_timestamp(json.dumps(both).encode(), TimestampAuthority()))
        assert [jades.check_timestamps(s)[0][1].fault for s in opened.seals] == [None, None]

    def test_extension_of_a_flattened_seal_in_clear_form(self) -> None:
        file = json.loads(jades.seal(PAYLOAD, signer=europe.seal().signer, at=AT))
        flat = {"payload": file["payload"]} | file["signatures"][0] | {"header": {"etsiU": [{"sigPSt": {}}]}}
        extended = jades.extend_with_timestamp(json.dumps(flat).encode(), TimestampAuthority())
        (one,) = jades.unseal(extended).seals
        assert one.kinds == ("sigPSt", "sigTst")
        assert jades.check_timestamps(one)[0][1].fault is None

    def test_a_token_of_another_seal(self) -> None:
        one, other = json.loads(self.sealed()), json.loads(self.sealed())
        one["signatures"][0]["header"] = other["signatures"][0]["header"]
        ((_, result),) = jades.check_timestamps(jades.unseal(json.dumps(one).encode()).seals[0])
        assert result.fault is TimestampFault.IMPRINT

    def test_an_archive_timestamp_covers_all_before_it(self) -> None:
        """5.3.6.3: payload, header, seal and every earlier addition; one of them changed is seen."""
        data = self.sealed()
        one = jades.unseal(data).seals[0]
        entry = json.loads(data)["signatures"][0]
        covered = b".".join(
            [PAYLOAD, one.protected.encode(), one.text.encode(), "".join(entry["header"]["etsiU"]).encode()]
        )
        token = TimestampAuthority().timestamp(hashlib.sha256(covered).digest())
        from base64 import b64encode

        complete = jades.extended(data, [("arcTst", {"tstTokens": [{"val": b64encode(token).decode()}]})])
        assert [r.fault for _, r in jades.check_timestamps(jades.unseal(complete).seals[0])] == [None, None]
        file = json.loads(complete)
        file["signatures"][0]["header"]["etsiU"].pop(0)
        ((_, result),) = jades.check_timestamps(jades.unseal(json.dumps(file).encode()).seals[0])
        assert result.fault is TimestampFault.IMPRINT


@pytest.mark.published
class TestOfficialSample:
    """The EU's own sealed micro-credential."""

    @pytest.fixture
    def sample(self, published: Path) -> bytes:
        return (published / "elm/samples/Sample-MC-Annex1-signed.jsonld").read_bytes()

    def test_the_seal_is_whole(self, sample: bytes) -> None:
        opened = jades.unseal(sample)
        assert jades.check_integrity(opened) == ()
        (one,) = opened.seals
        assert one.algorithm == "RS256"
        assert one.level is jades.Level.LTA
        assert one.claimed_at == datetime(2023, 9, 27, 11, 54, 17, tzinfo=UTC)
        assert one.kinds == ("sigTst", "xVals", "rVals", "arcTst")
        assert len(one.chain) == 4

    def test_all_three_timestamps_hold(self, sample: bytes) -> None:
        checked = jades.check_timestamps(jades.unseal(sample).seals[0])
        assert [(token.kind, result.fault) for token, result in checked] == [
            ("adoTst", None),
            ("sigTst", None),
            ("arcTst", None),
        ]
        assert [f"{result.time:%H:%M:%S}" for _, result in checked] == ["11:54:17", "11:54:20", "11:54:20"]

    def test_its_layout_is_ours(self, sample: bytes) -> None:
        from mikra.sealing.jades_header import issuer_serial

        file, ours = json.loads(sample), json.loads(jades.seal(PAYLOAD, signer=europe.seal().signer, at=AT))
        one = jades.unseal(sample).seals[0]
        assert list(file) == list(ours)
        assert [name for name in one.header if name != "adoTst"] == list(
            jades.unseal(json.dumps(ours).encode()).seals[0].header
        )
        assert one.certificate is not None
        assert issuer_serial(one.certificate) == one.header["kid"]

    @pytest.mark.parametrize(
        ("old", "new"), [(rb"University of Zed", rb"University of Zee"), (rb"\"validFrom\"", rb"\"validfrom\"")]
    )
    def test_altered(self, sample: bytes, old: bytes, new: bytes) -> None:
        altered = jades.unseal(sample.replace(old, new, 1))
        assert [f.rule for f in jades.check_integrity(altered)] == ["jws_signature_invalid"]
        faults = [r.fault for _, r in jades.check_timestamps(altered.seals[0])]
        assert faults == [TimestampFault.IMPRINT, None, TimestampFault.IMPRINT]

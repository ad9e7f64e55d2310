"""A timestamp authority (RFC 3161) that answers at once, and the faults that a real one may have."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from mikra.errors import ProtocolError
from tests.simulators.authorities import Holder, intermediate, key, timestamp_plan


def time_holder(kind: str = "P-256", **changes: Any) -> Holder:
    """A certificate for timestamps under the simulated authority; `changes` are of its plan."""
    return intermediate().issue(key(kind, "time"), replace(timestamp_plan(), **changes))


@dataclass
class TimestampAuthority:
    """`timestamp(imprint)` gives a token at `at`. Each other member is a knob for one fault."""

    at: datetime = datetime(2026, 6, 1, 12, 0, 5, tzinfo=UTC)
    holder: Holder = field(default_factory=time_holder)
    digest: str = "sha256"
    imprint: Callable[[bytes], bytes] = bytes
    imprint_digest: str = "sha256"
    attributes: Callable[[list[dict[str, Any]]], list[dict[str, Any]]] = list
    signature: Callable[[bytes], bytes] = bytes
    with_certificates: bool = True
    policy: str = "1.2.3.4"
    nonce: int | None = None
    v1: bool = False
    pss: bool = False
    asked: list[bytes] = field(default_factory=list)

    def timestamp(self, imprint: bytes) -> bytes:
        self.asked.append(imprint)
        content = self._info(self.imprint(imprint)).dump()
        attributes = cms.CMSAttributes(self.attributes(self._attributes(content)))
        signer = {
            "version": "v1",
            "sid": self._sid(),
            "digest_algorithm": {"algorithm": self.digest},
            "signed_attrs": attributes,
            "signature_algorithm": self._algorithm(),
            "signature": self.signature(self._sign(attributes.dump())),
        }
        certificates = [self.holder.der, *self.holder.chain] if self.with_certificates else []
        signed = {
            "version": "v3",
            "digest_algorithms": [{"algorithm": self.digest}],
            "encap_content_info": {"content_type": "tst_info", "content": cms.ParsableOctetString(content)},
            "signer_infos": [signer],
        }
        if certificates:
            signed["certificates"] = [asn1.Certificate.load(c) for c in certificates]
        return bytes(cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed)}).dump())

    def _info(self, imprint: bytes) -> Any:
        members: dict[str, Any] = {
            "version": "v1",
            "policy": self.policy,
            "message_imprint": {"hash_algorithm": {"algorithm": self.imprint_digest}, "hashed_message": imprint},
            "serial_number": 7,
            "gen_time": self.at,
        }
        if self.nonce is not None:
            members["nonce"] = self.nonce
        return tsp.TSTInfo(members)

    def reply(self, query: bytes) -> bytes:
        """RFC 3161, 2.4.2: the answer to a request in DER."""
        asked = tsp.TimeStampReq.load(query)
        self.nonce = asked["nonce"].native
        token = self.timestamp(asked["message_imprint"]["hashed_message"].native)
        return granted(token)

    def _attributes(self, content: bytes) -> list[dict[str, Any]]:
        named: dict[str, Any]
        if self.v1:
            named = {"type": "signing_certificate", "values": [{"certs": [{"cert_hash": self._hash("sha1")}]}]}
        else:
            first = {"hash_algorithm": {"algorithm": "sha256"}, "cert_hash": self._hash("sha256")}
            named = {"type": "signing_certificate_v2", "values": [{"certs": [first]}]}
        return [
            {"type": "content_type", "values": ["tst_info"]},
            {"type": "message_digest", "values": [hashlib.new(self.digest, content).digest()]},
            named,
        ]

    def _hash(self, name: str) -> bytes:
        return hashlib.new(name, self.holder.der).digest()

    def _sid(self) -> Any:
        body = asn1.Certificate.load(self.holder.der)["tbs_certificate"]
        return cms.SignerIdentifier(
            {"issuer_and_serial_number": {"issuer": body["issuer"], "serial_number": body["serial_number"].native}}
        )

    def _algorithm(self) -> dict[str, Any]:
        if isinstance(self.holder.key, ed25519.Ed25519PrivateKey):
            return {"algorithm": "ed25519"}
        if isinstance(self.holder.key, ec.EllipticCurvePrivateKey):
            return {"algorithm": f"{self.digest}_ecdsa"}
        if not self.pss:
            return {"algorithm": f"{self.digest}_rsa", "parameters": core.Null()}
        return {"algorithm": "rsassa_pss", "parameters": self._pss()}

    def _pss(self) -> Any:
        digest = {"algorithm": self.digest}
        return algos.RSASSAPSSParams(
            {
                "hash_algorithm": digest,
                "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": digest},
                "salt_length": 32,
            }
        )

    def _sign(self, data: bytes) -> bytes:
        digest = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha1": hashes.SHA1()}[self.digest]
        secret = self.holder.key
        if isinstance(secret, ed25519.Ed25519PrivateKey):
            return secret.sign(data)
        if isinstance(secret, ec.EllipticCurvePrivateKey):
            return secret.sign(data, ec.ECDSA(digest))
        assert isinstance(secret, rsa.RSAPrivateKey)
        scheme = padding.PSS(padding.MGF1(digest), 32) if self.pss else padding.PKCS1v15()
        return secret.sign(data, scheme, digest)


def granted(token: bytes) -> bytes:
    return bytes(
        tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": cms.ContentInfo.load(token)}).dump()
    )


def refused(status: str = "rejection", *, fail: str = "bad_alg", text: str = "") -> bytes:
    """RFC 3161, 2.4.2: an answer without a token."""
    info: dict[str, Any] = {"status": status, "fail_info": {fail}}
    if text:
        info["status_string"] = [text]
    return bytes(tsp.PKIStatusInfo(info).dump())


def refusing(status: str = "rejection", *, fail: str = "bad_alg", text: str = "") -> bytes:
    inside = refused(status, fail=fail, text=text)
    return b"\x30" + bytes([len(inside)]) + inside


class SlowAuthority:
    """Never answers in time."""

    def timestamp(self, imprint: bytes) -> bytes:
        raise TimeoutError("no answer within 5 s")


class AwayAuthority:
    """Cannot be reached."""

    def timestamp(self, imprint: bytes) -> bytes:
        raise ConnectionRefusedError("connection refused")


class RefusingAuthority:
    """Answers that it will not (RFC 3161, 2.4.2: PKIStatus rejection)."""

    def timestamp(self, imprint: bytes) -> bytes:
        raise ProtocolError("The timestamp authority refuses.", code="rejection", found="badAlg")


@dataclass
class GarbageAuthority:
    """Answers something else."""

    answer: bytes = b"<html>Please sign in</html>"

    def timestamp(self, imprint: bytes) -> bytes:
        return self.answer

"""Keys for Data Integrity tests: signers with their did:key, and public keys read from a did:key by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from mikra.sealing import multibase
from mikra.sealing.keys import Signer, bare_signer

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
HEADERS = {"Ed25519": b"\xed\x01", "P-256": b"\x80\x24", "P-384": b"\x81\x24"}
CURVES: dict[str, Any] = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1()}
SUITES = (
    ("eddsa-rdfc-2022", "Ed25519"),
    ("eddsa-jcs-2022", "Ed25519"),
    ("ecdsa-rdfc-2019", "P-256"),
    ("ecdsa-rdfc-2019", "P-384"),
    ("ecdsa-jcs-2019", "P-256"),
    ("ecdsa-jcs-2019", "P-384"),
)


@dataclass(frozen=True)
class Issuer:
    """A key with its did:key."""

    private: Any
    signer: Signer
    did: str
    method: str

    @property
    def public(self) -> Any:
        return self.private.public_key()


@cache
def issuer(kind: str, number: int = 0) -> Issuer:
    """A key of a kind; another number is another key."""
    private: Any
    if kind == "Ed25519":
        private = ed25519.Ed25519PrivateKey.from_private_bytes(bytes([number + 1]) * 32)
        raw = private.public_key().public_bytes_raw()
    else:
        private = ec.derive_private_key(987654321 + number, CURVES[kind])
        form = serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint
        raw = private.public_key().public_bytes(*form)
    key = multibase.encode_z(HEADERS[kind] + raw)
    return Issuer(private, bare_signer(private), f"did:key:{key}", f"did:key:{key}#{key}")


def public_key(method: str) -> Any:
    """The key in a did:key, or in the fragment of a test vector's method."""
    data = multibase.decode(method.rpartition("#")[2], "z")
    for kind, header in HEADERS.items():
        if data.startswith(header):
            raw = data[len(header) :]
            if kind == "Ed25519":
                return ed25519.Ed25519PublicKey.from_public_bytes(raw)
            return ec.EllipticCurvePublicKey.from_encoded_point(CURVES[kind], raw)
    raise ValueError(method)


def credential(issued_by: str, *, version: int = 2, **members: Any) -> dict[str, Any]:
    """A small credential without a proof."""
    v2 = version == 2
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2" if v2 else "https://www.w3.org/2018/credentials/v1"],
        "id": "urn:uuid:5f1e0a1e-0000-4000-8000-000000000021",
        "type": ["VerifiableCredential"],
        "issuer": issued_by,
        **({"validFrom": "2026-01-01T00:00:00Z"} if v2 else {"issuanceDate": "2026-01-01T00:00:00Z"}),
        **({"name": "Data ethics, 3 ECTS"} if v2 else {}),
        "credentialSubject": {"id": "urn:uuid:00000000-0000-4000-8000-00000000c0de"},
        **members,
    }


def badge(issued_by: str) -> dict[str, Any]:
    """An Open Badge with nested nodes that have no ids: blank nodes, lists of two alike, numbers, languages."""
    alignment = {
        "type": ["Alignment"],
        "targetName": "ESCO",
        "targetUrl": "http://data.europa.eu/esco/skill/1",
        "targetType": "ESCO:Skill",
    }
    return credential(issued_by) | {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": issued_by, "type": ["Profile"], "name": "Universitatea din Zed"},
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "activityStartDate": "2026-01-01T00:00:00Z",
            "creditsEarned": 3,
            "identifier": [
                {
                    "type": "IdentityObject",
                    "identityHash": 'Zoë "Z" O\'Brien',
                    "identityType": "name",
                    "hashed": False,
                }
            ],
            "achievement": {
                "id": "urn:uuid:5f1e0a1e-0000-4000-8000-0000000000aa",
                "type": ["Achievement"],
                "name": "Apă\tși sol 🌍",
                "criteria": {"narrative": "Line one\nline two \\ back"},
                "description": "Water",
                "creditsAvailable": 2.5,
                "alignment": [alignment, alignment, alignment | {"targetName": "EQF"}],
            },
            "result": [{"type": ["Result"], "value": "9"}],
        },
    }

"""Open Badges 2.0 as the world makes them: an issuer's site, hosted and signed assertions."""

from __future__ import annotations

import copy
import json
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from mikra import base64url
from mikra.sealing.keys import bare_signer
from mikra.trust.loader import Recorded, SnapshotLoader

HOST = "https://badges.example"
CONTEXT = "https://w3id.org/openbadges/v2"
EMAIL = "zoe@student.example"


@cache
def key(number: int = 0) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def pem(number: int = 0) -> str:
    return pem_of(key(number))


def pem_of(private: Any) -> str:
    form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    return str(private.public_key().public_bytes(*form).decode())


def assertion(kind: str = "HostedBadge", **more: Any) -> dict[str, Any]:
    recipient = {"type": "email", "hashed": False, "identity": EMAIL}
    verification = {"type": kind} | ({"creator": f"{HOST}/key"} if kind == "SignedBadge" else {})
    return {
        "@context": CONTEXT,
        "type": "Assertion",
        "id": f"{HOST}/a/1",
        "recipient": recipient,
        "badge": f"{HOST}/b/1",
        "verification": verification,
        "issuedOn": "2025-05-01T00:00:00Z",
        "evidence": "https://portfolio.example/zoe",
        **more,
    }


def site(**changes: Any) -> dict[str, dict[str, Any]]:
    """What stands on the issuer's site; a change of `None` takes an object away."""
    objects: dict[str, dict[str, Any]] = {
        "a/1": assertion(),
        "b/1": {
            "@context": CONTEXT,
            "type": "BadgeClass",
            "id": f"{HOST}/b/1",
            "name": "Water sampling",
            "description": "Takes samples.",
            "criteria": {"narrative": "Three good samples."},
            "issuer": f"{HOST}/issuer",
            "alignment": [{"targetName": "EQF 4", "targetUrl": "http://data.europa.eu/snb/eqf/4"}],
            "tags": ["water"],
        },
        "issuer": {
            "@context": CONTEXT,
            "type": "Issuer",
            "id": f"{HOST}/issuer",
            "name": "University of Zed",
            "url": "https://zed.example/",
            "email": "registry@zed.example",
            "publicKey": f"{HOST}/key",
            "revocationList": f"{HOST}/revoked",
        },
        "key": {
            "@context": CONTEXT,
            "type": "CryptographicKey",
            "id": f"{HOST}/key",
            "owner": f"{HOST}/issuer",
            "publicKeyPem": pem(),
        },
        "revoked": {
            "@context": CONTEXT,
            "type": "RevocationList",
            "id": f"{HOST}/revoked",
            "issuer": f"{HOST}/issuer",
            "revokedAssertions": [],
        },
    }
    objects = copy.deepcopy(objects)
    for path, change in changes.items():
        name = path.replace("_", "/")
        if change is None:
            del objects[name]
        else:
            objects[name] |= change
    return objects


def web(objects: dict[str, dict[str, Any]], **others: bytes) -> SnapshotLoader:
    def recorded(body: bytes) -> Recorded:
        return Recorded(read=lambda: body)

    pages = {f"{HOST}/{name}": recorded(json.dumps(value).encode()) for name, value in objects.items()}
    return SnapshotLoader(pages | {url: recorded(body) for url, body in others.items()})


def signed(number: int = 0, **more: Any) -> bytes:
    return signed_content(assertion("SignedBadge", **more), number)


def signed_content(content: Any, number: int = 0) -> bytes:
    signer = bare_signer(key(number))
    parts = [{"alg": "RS256"}, content]
    text = ".".join(base64url.encode(json.dumps(part).encode()) for part in parts)
    return f"{text}.{base64url.encode(signer.sign(text.encode()))}".encode()

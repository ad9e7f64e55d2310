"""Issuers and holders with published keys: a small web of DID documents, and what is sealed under them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from mikra.sealing import vc_jose
from mikra.sealing.keys import Signer, bare_signer
from mikra.trust import did
from mikra.trust.loader import Recorded, SnapshotLoader

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
UNIVERSITY = "did:web:university.example.test"
CURRENT, RETIRED, LOST, LOGIN, LISTS = (ec.derive_private_key(number, ec.SECP256R1()) for number in range(101, 106))
RETIRED_ON = datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC)
LOST_ON = datetime(2026, 3, 1, tzinfo=UTC)
HOLDER = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
HOLDER_DID = did.did_key(HOLDER.public_key())
HOLDER_KEY = did.key_url(HOLDER_DID)


def document() -> bytes:
    """The did.json of the university: a key of now, one retired, one that was lost, one for logins, one for lists."""
    return did.write(
        UNIVERSITY,
        [
            did.PublishedKey(name="now", key=CURRENT.public_key()),
            did.PublishedKey(name="retired", key=RETIRED.public_key(), expires=RETIRED_ON),
            did.PublishedKey(name="lost", key=LOST.public_key(), revoked=LOST_ON),
            did.PublishedKey(name="login", key=LOGIN.public_key(), purposes=frozenset({did.AUTHENTICATION})),
            did.PublishedKey(name="lists", key=LISTS.public_key()),
        ],
    )


def web(answers: Mapping[str, bytes] | None = None) -> SnapshotLoader:
    """The web in which the university is, and whatever else is given."""
    bodies = {did.document_address(UNIVERSITY): document(), **(answers or {})}
    return SnapshotLoader({url: Recorded(read=lambda b=body: b) for url, body in bodies.items()})


def credential(**changes: Any) -> dict[str, Any]:
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": "urn:uuid:5f1e0a1e-0000-4000-8000-000000000001",
        "type": ["VerifiableCredential"],
        "issuer": UNIVERSITY,
        "validFrom": "2026-01-01T00:00:00Z",
        "name": "Data ethics, 3 ECTS",
        "credentialSubject": {"id": HOLDER_DID, "name": "Ana"},
        **changes,
    }


def sealed(
    value: Mapping[str, Any] | None = None, *, key: Any = CURRENT, name: str = "now", at: datetime = AT
) -> bytes:
    """A vc+jwt of the university."""
    return vc_jose.seal_credential(
        credential() if value is None else value, signer=bare_signer(key), at=at, key_id=f"{UNIVERSITY}#{name}"
    )


def raw(header: Mapping[str, Any], payload: bytes | Mapping[str, Any], signer: Signer) -> bytes:
    """Any header over any payload, sealed all the same."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return vc_jose._sealed({"alg": signer.algorithm, **header}, body, signer)


def envelope(token: bytes, media: str = "application/vc+jwt") -> dict[str, Any]:
    return {
        "@context": "https://www.w3.org/ns/credentials/v2",
        "id": f"data:{media},{token.decode()}",
        "type": "EnvelopedVerifiableCredential",
    }


def presentation(*tokens: bytes, **changes: Any) -> dict[str, Any]:
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": HOLDER_DID,
        "verifiableCredential": [envelope(token) for token in tokens],
        **changes,
    }

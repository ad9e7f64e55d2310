"""SD-JWT VC (draft-ietf-oauth-sd-jwt-vc-26), 6: the type metadata of our attestation type: what a wallet shows of it.

Serve `metadata(namespace)` unchanged for ever at `vct(namespace)`, as application/json, with CORS for all. Its digest
goes into every attestation as `vct#integrity`.
"""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from typing import Any

import orjson

from mikra import messages
from mikra.errors import InputError
from mikra.trust.certified_names import host_of, is_loopback
from mikra.vocabulary.wallet_claims import MICRO_CREDENTIAL, OUR_TYPE, WalletClaim

_COLOURS = {"background_color": "#1f3a5f", "text_color": "#ffffff"}
"""Neutral, with a contrast of 11 to 1 (WCAG 2.2, 1.4.6): the institution's own stand in its issuer metadata."""

REGISTERED = ("iss", "iat", "exp", "cnf", "status", "vct", "vct#integrity")
"""Claims of the seal itself that are never disclosures (2.2.2.2), besides those of the table."""


def vct(namespace: str, *, loopback: bool = False) -> str:
    """The name of our type, which is its address. InputError for a namespace that is no https address with a slash.

    `loopback`: an http address of this machine will do, for development.
    """
    known = host_of(namespace) or (loopback and is_loopback(namespace))
    if not namespace.endswith("/") or not known:
        raise InputError(
            "Our own type needs an address of yours to stand under.",
            where="namespace",
            found=namespace,
            expected="https://HOST/ns/, with the slash at its end",
        )
    return namespace + OUR_TYPE


@lru_cache(maxsize=16)
def metadata(namespace: str, *, loopback: bool = False) -> bytes:
    """The document that stands at `vct(namespace)`: JSON, always the same bytes."""
    document = {
        "vct": vct(namespace, loopback=loopback),
        "name": messages.text("wallet.type.name"),
        "description": messages.text("wallet.type.description"),
        "display": [_type_display(language) for language in messages.LANGUAGES],
        "claims": [entry for claim in MICRO_CREDENTIAL for entry in _entries(claim)],
    }
    return orjson.dumps(document)


def integrity(document: bytes) -> str:
    """`vct#integrity` (7): the form of Subresource Integrity."""
    return f"sha256-{base64.b64encode(hashlib.sha256(document).digest()).decode()}"


def _type_display(language: str) -> dict[str, Any]:
    return {
        "locale": language,
        "name": messages.text("wallet.type.name", language),
        "description": messages.text("wallet.type.description", language),
        "rendering": {"simple": _COLOURS},
    }


def _entries(claim: WalletClaim) -> list[dict[str, Any]]:
    """One entry for a claim; for an array two: the array is open, each element a disclosure."""
    display = [
        {"locale": language, "label": messages.text(f"wallet.claim.{claim.name}", language)}
        for language in messages.LANGUAGES
    ]
    itself = {"path": [claim.name], "display": display, "mandatory": claim.mandatory}
    if len(claim.path) == 1:
        return [{**itself, "sd": "never" if claim.open else "always"}]
    return [{**itself, "sd": "never"}, {"path": list(claim.path), "display": display, "sd": "always"}]

"""Enveloped credentials and presentations (W3C VC Data Model 2.0, 4.13.2 and 4.13.3): what is sealed as a `data:` URL.

{"@context": ..., "id": "data:application/vc+jwt,eyJ...", "type": "EnvelopedVerifiableCredential"}
{"@context": ..., "id": "data:application/vc+cose;base64,0oRY...", "type": "EnvelopedVerifiableCredential"}
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mikra import base64url
from mikra.errors import InputError
from mikra.vocabulary.contexts import CREDENTIALS_V2

_NEVER = {"EnvelopedVerifiableCredential": "application/vp+", "EnvelopedVerifiablePresentation": "application/vc+"}
"""Type of an envelope -> how the media type within does not begin: an envelope holds what it says."""

TYPES = frozenset(_NEVER)

KINDS: dict[str, str] = {
    "application/vc+jwt": "jwt",
    "application/vp+jwt": "jwt",
    "application/jwt": "jwt",
    "application/vc+sd-jwt": "sd_jwt",
    "application/vp+sd-jwt": "sd_jwt",
    "application/dc+sd-jwt": "sd_jwt",
    "application/vc+cose": "cose",
    "application/vp+cose": "cose",
}
"""Media type -> kind of `Item` (VC-JOSE-COSE 1.0, 6.1; SD-JWT VC)."""

_BINARY = frozenset({"cose"})
"""Kinds that are bytes: in base64 (VC-JOSE-COSE 1.0, 3.3.1; RFC 2397)."""

_URL = re.compile(r"data:([A-Za-z0-9!#$&^_.+/-]+)((?:;[A-Za-z0-9_.=+/-]+)*),(.*)", re.DOTALL)
_TEXT = re.compile(r"[A-Za-z0-9_.~-]+")
"""What a sealed text is made of; nothing of it needs an escape in a URL (RFC 2397; RFC 3986, 2.3)."""


def is_enveloped(document: Mapping[str, Any]) -> bool:
    """Whether its type says that it is an envelope."""
    return bool(_types(document))


def _types(document: Mapping[str, Any]) -> list[str]:
    declared = document.get("type")
    types = declared if isinstance(declared, list) else [declared]
    return [kind for kind in types if isinstance(kind, str) and kind in TYPES]


def read(document: Mapping[str, Any], where: str) -> tuple[str, bytes]:
    """(kind, what is sealed); kind is "" where the media type is not read here. InputError credential_malformed."""
    contexts = document.get("@context")
    if CREDENTIALS_V2 not in (contexts if isinstance(contexts, list) else [contexts]):
        raise _refuse(where, f"{CREDENTIALS_V2} in @context", "@context")
    url = document.get("id")
    match = _URL.fullmatch(url) if isinstance(url, str) else None
    if match is None:
        raise _refuse(where, "a data: URL as id")
    media = match[1].lower()
    kind = KINDS.get(media, "")
    if any(media.startswith(_NEVER[one]) for one in _types(document)):
        raise _refuse(where, "what the type of the envelope says")
    if not kind:
        return "", b""
    if kind in _BINARY:
        return kind, _bytes(match[2], match[3], where)
    if match[2] or not _TEXT.fullmatch(match[3]):
        raise _refuse(where, "the sealed text itself after the comma")
    return kind, match[3].encode("ascii")


def _bytes(parameters: str, text: str, where: str) -> bytes:
    """base64, with its padding or without: both are in the field."""
    if parameters.lower() != ";base64":
        raise _refuse(where, "base64 after the comma")
    plain = text.rstrip("=")
    padded = plain + "=" * (-len(plain) % 4)
    if text not in (plain, padded):
        raise _refuse(where, "base64 after the comma")
    return base64url.decode_standard(padded, where=f"{where}/id", code="credential_malformed")


def _refuse(where: str, expected: str, member: str = "id") -> InputError:
    return InputError(
        "The envelope does not hold a sealed credential.",
        where=f"{where}/{member}",
        expected=expected,
        code="credential_malformed",
    )

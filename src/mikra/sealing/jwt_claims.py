"""RFC 7519, 4.1 and 5.3: the registered claims of a JWT, in its payload or repeated in its header, read strictly."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from mikra.errors import InputError
from mikra.instants import instant

TEXTS = ("iss", "sub", "jti", "nonce")
TIMES = ("exp", "nbf", "iat")
NAMES = frozenset({*TEXTS, *TIMES, "aud"})
"""RFC 7519, 4.1, and `nonce` (OpenID Connect Core 1.0, 2)."""

_LAST = 253402300799
"""31 December 9999, the last second that a date can name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a JWT says of itself. Texts are "" where it does not say; `audience` may be empty."""

    issuer: str = ""
    subject: str = ""
    id: str = ""
    nonce: str = ""
    audience: tuple[str, ...] = ()
    expires: datetime | None = None
    not_before: datetime | None = None
    issued_at: datetime | None = None


NONE = Claims()
"""What a JWT says of itself that is a credential and nothing else."""


def read(payload: Mapping[str, Any], header: Mapping[str, Any] = MappingProxyType({})) -> Claims:
    """Raises InputError credential_malformed; a claim that header and payload state differently is refused."""
    if NAMES.isdisjoint(payload) and NAMES.isdisjoint(header):
        return NONE
    for name in NAMES & header.keys() & payload.keys():
        if header[name] != payload[name]:
            raise refuse("Header and content of the seal do not say the same.", f"/{name}")
    found = {**{name: header[name] for name in NAMES & header.keys()}, **payload}
    texts = {name: _text(found, name) for name in TEXTS}
    times = {name: _time(found, name) for name in TIMES}
    return Claims(
        issuer=texts["iss"],
        subject=texts["sub"],
        id=texts["jti"],
        nonce=texts["nonce"],
        audience=_audience(found.get("aud", [])),
        expires=times["exp"],
        not_before=times["nbf"],
        issued_at=times["iat"],
    )


def without(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The content alone: what is said of the JWT left out."""
    if NAMES.isdisjoint(payload):
        return dict(payload)
    return {name: value for name, value in payload.items() if name not in NAMES}


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name, "")
    if not isinstance(value, str):
        raise refuse("A claim of the seal is no text.", f"/{name}")
    return value


def _audience(value: object) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else [value]
    if not all(isinstance(one, str) for one in listed):
        raise refuse("The audience of the seal is no text.", "/aud")
    return tuple(listed)


def _time(found: Mapping[str, Any], name: str) -> datetime | None:
    """RFC 7519, 2, NumericDate; and a date as text, which issuers of VC 2.0 in the field write."""
    if name not in found:
        return None
    value = found[name]
    if isinstance(value, str):
        return instant(value, f"/{name}")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LAST:
        raise refuse("A time of the seal is not written as it must be.", f"/{name}")
    return datetime.fromtimestamp(math.floor(value), UTC)


def refuse(message: str, where: str = "", *, found: str = "", expected: str = "") -> InputError:
    """The error for content that cannot be taken in one way."""
    return InputError(
        message,
        where=where,
        found=found[:80],
        expected=expected,
        fix="Ask the issuer for a corrected credential.",
        code="credential_malformed",
    )

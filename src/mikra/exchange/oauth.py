"""OAuth 2.0 (RFC 6749, 4.5, 5 and 8; RFC 6750, 3) as a wallet meets it: token requests, answers, refusals.

    asked = read_token_request(read_form(body))     PreAuthorized, CodeGrant or RefreshGrant
    token_response(token, lifetime=300)             what the wallet gets
    refusal(error)                                  any ProtocolError as the JSON of the standard

Parameters that nobody here knows are ignored (3.2), and so are `resource`, `user_pin` and others that wallets add; one
that stands twice is refused, since two readers would take two values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from mikra.errors import ProtocolError

PRE_AUTHORIZED = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
"""OpenID4VCI 1.0, 4.1.1."""
AUTHORIZATION_CODE = "authorization_code"
REFRESH = "refresh_token"
_NEEDED = {
    PRE_AUTHORIZED: ("pre-authorized_code",),
    AUTHORIZATION_CODE: ("code", "code_verifier", "redirect_uri"),
    REFRESH: ("refresh_token",),
}

MOST_BYTES = 64 * 1024
MOST_PARAMETERS = 60
LONGEST = 4096
"""Characters of one parameter; authorization_details and assertions fit."""

_OUTSIDE = re.compile(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]")
"""RFC 6749, 5.2: what an error_description must not hold."""
_AUTHORIZATION = re.compile(r"((?i:bearer|dpop)) +([A-Za-z0-9\-._~+/]+=*)")
"""RFC 6750, 2.1; RFC 9449, 7.1."""

INVALID_TOKEN, INSUFFICIENT_SCOPE, INVALID_CLIENT = "invalid_token", "insufficient_scope", "invalid_client"
_STATUS = {INVALID_TOKEN: 401, INVALID_CLIENT: 401, INSUFFICIENT_SCOPE: 403}


@dataclass(frozen=True, slots=True, kw_only=True)
class PreAuthorized:
    """A token request with a pre-authorised code (OpenID4VCI 1.0, 6.1). `tx_code` is None where none was sent."""

    code: str
    tx_code: str | None = None
    client_id: str = ""
    authorization_details: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeGrant:
    """A token request with the code of an authorisation (RFC 6749, 4.1.3; RFC 7636, 4.5)."""

    code: str
    verifier: str
    redirect: str
    client_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshGrant:
    """A token request with a refresh token (RFC 6749, 6)."""

    token: str
    client_id: str = ""


def read_form(
    body: bytes,
    content_type: str = "application/x-www-form-urlencoded",
    *,
    most: int = MOST_BYTES,
    longest: int = LONGEST,
) -> dict[str, str]:
    """The parameters of a request body. ProtocolError `invalid_request` for another form, or a parameter twice.

    `most`: bytes of the body; `longest`: characters of one parameter.
    """
    if content_type.partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise refuse("invalid_request", "The parameters come as application/x-www-form-urlencoded.")
    if len(body) > most:
        raise refuse("invalid_request", "This is more than a request may hold.")
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS)
    except ValueError:  # of UnicodeDecodeError too
        raise refuse("invalid_request", "The parameters cannot be read.") from None
    names = [name for name, _value in pairs]
    if len(set(names)) != len(names):
        raise refuse("invalid_request", "A parameter stands twice.")
    return {name: _plain(name, value, longest) for name, value in pairs if value}


def _plain(name: str, value: str, longest: int) -> str:
    if len(value) > longest or "\0" in value:
        raise refuse("invalid_request", "A parameter is longer than any that is needed here.", where=name[:40])
    return value


def read_token_request(given: Mapping[str, str]) -> PreAuthorized | CodeGrant | RefreshGrant:
    """What a wallet asks a token for. ProtocolError `invalid_request`, `unsupported_grant_type`."""
    grant = given.get("grant_type", "")
    if not grant:
        raise refuse("invalid_request", "The request does not name its grant.", where="grant_type")
    needed = _NEEDED.get(grant)
    if needed is None:
        raise refuse("unsupported_grant_type", "This grant is not given here.", where="grant_type")
    for name in needed:
        if not given.get(name):
            raise refuse("invalid_request", "A parameter of this grant is missing.", where=name)
    client = given.get("client_id", "")
    if grant == AUTHORIZATION_CODE:
        verifier, redirect = given["code_verifier"], given["redirect_uri"]
        return CodeGrant(code=given["code"], verifier=verifier, redirect=redirect, client_id=client)
    if grant == REFRESH:
        return RefreshGrant(token=given["refresh_token"], client_id=client)
    return PreAuthorized(
        code=given["pre-authorized_code"],
        tx_code=given.get("tx_code"),
        client_id=client,
        authorization_details=given.get("authorization_details", ""),
    )


def token_response(
    token: str,
    *,
    lifetime: int,
    kind: str = "Bearer",
    details: list[dict[str, Any]] | None = None,
    refresh: str = "",
) -> dict[str, Any]:
    """RFC 6749, 5.1. `details`: authorization_details, only where they were asked for (OpenID4VCI 1.0, 6.2)."""
    answer: dict[str, Any] = {"access_token": token, "token_type": kind, "expires_in": lifetime}
    if refresh:
        answer["refresh_token"] = refresh
    return {**answer, "authorization_details": details} if details else answer


def read_authorization(header: str) -> tuple[str, str]:
    """Scheme (`bearer` or `dpop`) and token of an Authorization header. ProtocolError `invalid_token`, for none too."""
    match = _AUTHORIZATION.fullmatch(header.strip()) if len(header) <= LONGEST else None
    if match is None:
        raise refuse(INVALID_TOKEN, "The request needs an access token.", where="Authorization")
    return match[1].lower(), match[2]


def refuse(code: str, message: str, *, where: str = "", expected: str = "") -> ProtocolError:
    """A refusal with a code of the standard."""
    return ProtocolError(message, where=where, expected=expected, code=code)


def refusal(error: ProtocolError) -> dict[str, str]:
    """RFC 6749, 5.2: the body that goes with `status_of(error)`; in the letters that the standard allows."""
    return {"error": error.code, "error_description": description(str(error))}


def description(text: str) -> str:
    """A text in the letters of an error_description."""
    return _OUTSIDE.sub("?", text.replace('"', "'").replace("\\", "/"))[:500]


def status_of(error: ProtocolError) -> int:
    """The HTTP status of a refusal."""
    return _STATUS.get(error.code, 400)


def challenge(error: ProtocolError, scheme: str = "Bearer") -> str:
    """RFC 6750, 3: WWW-Authenticate beside a 401 or 403 of a resource; without an error where no token was sent."""
    if error.where == "Authorization":
        return scheme
    return f'{scheme} error="{error.code}", error_description="{description(error.message)}"'

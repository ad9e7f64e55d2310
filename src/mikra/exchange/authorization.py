"""RFC 6749, 4.1, RFC 7636 (PKCE), RFC 9126 (PAR), RFC 9207 and OpenID4VCI 1.0, 5: a wallet asks to be authorised.

    asked = read_request(form, configurations)     what a wallet asks for, each parameter checked
    back = answer(asked.redirect, code=..., state=..., issuer=...)     where its learner is sent back to
    verifier_fits(verifier, challenge)             PKCE, S256 alone

A wallet is sent back only to an address of its own kind: a private scheme (RFC 8252, 7.1), or an https address that
the operator knows letter for letter; who decides that is `redirect_fault`. Until the address is believed, nothing is
ever sent to it (RFC 6749, 4.1.2.1).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from mikra import base64url, strictjson
from mikra.errors import InputError
from mikra.exchange import oauth

REQUEST_URI = "urn:ietf:params:oauth:request_uri:"
"""RFC 9126, 2.2."""
_VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_PLAIN = re.compile(r"[\x21-\x7e]{1,1000}")
_SCHEME = re.compile(r"[a-z][a-z0-9+.\-]{1,60}")
_NOT_PRIVATE = frozenset(
    {
        "http",
        "https",
        "javascript",
        "data",
        "file",
        "vbscript",
        "blob",
        "about",
        "ftp",
        "ftps",
        "ws",
        "wss",
        "mailto",
        "tel",
        "sms",
        "smsto",
        "intent",
        "view-source",
        "chrome",
        "edge",
        "resource",
        "jar",
        "content",
        "filesystem",
        "ssh",
        "git",
        "ldap",
        "gopher",
        "news",
        "nntp",
        "irc",
        "urn",
        "did",
    }
)
"""Schemes that belong to no wallet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRequest:
    """What a wallet asks for: one configuration. `detailed`: by authorization_details, so that it is answered so."""

    client_id: str
    redirect: str
    challenge: str
    configuration: str
    state: str = ""
    issuer_state: str = ""
    dpop: str = ""
    detailed: bool = False


def client_of(given: Mapping[str, str]) -> tuple[str, str]:
    """client_id and redirect_uri, which are believed or not before anything else is looked at."""
    client, redirect = given.get("client_id", ""), given.get("redirect_uri", "")
    if not client or len(client) > 200:
        raise oauth.refuse("invalid_request", "The request does not name its wallet.", where="client_id")
    if not redirect:
        raise oauth.refuse("invalid_request", "The request does not say where to go back to.", where="redirect_uri")
    return client, redirect


def redirect_fault(redirect: str, known: Sequence[str] = (), *, any_clean: bool = False) -> str:
    """Why nobody is sent to this address; "" where it is fine. `known`: the addresses of this wallet, as registered.

    `any_clean`: outside production, any well-formed address of a developer's own will do.
    """
    if not _PLAIN.fullmatch(redirect) or "\\" in redirect:
        return "This is no address."
    if redirect in known:
        return ""
    try:
        parts = urlsplit(redirect)
        host = parts.hostname or ""
    except ValueError:
        return "This is no address."
    if not _SCHEME.fullmatch(parts.scheme) or "#" in redirect:
        return "This is no address to go back to."
    if parts.scheme in ("http", "https"):
        if any_clean and host and "@" not in parts.netloc and ".." not in redirect and "%2f" not in redirect.lower():
            return ""
        return "This address is not known as one of this wallet."
    return "This scheme belongs to no wallet." if parts.scheme in _NOT_PRIVATE else ""


def read_request(given: Mapping[str, str], configurations: Sequence[str]) -> AuthorizationRequest:
    """The request, its client believed already. ProtocolError `invalid_request`, `unsupported_response_type`,
    `invalid_scope`, `invalid_authorization_details`.
    """
    client, redirect = client_of(given)
    if given.get("response_type") != "code":
        raise oauth.refuse("unsupported_response_type", "Only a code is given here.", where="response_type")
    if given.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(given.get("code_challenge", "")):
        raise oauth.refuse(
            "invalid_request", "The request needs PKCE (RFC 7636).", where="code_challenge", expected="S256"
        )
    state, jkt = given.get("state", ""), given.get("dpop_jkt", "")
    if len(state) > 1000:
        raise oauth.refuse("invalid_request", "The state is longer than we carry.", where="state")
    if jkt and not _CHALLENGE.fullmatch(jkt):
        raise oauth.refuse("invalid_request", "This is no thumbprint of a key.", where="dpop_jkt")
    details = given.get("authorization_details", "")
    wanted = _detailed(details, configurations) if details else _scoped(given.get("scope", ""), configurations)
    return AuthorizationRequest(
        client_id=client,
        redirect=redirect,
        challenge=given["code_challenge"],
        configuration=wanted,
        state=state,
        issuer_state=given.get("issuer_state", "")[:400],
        dpop=jkt,
        detailed=bool(details),
    )


def _scoped(scope: str, configurations: Sequence[str]) -> str:
    found = [one for one in dict.fromkeys(scope.split(" ")) if one in configurations]
    if len(found) != 1:
        raise oauth.refuse(
            "invalid_scope",
            "The request names one credential of ours.",
            where="scope",
            expected=", ".join(configurations),
        )
    return found[0]


def _detailed(text: str, configurations: Sequence[str]) -> str:
    code = "invalid_authorization_details"
    try:
        found = strictjson.parse(text.encode())
    except InputError as error:
        raise oauth.refuse(code, "This cannot be read.", where="authorization_details") from error
    one: Any = found[0] if isinstance(found, list) and len(found) == 1 else None
    if not isinstance(one, dict) or one.get("type") != "openid_credential":
        raise oauth.refuse(code, "It asks for one credential.", where="authorization_details")
    wanted = one.get("credential_configuration_id")
    if wanted not in configurations:
        raise oauth.refuse(code, "There is no such credential here.", where="authorization_details")
    return str(wanted)


def answer(redirect: str, *, issuer: str, state: str = "", **said: str) -> str:
    """The address with what is said to the wallet: `code`, or `error` (4.1.2; RFC 9207: `iss`)."""
    parameters = {**said, **({"state": state} if state else {}), "iss": issuer}
    return f"{redirect}{'&' if '?' in redirect else '?'}{urlencode(parameters)}"


def challenge_of(verifier: str) -> str:
    """RFC 7636, 4.2."""
    return base64url.encode(hashlib.sha256(verifier.encode("ascii")).digest())


def verifier_fits(verifier: str, challenge: str) -> bool:
    """RFC 7636, 4.6."""
    if not _VERIFIER.fullmatch(verifier):
        return False
    return hmac.compare_digest(challenge_of(verifier), challenge)

"""RFC 9449 (DPoP): the proof that whoever uses a token has the key that the token was given to; both ends of it.

Its checks (4.3), each failure `invalid_dpop_proof`, and one of the nonce alone `use_dpop_nonce`:

    1. one JWS in compact form, `typ` dpop+jwt, an algorithm of the list, no `kid` or `x5c`
    2. the key in `jwk` is public and signed it
    3. `htm` is the method, `htu` the address without query and fragment, as the server is known
    4. `iat` is of now, give or take a minute
    5. `nonce`, where one is asked for or sent, is ours
    6. `ath` is the digest of the token, where a token is used; without a token there is none
    7. `jti` was not seen before with this key (the caller keeps them)
    8. the key is the one that the token is bound to (the caller compares `thumbprint`)

    found = check(text, Expected(method="POST", url=..., at=now, token="..."), is_ours=..., is_new=...)
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from mikra import base64url
from mikra.errors import ProtocolError
from mikra.exchange import signed_claims
from mikra.exchange.signed_claims import Reader
from mikra.public_keys import jwk
from mikra.sealing import jws
from mikra.sealing.keys import Signer

ALGORITHMS = ("ES256", "EdDSA")
INVALID, USE_NONCE = "invalid_dpop_proof", "use_dpop_nonce"
PROFILE = jws.Profile(
    name="DPoP",
    algorithms=frozenset(ALGORITHMS),
    protected=frozenset({"alg", "typ", "jwk"}),
    types=frozenset({"dpop+jwt"}),
    max_protected=4 * 1024,
)
_READ = Reader(profile=PROFILE, code=INVALID, most=8 * 1024, age=timedelta(seconds=0))
REMEMBERED = timedelta(minutes=3)
"""How long a `jti` has to be known: longer than a proof is of now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a proof has to say. `token` is "" where none is used yet; `nonce` whether one is asked for."""

    method: str
    url: str
    at: datetime
    token: str = ""
    nonce: bool = False


def check(text: str, expected: Expected, *, is_ours: Callable[[str], bool], is_new: Callable[[str], bool]) -> str:
    """The thumbprint (RFC 7638) of the key; checks 1 to 7. ProtocolError `invalid_dpop_proof`, `use_dpop_nonce`.

    `is_new` gets key and `jti` as one text, and says whether it was never seen.
    """
    found = _READ.open(text)
    key = _READ.key(found.header.get("jwk"), "jwk")
    _READ.check_signature(found, key)
    claims = found.claims
    if claims.get("htm") != expected.method:
        raise _READ.refuse("The proof is for another method.", "htm", expected=expected.method)
    if normal(_READ.text(claims, "htu", 2000)) != normal(expected.url):
        raise _READ.refuse("The proof is for another address.", "htu", expected=normal(expected.url))
    _READ.check_fresh(claims, expected.at)
    _check_token(claims, expected.token)
    nonce = claims.get("nonce")
    if (expected.nonce or nonce is not None) and not (isinstance(nonce, str) and is_ours(nonce)):
        raise ProtocolError("The proof needs a nonce of ours.", where="nonce", code=USE_NONCE)
    thumbprint = jwk.thumbprint(jwk.write(key))
    if not is_new(f"{thumbprint}.{_READ.text(claims, 'jti', 200)}"):
        raise _READ.refuse("The proof was used already.", "jti")
    return thumbprint


def normal(url: str) -> str:
    """4.3, 9: an address as it is compared: without query, fragment and usual port, its host in lower case."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    name = f"[{host}]" if ":" in host else host
    return urlunsplit((parts.scheme, name if port in (None, usual) else f"{name}:{port}", parts.path or "/", "", ""))


def _check_token(claims: Any, token: str) -> None:
    given = claims.get("ath")
    if not token:
        if given is not None:
            raise _READ.refuse("The proof belongs to a token.", "ath", expected="none")
        return
    if not isinstance(given, str) or not hmac.compare_digest(given.encode("utf-8", "replace"), digest_of(token)):
        raise _READ.refuse("The proof belongs to another token.", "ath")


def digest_of(token: str) -> bytes:
    """`ath` (4.2), as ASCII."""
    return base64url.encode(hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()).encode()


def make(
    signer: Signer,
    key: PublicKeyTypes,
    *,
    method: str,
    url: str,
    at: datetime,
    jti: str,
    token: str = "",
    nonce: str = "",
) -> str:
    """A proof as a wallet makes it."""
    claims: dict[str, Any] = {"jti": jti, "htm": method, "htu": url, "iat": int(at.timestamp())}
    if token:
        claims["ath"] = digest_of(token).decode()
    if nonce:
        claims["nonce"] = nonce
    return signed_claims.make(signer, {"typ": "dpop+jwt", "jwk": jwk.write(key)}, claims)

"""OpenID4VCI 1.0, appendix D: a provider of wallets vouches for keys: where they lie, and what protects them.

Checks, each failure `invalid_proof`: one JWS with `typ` key-attestation+jwt (or keyattestation+jwt, as drafts had it)
and an algorithm of the list; signed by the leaf of `x5c`; `iat` is no moment to come, `exp` lies ahead;
`attested_keys` are public keys, each once, at most as many as one token gives copies; `nonce`, where it stands, a text.
Whether that provider is trusted, the nonce ours and the attestation not revoked (`status`), the caller finds out.

    found = read(text, at)
    found.has(key)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from mikra.exchange import signed_claims
from mikra.exchange.oid4vci import BATCH
from mikra.exchange.signed_claims import SKEW, Reader
from mikra.public_keys import jwk
from mikra.public_keys.certificate import parsed
from mikra.sealing import jws
from mikra.sealing.keys import Signer

TYPE = "key-attestation+jwt"
ALGORITHMS = ("ES256", "ES384")
_READ = Reader(
    profile=jws.Profile(
        name="key attestation",
        algorithms=frozenset(ALGORITHMS),
        protected=frozenset({"alg", "typ", "x5c", "kid"}),
        types=frozenset({TYPE, "keyattestation+jwt"}),
        max_protected=16 * 1024,
    ),
    code="invalid_proof",
    most=32 * 1024,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyAttestation:
    """What was attested. `status`: the claim as it stands, None for none; `nonce` "" where it names none."""

    keys: tuple[PublicKeyTypes, ...]
    chain: tuple[bytes, ...]
    nonce: str = ""
    status: Mapping[str, Any] | None = None

    def has(self, key: PublicKeyTypes) -> bool:
        """Whether this key is one of them."""
        wanted = jwk.thumbprint(jwk.write(key))
        return any(jwk.thumbprint(jwk.write(one)) == wanted for one in self.keys)


def read(text: str, at: datetime) -> KeyAttestation:
    """ProtocolError `invalid_proof`."""
    found = _READ.open(text)
    chain = _READ.chain(found.header)
    _READ.check_signature(found, parsed(chain[0]).public_key())
    claims = found.claims
    made = _READ.moment(claims, "iat")
    if made is None or made > (at + SKEW).timestamp():
        raise _READ.refuse("The attestation does not say when it was made, or is of a time to come.", "iat")
    _READ.check_counts(claims, at)
    nonce, status = claims.get("nonce", ""), claims.get("status")
    if not isinstance(nonce, str) or len(nonce) > 400:
        raise _READ.refuse("The nonce is no text that we take.", "nonce")
    if status is not None and not isinstance(status, Mapping):
        raise _READ.refuse("The status is no object.", "status")
    return KeyAttestation(keys=_keys(claims), chain=chain, nonce=nonce, status=status)


def _keys(claims: Mapping[str, Any]) -> tuple[PublicKeyTypes, ...]:
    given = claims.get("attested_keys")
    if not isinstance(given, list) or not 1 <= len(given) <= BATCH:
        raise _READ.refuse("The attested keys are a list.", "attested_keys", expected=f"1 to {BATCH} keys")
    keys = tuple(_READ.key(one, f"attested_keys.{number}") for number, one in enumerate(given))
    if len({jwk.thumbprint(jwk.write(one)) for one in keys}) != len(keys):
        raise _READ.refuse("A key is attested twice.", "attested_keys")
    return keys


def make(
    signer: Signer, x5c: list[str], keys: Sequence[PublicKeyTypes], *, at: datetime, ends: datetime, nonce: str = ""
) -> str:
    """An attestation as a provider writes it."""
    claims: dict[str, Any] = {
        "iat": int(at.timestamp()),
        "exp": int(ends.timestamp()),
        "attested_keys": [jwk.write(one) for one in keys],
    }
    if nonce:
        claims["nonce"] = nonce
    return signed_claims.make(signer, {"typ": TYPE, "x5c": x5c}, claims)

"""OAuth 2.0 Attestation-Based Client Authentication (draft 07): a provider vouches for a wallet; both ends of it.

The provider's text (`OAuth-Client-Attestation`) names the wallet and its key; the wallet's own
(`OAuth-Client-Attestation-PoP`) shows that it has that key, and is of now. Checks, each failure `invalid_client`:

    1. both are JWS in compact form with their own `typ` and an algorithm of the list
    2. the attestation was signed by the leaf of its `x5c`; who vouches for that chain is for the caller to say
    3. `sub` is the client_id, `cnf.jwk` a public key, `exp` lies ahead
    4. the proof was signed by `cnf.jwk`; a key in its header is the same one
    5. `aud` of the proof is this server, and no other beside it; `iat` is of now; `iss`, where it stands, the client
    6. `challenge`, where it stands, is ours (`use_attestation_challenge`)
    7. `jti` was not seen before with this key

    found = check(texts, Expected(server=..., at=now), is_ours=..., is_new=...)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from mikra.errors import ProtocolError
from mikra.exchange import oauth, signed_claims
from mikra.exchange.signed_claims import Found, Reader
from mikra.public_keys import jwk
from mikra.public_keys.certificate import parsed
from mikra.sealing import jws
from mikra.sealing.keys import Signer

PROVIDERS, ALGORITHMS = ("ES256", "ES384"), ("ES256",)
"""What attestations, and what proofs of them, are signed with."""
TYPE, PROOF_TYPE = "oauth-client-attestation+jwt", "oauth-client-attestation-pop+jwt"
USE_CHALLENGE = "use_attestation_challenge"
REMEMBERED = timedelta(minutes=8)

_ATTESTATION = Reader(
    profile=jws.Profile(
        name="wallet attestation",
        algorithms=frozenset(PROVIDERS),
        protected=frozenset({"alg", "typ", "x5c", "kid"}),
        types=frozenset({TYPE}),
        max_protected=16 * 1024,
    ),
    code=oauth.INVALID_CLIENT,
    most=32 * 1024,
)
_PROOF = Reader(
    profile=jws.Profile(
        name="proof of a wallet attestation",
        algorithms=frozenset(ALGORITHMS),
        protected=frozenset({"alg", "typ", "jwk", "kid"}),
        types=frozenset({PROOF_TYPE}),
        max_protected=4 * 1024,
    ),
    code=oauth.INVALID_CLIENT,
    most=8 * 1024,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """The two headers of a request; both "" where the client does not say who it is."""

    attestation: str = ""
    proof: str = ""

    def __bool__(self) -> bool:
        return bool(self.attestation or self.proof)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """`server`: the issuer identifier of the authorisation server. `client_id`: what the request says, or ""."""

    server: str
    at: datetime
    client_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attested:
    """A wallet that a provider vouches for: `key` is the thumbprint of its key, `chain` the provider's certificates."""

    client_id: str
    key: str
    chain: tuple[bytes, ...]


def check(
    texts: Texts, expected: Expected, *, is_ours: Callable[[str], bool], is_new: Callable[[str], bool]
) -> Attested:
    """Checks 1 to 7. ProtocolError `invalid_client`, `use_attestation_challenge`."""
    if not texts.attestation or not texts.proof:
        raise _ATTESTATION.refuse("A wallet says who it is with both headers, or with none.", "headers")
    found = _ATTESTATION.open(texts.attestation)
    chain = _ATTESTATION.chain(found.header)
    _ATTESTATION.check_signature(found, parsed(chain[0]).public_key())
    client = _ATTESTATION.text(found.claims, "sub", 200)
    if expected.client_id and expected.client_id != client:
        raise _ATTESTATION.refuse("The attestation is of another wallet.", "sub", expected=expected.client_id)
    if _ATTESTATION.moment(found.claims, "exp") is None:
        raise _ATTESTATION.refuse("The attestation does not say how long it counts.", "exp")
    _ATTESTATION.check_counts(found.claims, expected.at)
    confirmed = found.claims.get("cnf")
    given = confirmed.get("jwk") if isinstance(confirmed, Mapping) else None
    key = _ATTESTATION.key(given, "cnf.jwk")
    _check_proof(_PROOF.open(texts.proof), key, client, expected, is_ours, is_new)
    return Attested(client_id=client, key=jwk.thumbprint(jwk.write(key)), chain=chain)


def _check_proof(
    found: Found,
    key: PublicKeyTypes,
    client: str,
    expected: Expected,
    is_ours: Callable[[str], bool],
    is_new: Callable[[str], bool],
) -> None:
    """Checks 4 to 7."""
    _PROOF.check_signature(found, key)
    thumbprint = jwk.thumbprint(jwk.write(key))
    if "jwk" in found.header and jwk.thumbprint(jwk.write(_PROOF.key(found.header["jwk"], "jwk"))) != thumbprint:
        raise _PROOF.refuse("The proof names another key than the attestation.", "jwk")
    claims = found.claims
    if claims.get("aud") not in (expected.server, [expected.server]):
        raise _PROOF.refuse("The proof was made for another server.", "aud", expected=expected.server)
    if "iss" in claims and claims["iss"] != client:
        raise _PROOF.refuse("The proof is by another wallet.", "iss", expected=client)
    _PROOF.check_fresh(claims, expected.at)
    challenge = claims.get("challenge")
    if challenge is not None and not (isinstance(challenge, str) and is_ours(challenge)):
        raise ProtocolError("The challenge is none of ours, or too old.", where="challenge", code=USE_CHALLENGE)
    if not is_new(f"{thumbprint}.{_PROOF.text(claims, 'jti', 200)}"):
        raise _PROOF.refuse("The proof was used already.", "jti")


def attest(signer: Signer, chain: list[str], key: PublicKeyTypes, *, client: str, ends: datetime) -> str:
    """An attestation as a provider writes it; `chain` is `x5c`."""
    claims: dict[str, Any] = {"sub": client, "exp": int(ends.timestamp()), "cnf": {"jwk": jwk.write(key)}}
    return signed_claims.make(signer, {"typ": TYPE, "x5c": chain}, claims)


def prove(signer: Signer, *, server: str, client: str, at: datetime, jti: str, challenge: str = "") -> str:
    """A proof as a wallet writes it."""
    claims: dict[str, Any] = {"iss": client, "aud": server, "iat": int(at.timestamp()), "jti": jti}
    if challenge:
        claims["challenge"] = challenge
    return signed_claims.make(signer, {"typ": PROOF_TYPE}, claims)

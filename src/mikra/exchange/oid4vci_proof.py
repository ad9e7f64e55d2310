"""OpenID4VCI 1.0, 8.2.1.1 and appendix F.1: the wallet's proof that it has the key to which a credential is bound.

Its checks, in order; each failure is `invalid_proof`, and one of the nonce alone `invalid_nonce`:

    1. the form: a JWS in compact form through the gate (`sealing.jws`), with `typ` openid4vci-proof+jwt
    2. `alg`: an asymmetric one that the configuration lists; never `none`, never one with a shared secret
    3. whose key: exactly one of `kid` (did:key, did:jwk) and `jwk`; `x5c` is not taken here
    4. the key holds nothing private, and is fit for `alg`
    5. the signature is by that key
    6. `aud` is this issuer, and no other beside it
    7. `iss` is the client, where the wallet gave itself a name; absent where it did not
    8. `iat` is of now; `exp` and `nbf`, where they stand, hold
    9. `nonce` is one of ours, unused (`invalid_nonce`); all proofs of a request carry the same one
   10. no two proofs of a request are of one key

    proofs = check(texts, Expected(issuer=..., at=now), is_ours=...)        one of each key
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from mikra import base64url, strictjson
from mikra.errors import InputError, ProtocolError
from mikra.public_keys import jwk
from mikra.sealing import jws
from mikra.sealing.algorithms import signature_fault
from mikra.sealing.jws import Profile
from mikra.sealing.keys import Signer
from mikra.trust import did
from mikra.trust.loader import OFFLINE

TYPE = "openid4vci-proof+jwt"
ALGORITHMS = ("ES256", "EdDSA")
"""What proofs are signed with here, as the metadata says."""

PROFILE = Profile(
    name="OpenID4VCI proof",
    algorithms=frozenset(ALGORITHMS),
    protected=frozenset({"alg", "typ", "kid", "jwk", "x5c", "key_attestation", "trust_chain"}),
    types=frozenset({TYPE}),
    max_protected=16 * 1024,
)
MAX_BYTES = 32 * 1024
MAX_AGE = timedelta(minutes=5)
SKEW = timedelta(seconds=60)
_LAST_SECOND = 253402300799


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a proof has to say: to whom it speaks, when it is, and by which name the wallet asked for its token."""

    issuer: str
    at: datetime
    client_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A proof that holds: the key, and the name of it that the wallet used (a DID, made of the key where it sent one).

    `key_attestation` is the text in the header, "" for none; nothing of it was checked.
    """

    key: PublicKeyTypes
    nonce: str
    did: str
    key_attestation: str = ""

    @property
    def holder(self) -> dict[str, str]:
        """The key as JWK, its own members alone: `cnf.jwk`."""
        return jwk.write(self.key)


def check(texts: Sequence[str], expected: Expected, *, is_ours: Callable[[str], bool]) -> tuple[Proof, ...]:
    """Checks 1 to 10 of all proofs of a request. ProtocolError `invalid_proof`, `invalid_nonce`."""
    proofs = tuple(read(text, expected) for text in texts)
    nonces = {proof.nonce for proof in proofs}
    if len(nonces) != 1:
        raise _refuse("The proofs of one request carry one nonce.", "nonce")
    if not is_ours(nonces.pop()):
        raise ProtocolError(
            "The nonce of the proof is none of ours, is too old, or was used.",
            where="nonce",
            fix="Ask the nonce endpoint for another one.",
            code="invalid_nonce",
        )
    if len({jwk.thumbprint(proof.holder) for proof in proofs}) != len(proofs):
        raise _refuse("Two proofs are of one key.", "jwk")
    return proofs


def read(text: str, expected: Expected) -> Proof:
    """Checks 1 to 8, and that there is a nonce at all. ProtocolError `invalid_proof`."""
    try:
        return _read(text, expected)
    except InputError as error:
        raise _refuse(error.message, error.where or "header", found=error.found) from error


def _read(text: str, expected: Expected) -> Proof:
    if len(text) > MAX_BYTES:
        raise _refuse("The proof is larger than we accept.", "proof")
    found = jws.read_compact(text.encode("utf-8", "surrogatepass"), PROFILE)
    (signature,) = found.signatures
    key, name = _key_of(signature.header)
    if fault := signature_fault(signature.algorithm, key, signature.value, found.signing_input(signature)):
        raise _refuse("The signature of the proof does not hold.", "signature", found=fault)
    claims = strictjson.parse(found.payload)
    if not isinstance(claims, dict):
        raise _refuse("The proof holds no claims.", "payload")
    _check_claims(claims, expected)
    attestation = signature.header.get("key_attestation", "")
    if not isinstance(attestation, str):
        raise _refuse("The key attestation is no text.", "key_attestation")
    return Proof(key=key, nonce=claims["nonce"], did=name, key_attestation=attestation)


def _key_of(header: Mapping[str, Any]) -> tuple[PublicKeyTypes, str]:
    """Checks 3 and 4."""
    named = [name for name in ("kid", "jwk", "x5c") if name in header]
    if len(named) != 1 or "trust_chain" in header:
        raise _refuse("Exactly one member of the header names the key.", "header", found=", ".join(named) or "none")
    if named == ["x5c"]:
        raise _refuse("Certificates of wallets are not taken here.", "x5c", expected="jwk, or kid with a DID")
    if named == ["jwk"]:
        given = header["jwk"]
        if isinstance(given, Mapping) and jwk.has_private_part(given):
            raise _refuse("The proof gives away the private key.", "jwk", fix="Make a new key; this one is lost.")
        key = jwk.read(given, "jwk")
        return key, did.did_jwk(key)
    url = header["kid"]
    if not url.startswith(("did:key:", "did:jwk:")):
        raise _refuse("The key is named in a way that is not read here.", "kid", expected="did:key or did:jwk")
    method = did.resolve_method(url, loader=OFFLINE, purpose=did.AUTHENTICATION)
    if method.compromised is not None:
        raise _refuse("The DID gives away the private key.", "kid", fix="Make a new key; this one is lost.")
    return method.key, method.controller


def _check_claims(claims: Mapping[str, Any], expected: Expected) -> None:
    """Checks 6 to 8, and the presence of a nonce."""
    heard = claims.get("aud")
    if heard not in (expected.issuer, [expected.issuer]):
        raise _refuse("The proof was made for another issuer.", "aud", expected=expected.issuer)
    if "iss" in claims and (not expected.client_id or claims["iss"] != expected.client_id):
        raise _refuse("The proof is by another client than the token.", "iss", expected=expected.client_id or "no iss")
    made = _moment(claims, "iat")
    if made is None:
        raise _refuse("The proof does not say when it was made.", "iat")
    now = expected.at.timestamp()
    skew = SKEW.total_seconds()
    if made > now + skew or made < now - MAX_AGE.total_seconds() - skew:
        raise _refuse("The proof is not of now.", "iat", found=f"{int(made - now)} seconds from our clock")
    ends, begins = _moment(claims, "exp"), _moment(claims, "nbf")
    if (ends is not None and ends < now - skew) or (begins is not None and begins > now + skew):
        raise _refuse("The proof does not count at this time.", "exp")
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not nonce or len(nonce) > 400:
        raise _refuse("The proof carries no nonce.", "nonce", fix="Ask the nonce endpoint for one.")


def _moment(claims: Mapping[str, Any], name: str) -> float | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LAST_SECOND:
        raise _refuse("This is no moment.", name)
    return float(value)


def make(
    signer: Signer,
    key: PublicKeyTypes,
    *,
    issuer: str,
    nonce: str,
    at: datetime,
    client_id: str = "",
    key_attestation: str = "",
) -> str:
    """A proof as a wallet makes it, with its key as `jwk`."""
    header: dict[str, Any] = {"typ": TYPE, "alg": signer.algorithm, "jwk": jwk.write(key)}
    if key_attestation:
        header["key_attestation"] = key_attestation
    claims: dict[str, Any] = {"aud": issuer, "iat": int(at.timestamp()), "nonce": nonce}
    if client_id:
        claims["iss"] = client_id
    covered = ".".join(base64url.encode(orjson.dumps(part)) for part in (header, claims))
    return f"{covered}.{base64url.encode(signer.sign(covered.encode()))}"


def _refuse(message: str, where: str, *, found: str = "", expected: str = "", fix: str = "") -> ProtocolError:
    return ProtocolError(message, where=where, found=found, expected=expected, fix=fix, code="invalid_proof")

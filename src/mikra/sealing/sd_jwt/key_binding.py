"""RFC 9901, 4.3 and 7.3: the holder's proof (KB-JWT): made for one verifier, one question, one set of disclosures.

Its checks, in order, each with its code:

    1. the form, through the gate: `typ` kb+jwt, `iat`, `aud`, `nonce`, `sd_hash`   jws_*, json_*
    2. `sd_hash` is that of what is presented                              holder_binding_invalid
    3. the signature is by the key that the issuer sealed into `cnf`       holder_binding_invalid
    4. `nonce` and `aud` are those that were asked for         nonce_mismatch, audience_mismatch
    5. `iat` is of now                                  proof_too_old, proof_from_future
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import orjson
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from mikra import base64url, strictjson
from mikra.errors import InputError
from mikra.sealing import jws
from mikra.sealing.algorithms import ALGORITHMS, signature_fault
from mikra.sealing.jws import Jws, Profile
from mikra.sealing.keys import Signer
from mikra.sealing.sd_jwt.disclosures import Place
from mikra.sealing.sd_jwt.issue import sd_hash
from mikra.sealing.sd_jwt.read import SdJwt, read

PROFILE = Profile(
    name="KB-JWT",
    algorithms=frozenset(ALGORITHMS),
    protected=frozenset({"alg", "typ", "kid"}),
    types=frozenset({"kb+jwt"}),
    max_protected=8 * 1024,
)

MAX_AGE = timedelta(minutes=5)
"""Ours: how old a proof may be, beyond the difference of clocks. Long enough for a wallet that asks its holder."""

MAX_BYTES = 16 * 1024
_LAST_SECOND = 253402300799


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyBinding:
    """A KB-JWT whose form holds; nothing else was checked."""

    jwt: Jws
    at: datetime
    audience: str
    nonce: str
    sd_hash: str


def read_key_binding(text: bytes) -> KeyBinding:
    """Check 1. Raises InputError with a code of `codes.CODES`."""
    if len(text) > MAX_BYTES:
        raise _refuse("too_large", "The holder's proof is larger than we accept.", "")
    jwt = jws.read_compact(text, PROFILE)
    claims = strictjson.parse(jwt.payload)
    if not isinstance(claims, dict):
        raise _refuse("jws_malformed", "The holder's proof holds no claims.", "")
    for name in ("aud", "nonce", "sd_hash"):
        if not isinstance(claims.get(name), str) or not claims[name]:
            raise _refuse("jws_malformed", "The holder's proof lacks a claim.", name)
    made = claims.get("iat")
    if isinstance(made, bool) or not isinstance(made, int | float) or not 0 <= made <= _LAST_SECOND:
        raise _refuse("jws_malformed", "The holder's proof does not say when it was made.", "iat")
    moment = datetime.fromtimestamp(made, UTC)
    return KeyBinding(jwt=jwt, at=moment, audience=claims["aud"], nonce=claims["nonce"], sd_hash=claims["sd_hash"])


def binding_fault(found: KeyBinding, presented: bytes, key: PublicKeyTypes) -> str:
    """Checks 2 and 3: a code of `codes.CODES`, or "" where the key of the holder signed exactly what is presented."""
    if not hmac.compare_digest(found.sd_hash.encode(), sd_hash(presented).encode()):
        return "holder_binding_invalid"
    (signature,) = found.jwt.signatures
    fault = signature_fault(signature.algorithm, key, signature.value, found.jwt.signing_input(signature))
    return "holder_binding_invalid" if fault else ""


def answer_fault(found: KeyBinding, *, nonce: str, audience: str, at: datetime, skew: timedelta) -> str:
    """Checks 4 and 5: a code, or "" where it answers what was asked. An empty nonce or audience was not asked for."""
    if nonce and not hmac.compare_digest(found.nonce.encode(), nonce.encode()):
        return "nonce_mismatch"
    if audience and not hmac.compare_digest(found.audience.encode(), audience.encode()):
        return "audience_mismatch"
    return age_fault(found, at=at, skew=skew)


def age_fault(found: KeyBinding, *, at: datetime, skew: timedelta) -> str:
    """Check 5."""
    if found.at - at > skew:
        return "proof_from_future"
    return "proof_too_old" if at - found.at > MAX_AGE + skew else ""


def bind(presented: bytes, *, signer: Signer, audience: str, nonce: str, at: datetime) -> bytes:
    """4.3: what is presented, with the holder's proof after its last `~`. `signer` needs no certificate."""
    if not presented.endswith(b"~"):
        raise InputError("A proof of the holder goes after the last ~.", fix="Give the presentation without a proof.")
    header = {"alg": signer.algorithm, "typ": "kb+jwt"}
    claims = {"iat": int(at.timestamp()), "aud": audience, "nonce": nonce, "sd_hash": sd_hash(presented)}
    covered = ".".join(base64url.encode(orjson.dumps(part)) for part in (header, claims))
    return presented + f"{covered}.{base64url.encode(signer.sign(covered.encode()))}".encode()


def present(sealed: bytes, wanted: Callable[[Place], bool]) -> bytes:
    """7.2: the holder's choice: the disclosures whose place is wanted, and those that hold them.

    Raises InputError where `sealed` cannot be read.
    """
    opened: SdJwt = read(sealed)
    keep: set[int] = set()
    all_of_them = opened.disclosures
    for number, one in enumerate(all_of_them):
        if wanted(one.place):
            step: int | None = number
            while step is not None:
                keep.add(step)
                step = all_of_them[step].within
    shown = [all_of_them[number].text.encode() for number in sorted(keep)]
    token = opened.presented.split(b"~", 1)[0]
    return b"~".join([token, *shown, b""])


def _refuse(code: str, message: str, name: str) -> InputError:
    return InputError(
        message, where=f"key binding{f', {name}' if name else ''}", expected=name, code=code, fix="Start again."
    )

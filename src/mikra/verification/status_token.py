"""IETF Token Status List (draft-ietf-oauth-status-list-14, 8.3): a list token, opened: its form, seal, times.

The header is read by the strict gate of `sealing.jws`; the key is that of the certificate in it (`x5c`), or the one
that a DID document publishes (`kid`). Whether that is the issuer's own is judged by the caller.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from mikra import base64url, strictjson
from mikra.errors import InputError, UnavailableError
from mikra.sealing import jades, jws
from mikra.sealing.algorithms import ALGORITHMS, signature_fault
from mikra.status import token
from mikra.status.token import TokenList
from mikra.trust import did
from mikra.trust.loader import Loader
from mikra.verification.policy import Policy
from mikra.verification.seals import PlainSeal

PROFILE = jws.Profile(
    name="Token Status List",
    algorithms=frozenset(ALGORITHMS),
    protected=frozenset({"alg", "typ", "kid", "x5c", "x5t#S256"}),
    types=frozenset({token.TYPE}),
    max_protected=64 * 1024,
    too_large="status_list_too_large",
)
_MAX_CHAIN = 10
_NOT_HIS = "status_list_issuer_mismatch"
"""A key that nobody publishes for this purpose is not the issuer's."""

Judge = Callable[[Sequence[PlainSeal]], str]


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a list proves nothing: a code of `codes.CODES`, and a more precise reason where there is one."""

    code: str
    why: str = ""


def open_token(body: bytes, *, at: datetime, policy: Policy, loader: Loader, judge: Judge) -> TokenList | Refused:
    """The list in a token that is whole, of the present, and sealed by whom `judge` takes.

    Raises InputError `status_list_malformed`, `status_list_too_large`.
    """
    try:
        opened = jws.read_compact(body.strip(), PROFILE)
        claims = strictjson.parse(opened.payload, policy.limits.json)
    except InputError as error:
        code = "status_list_too_large" if error.code == "status_list_too_large" else "status_list_malformed"
        raise InputError(error.message, where=error.where, found=error.found, code=code) from error
    if not isinstance(claims, dict):
        raise InputError("The status list is not an object.", code="status_list_malformed")
    try:
        seal = _seal(opened, claims, loader)
    except UnavailableError:
        return Refused("valid_status_unknown", "list_seal_unknown")
    except InputError as error:
        return Refused("status_list_malformed" if error.code == "status_list_malformed" else _NOT_HIS)
    if code := judge((seal,)):
        return Refused(code)
    listed = token.read_claims(claims)
    stale = _stale(listed, at, policy)
    return Refused(stale) if stale else listed


def _seal(opened: jws.Jws, claims: Mapping[str, Any], loader: Loader) -> PlainSeal:
    """The one seal, whose mathematics holds. InputError where it does not."""
    (signature,) = opened.signatures
    header = signature.header
    claimed = claims.get("iat")
    at = datetime.fromtimestamp(claimed, UTC) if type(claimed) is int and 0 <= claimed < 2**37 else None
    if "x5c" in header:
        leaf, *chain = _certificates(header["x5c"])
        key: Any = jades.public_key(leaf)
        seal = PlainSeal(algorithm=signature.algorithm, claimed_at=at, certificate=leaf, chain=tuple(chain))
    else:
        method = did.resolve_method(str(header.get("kid", "")), loader=loader)
        key = method.key
        seal = PlainSeal(
            algorithm=signature.algorithm,
            claimed_at=at,
            key_id=method.id,
            controller=method.controller,
            expires=method.expires,
            revoked=method.revoked,
            compromised=method.compromised,
        )
    fault = key if isinstance(key, str) else ""
    fault = fault or signature_fault(signature.algorithm, key, signature.value, opened.signing_input(signature))
    if fault:
        raise InputError("The seal of the status list does not hold.", found=fault, code="status_list_malformed")
    return seal


def _certificates(value: Any) -> list[bytes]:
    """RFC 7515, 4.1.6: DER in base64 with padding, the sealing certificate first."""
    if not isinstance(value, list) or not 0 < len(value) <= _MAX_CHAIN:
        raise InputError("The certificates of the status list are no list.", code="status_list_malformed")
    return [base64url.decode_standard(text, where="/x5c", code="status_list_malformed") for text in value]


def _stale(listed: TokenList, at: datetime, policy: Policy) -> str:
    issued = datetime.fromtimestamp(listed.issued, UTC)
    if issued - at > policy.clock_skew:
        return "valid_status_unknown"
    if listed.expires is None:
        return "" if at - issued <= policy.status_max_age else "status_list_stale"
    return "status_list_stale" if at - datetime.fromtimestamp(listed.expires, UTC) > policy.clock_skew else ""

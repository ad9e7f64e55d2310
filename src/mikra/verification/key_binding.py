"""Check 8 for an SD-JWT: whether whoever shows it proved to hold the key that the issuer sealed in (RFC 9901, 7.3).

A proof that nobody here asked for was made for somebody else: it is told, and proves nothing to us.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from mikra.errors import InputError, UnavailableError
from mikra.messages.spoken import Moment, harmless
from mikra.public_keys import jwk
from mikra.report import Check, Status, Words, words
from mikra.sealing import sd_jwt
from mikra.sealing.sd_jwt import KeyBinding, SdJwt
from mikra.trust import did
from mikra.verification.question import Question

CLAUSE = "RFC 9901, 7.3; RFC 7800, 3"


def check(opened: SdJwt, found: KeyBinding | None, question: Question) -> Check | None:
    """Check 8; None where nothing was proven. `found` is the proof, its form already read."""
    if found is None:
        return None  # what was asked for and is missing is said for every kind alike
    code = _fault(opened, found, question)
    if code:
        return Check(id="holder", status=Status.FAILED, reason=words(f"holder.{code}"), code=code, clause=CLAUSE)
    if not question.session.nonce:
        reason = words("wallet.holder.proven_elsewhere", audience=harmless(found.audience), moment=Moment(found.at))
        return Check(id="holder", status=Status.NOT_APPLICABLE, reason=reason, clause=CLAUSE)
    return Check(id="holder", status=Status.PASSED, reason=_proven(), clause=CLAUSE, where="/cnf")


def _proven() -> Words:
    return words("wallet.holder.proven")


def _fault(opened: SdJwt, found: KeyBinding, question: Question) -> str:
    key = holder_key(opened.claims.get("cnf"), question)
    if key is None:
        return "holder_binding_invalid"
    code = sd_jwt.binding_fault(found, opened.presented, key)
    if code:
        return code
    session, at, skew = question.session, question.at, question.policy.clock_skew
    if session.asks:
        return sd_jwt.answer_fault(found, nonce=session.nonce, audience=session.audience, at=at, skew=skew)
    code = sd_jwt.age_fault(found, at=at, skew=skew)
    return "" if code == "proof_too_old" else code


def holder_key(confirmed: Any, question: Question) -> PublicKeyTypes | None:
    """The key in `cnf` (RFC 7800, 3.2 and 3.4): as JWK, or as the address of a key in a DID; None for anything else."""
    if not isinstance(confirmed, Mapping):
        return None
    try:
        if isinstance(confirmed.get("kid"), str) and "jwk" not in confirmed:
            method = did.resolve_method(confirmed["kid"], loader=question.loader, purpose=did.AUTHENTICATION)
            return None if method.compromised else method.key
        key = jwk.read(confirmed.get("jwk"), "/cnf/jwk")
        return None if jwk.has_private_part(confirmed["jwk"]) else key
    except (InputError, UnavailableError):
        return None

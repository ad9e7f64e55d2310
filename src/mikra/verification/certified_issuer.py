"""Check 7 for a seal under a certificate, of a credential whose issuer is an address (SD-JWT VC, draft 26, 2.5).

The certificate must stand for that address, among its alternative names. What it says of its owner besides is told,
and who vouches for it is check 3.
"""

from __future__ import annotations

from typing import Any

from mikra.messages.spoken import harmless
from mikra.report import Check, Finding, Severity, Status, words
from mikra.trust.certified_names import certifies
from mikra.verification.policy import Policy
from mikra.verification.seals import Judged, Trust

CLAUSE = "draft-ietf-oauth-sd-jwt-vc-26, 2.5; RFC 5280, 4.2.1.6"


def check(said: Any, own: Judged, policy: Policy, *, where: str = "/iss") -> Check:
    """The sealer is the issuer that the credential names, by its address."""
    name = said if isinstance(said, str) else ""
    key, status, code = _outcome(name, own, policy)
    owner = words("verify.issuer.line_certificate", name=harmless(own.owner.name))
    return Check(
        id="issuer",
        status=status,
        reason=words(key, said=harmless(name), owner=harmless(own.owner.name)),
        code=code,
        clause=CLAUSE,
        where=where,
        findings=(Finding(rule="issuer.certificate", severity=Severity.INFORMATION, what=owner),),
    )


def _outcome(said: str, own: Judged, policy: Policy) -> tuple[str, Status, str]:
    if policy.proof_only:
        return "verify.key.issuer.not_asked", Status.NOT_APPLICABLE, ""
    if not certifies(own.seal.certificate or b"", said):
        return "wallet.issuer.not_certified", Status.FAILED, "issuer_key_mismatch"
    if own.trust is Trust.NONE:
        return "wallet.issuer.unconfirmed", Status.NOT_CHECKED, "seal_not_trusted"
    return "wallet.issuer.certified", Status.PASSED, ""

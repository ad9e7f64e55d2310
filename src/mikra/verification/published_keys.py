"""Checks 3 and 7 for a seal under a published key: a DID document (W3C DID 1.0) or an issuer's key set names it.

A DID is a name that its controller gives itself. did:web shows that whoever controls a web address published the key;
did:key and did:jwk show nothing but the key. Who that is, somebody else must confirm: here the relying party, by name.
"""

from __future__ import annotations

from mikra.codes import CODES, Effect
from mikra.messages.spoken import Moment, harmless
from mikra.report import Check, Finding, Severity, Status, Words, words
from mikra.trust import did_web
from mikra.verification.case import Case
from mikra.verification.issuer import issuer_id
from mikra.verification.seals import Judged, PlainSeal, Trust

KEY_CLAUSE = "W3C DID 1.0, 5.2 and 5.3.2; W3C Controlled Identifiers 1.0, 2.2"
ISSUER_CLAUSE = "W3C VC Data Model 2.0, 4.7"


def check_key(own: Judged) -> Check:
    """3. Whose key sealed, whether it was in use then, and who vouches for its controller."""
    code = own.code
    if own.trust is Trust.NONE and (not code or CODES[code][1] is not Effect.FAILED):
        code = "seal_not_trusted"
    status_of = {Effect.FAILED: Status.FAILED, Effect.INDETERMINATE: Status.NOT_CHECKED, Effect.PASSED: Status.PASSED}
    return Check(
        id="seal.certificate",
        status=status_of[CODES[code][1]] if code else Status.PASSED,
        reason=_key_reason(own),
        code=code,
        clause=KEY_CLAUSE,
        where=own.seal.where,
        findings=_facts(own),
    )


def _key_reason(own: Judged) -> Words:
    seal = own.seal
    ended = None
    if isinstance(seal, PlainSeal):
        lost = seal.compromised or seal.revoked
        ended = lost if lost is not None and own.code != "key_retired_before_sealing" else seal.expires
    name = harmless(own.controller)
    if own.code and ended is not None and own.code != "credential_not_yet_valid":
        return words(f"verify.key.{own.code}", name=name, moment=Moment(ended))
    if own.code:
        return words(f"verify.key.{own.code}", name=name)
    return words(f"verify.key.{'named' if own.trust is Trust.NAMED else 'untrusted'}", name=name)


def _facts(own: Judged) -> tuple[Finding, ...]:
    seal = own.seal
    key_id = seal.key_id if isinstance(seal, PlainSeal) else ""
    return (
        Finding(rule="seal.level", severity=Severity.INFORMATION, what=words("verify.level.not_determined")),
        Finding(rule="seal.key", severity=Severity.INFORMATION, what=words("verify.key.id"), found=harmless(key_id)),
    )


def check_issuer(case: Case, own: Judged) -> Check:
    """7. The controller of the key is the issuer that the credential names."""
    said = issuer_id(case.document)
    key, status, code = _issuer_outcome(case, own, said)
    return Check(
        id="issuer",
        status=status,
        reason=words(f"verify.key.issuer.{key}", said=harmless(said), owner=harmless(own.controller)),
        code=code,
        clause=ISSUER_CLAUSE,
        where="/issuer",
    )


def _issuer_outcome(case: Case, own: Judged, said: str) -> tuple[str, Status, str]:
    if case.question.policy.proof_only:
        return "not_asked", Status.NOT_APPLICABLE, ""
    if said != own.controller and not did_web.stands_for(own.controller, said):
        return "other", Status.FAILED, "issuer_key_mismatch"
    if own.trust is Trust.NONE:
        return "unconfirmed", Status.NOT_CHECKED, "seal_not_trusted"
    return "named", Status.PASSED, ""

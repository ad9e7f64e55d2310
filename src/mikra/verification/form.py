"""Check 1: it can be read, is what it says, and keeps the rules of its kind (W3C VC Data Model for most)."""

from __future__ import annotations

from collections.abc import Sequence

from mikra.codes import CODES
from mikra.report import Check, Finding, Severity, Status, words
from mikra.validation.vc_model import CLAUSE
from mikra.verification.case import Case

MOST_FINDINGS = 100
"""Findings of one check in a report; what is left out is counted."""


def bounded(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The first findings, and how many more there are: nobody's file makes an endless report."""
    left = len(findings) - MOST_FINDINGS
    if left <= 0:
        return tuple(findings)
    more = Finding(rule="more", severity=Severity.INFORMATION, what=words("verify.more", count=left))
    return (*findings[:MOST_FINDINGS], more)


def check_format(case: Case) -> Check:
    """1. It can be read, and is what."""
    form = "sealed" if case.seals else "unsealed"
    kind = "edc" if case.is_edc else "other"
    if case.seals and case.model_faults:
        return Check(
            id="format",
            status=Status.FAILED,
            reason=words("verify.format.model"),
            code="credential_malformed",
            clause=CLAUSE,
            where=case.model_faults[0].where,
            findings=bounded((*case.notes, *case.model_faults)),
        )
    return Check(
        id="format",
        status=Status.PASSED,
        reason=words(case.format or f"verify.format.{form}_{kind}"),
        code=next((note.rule for note in case.notes if note.rule in CODES), ""),
        findings=case.notes,
    )

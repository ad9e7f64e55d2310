"""What was looked at, what was found, under which clause: `Finding`, `Check`, `Verdict`, `Report`.

The one table from checks to a verdict (docs/design.md, "From checks to a verdict"; after ETSI EN 319 102-1, 5.1):

    TOTAL-FAILED   some deciding check has a code whose effect is failed
    INDETERMINATE  none has, but some has a code whose effect is indeterminate
    TOTAL-PASSED   everything the policy requires passed

Checks say passed, failed, not checked or not applicable. Words are not stored but made on reading
(`Words.text(language)`), so that one report reads in every language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from mikra import messages
from mikra.codes import CODES, Effect
from mikra.messages.spoken import Said, Speaks, told

CHECK_IDS: tuple[str, ...] = (
    "format",
    "seal.integrity",
    "seal.certificate",
    "seal.timestamp",
    "dates",
    "status",
    "issuer",
    "holder",
    "profile",
    "annex1",
    "principles",
)
"""All checks, in the order in which they are made, numbered from 1 in reports and docs."""

CONTENT_CHECKS: frozenset[str] = frozenset({"profile", "annex1", "principles"})
"""Checks of content: shown beside the verdict, never part of it unless the policy asks."""


class Status(StrEnum):
    """The outcome of one check. NOT_CHECKED never counts as passed."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_CHECKED = "not checked"
    NOT_APPLICABLE = "not applicable"


class Severity(StrEnum):
    """How much a finding weighs. A question never blocks anything."""

    ERROR = "error"
    WARNING = "warning"
    QUESTION = "question"
    INFORMATION = "information"


class Verdict(StrEnum):
    """ETSI EN 319 102-1, 5.1.3: the main status indication."""

    TOTAL_PASSED = "TOTAL-PASSED"
    INDETERMINATE = "INDETERMINATE"
    TOTAL_FAILED = "TOTAL-FAILED"

    @property
    def exit_code(self) -> int:
        """Exit status of the command line; the worst of several files counts (3 is a usage error)."""
        return {"TOTAL-PASSED": 0, "TOTAL-FAILED": 1, "INDETERMINATE": 2}[self.value]

    @property
    def http_status(self) -> int:
        return 422 if self is Verdict.TOTAL_FAILED else 200

    @property
    def rank(self) -> int:
        """0 passed, 1 indeterminate, 2 failed: larger is worse."""
        return {"TOTAL-PASSED": 0, "INDETERMINATE": 1, "TOTAL-FAILED": 2}[self.value]


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence not yet in any language: a message key and the values for its places.

    A value may itself speak (`messages.spoken.Speaks`: a day, others' text, more words); any other is written out.
    """

    key: str
    values: Mapping[str, object] = field(default_factory=dict, hash=False)

    def text(self, language: str = "en", /) -> str:
        return messages.text(self.key, language, **{k: told(v, language) for k, v in self.values.items()})


NO_WORDS = Words("report.nothing")


def words(key: str, /, **values: object) -> Words:
    """Short for Words(key, values)."""
    return Words(key, MappingProxyType(values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing seen: what, where, found, expected, what to do, and under which clause.

    `rule` is a stable id ("annex1.6", "principle.9.place", "profile.issuer.minCount", "cell_date_invalid").
    `where` is a JSON Pointer (RFC 6901) into the document, a path into the design ("assessment.type"),
    or a cell ("Sheet1!C7"). `found` and `expected` are short literal values; the sentences are Words.
    """

    rule: str
    severity: Severity
    what: Words
    why: Words | None = None
    fix: Words | None = None
    where: str = ""
    found: str = ""
    expected: str = ""
    clause: str = ""

    def as_dict(self, language: str = "en") -> dict[str, str]:
        """Plain strings, in one language; empty members left out."""
        members = {
            "rule": self.rule,
            "severity": self.severity.value,
            "what": self.what.text(language),
            "why": self.why.text(language) if self.why else "",
            "where": self.where,
            "found": self.found,
            "expected": self.expected,
            "fix": self.fix.text(language) if self.fix else "",
            "clause": self.clause,
        }
        return {k: v for k, v in members.items() if v}


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One numbered check. `code` (a key of `codes.CODES`) is empty when the check has nothing to add to the verdict."""

    id: str
    status: Status
    reason: Speaks
    code: str = ""
    clause: str = ""
    where: str = ""
    findings: tuple[Finding, ...] = ()

    @property
    def number(self) -> int:
        return CHECK_IDS.index(self.id) + 1

    @property
    def effect(self) -> Effect | None:
        return CODES[self.code][1] if self.code else None

    def as_dict(self, language: str = "en", *, details: bool = False) -> dict[str, Any]:
        """{id, status, reason, clause, where}; with `details` also `code` and `findings`, where there are any."""
        members: dict[str, Any] = {
            "id": self.id,
            "status": self.status.value,
            "reason": self.reason.text(language),
            "clause": self.clause,
            "where": self.where,
        }
        if details and self.code:
            members["code"] = self.code
        if details and self.findings:
            members["findings"] = [f.as_dict(language) for f in self.findings]
        return members


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """One thing that a credential says: a label of ours and the values, in the issuer's own words.

    No values: the issuer does not state it, or else `absent` says why there are none (the holder did not show it).
    `codes` are the machine's names for the same (IRIs, ISO 8601 instants).
    """

    label: Speaks
    values: tuple[Speaks | str, ...] = ()
    codes: tuple[str, ...] = ()
    absent: Words = Words("report.not_stated")

    def text(self, language: str = "en", /) -> str:
        """All values, or that the issuer does not state it."""
        return "; ".join(told(v, language) for v in self.values) or self.absent.text(language)

    def as_dict(self, language: str = "en") -> dict[str, Any]:
        """{label, stated, text, values, original?, codes?, shown?}; `original` has every language the issuer wrote."""
        members: dict[str, Any] = {
            "label": self.label.text(language),
            "stated": bool(self.values),
            "text": self.text(language),
            "values": [told(v, language) for v in self.values],
        }
        original = [dict(v.texts) for v in self.values if isinstance(v, Said)]
        if original:
            members["original"] = original
        if self.codes:
            members["codes"] = list(self.codes)
        if not self.values and self.absent != NOT_STATED:
            members["shown"] = False
        return members


NOT_STATED = Words("report.not_stated")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All checks on one file. `credential` is None where its content must not be shown (an altered one).

    `at` is the instant for which it was judged.
    """

    checks: tuple[Check, ...]
    verdict: Verdict
    code: str
    sentence: Speaks
    credential: Mapping[str, Stated] | None = None
    file: str = ""
    at: datetime | None = None

    def check(self, check_id: str) -> Check:
        """The check of that id. KeyError where it was not made."""
        for check in self.checks:
            if check.id == check_id:
                return check
        raise KeyError(check_id)

    def as_dict(self, language: str = "en", *, details: bool = False) -> dict[str, Any]:
        """The `--json` shape (docs/answers.md): {file, verdict, code, sentence, checks, credential}."""
        return {
            "file": self.file,
            "verdict": self.verdict.value,
            "code": self.code,
            "sentence": self.sentence.text(language),
            "checks": [c.as_dict(language, details=details) for c in self.checks],
            "credential": _told(self.credential, language) if self.credential is not None else None,
        }


def _told(credential: Mapping[str, Stated], language: str) -> dict[str, Any]:
    return {name: stated.as_dict(language) for name, stated in credential.items()}


_VERDICT_OF: Mapping[Effect, Verdict] = {
    Effect.FAILED: Verdict.TOTAL_FAILED,
    Effect.REFUSED: Verdict.TOTAL_FAILED,
    Effect.INDETERMINATE: Verdict.INDETERMINATE,
    Effect.PASSED: Verdict.TOTAL_PASSED,
}


def decide(
    checks: Sequence[Check], *, content_decides: Iterable[str] = (), may_stay_open: Iterable[str] = ()
) -> tuple[Verdict, str]:
    """The verdict and its code: the first of the worst-effect codes among the deciding checks, else `valid`.

    `content_decides` names the content checks that the policy makes deciding; `may_stay_open` those whose
    "could not be checked" the policy puts up with.
    """
    asked, open_ones = frozenset(content_decides), frozenset(may_stay_open)
    verdict, code = Verdict.TOTAL_PASSED, ""
    for check in checks:
        found = _deciding_code(check) if check.id not in CONTENT_CHECKS or check.id in asked else ""
        if not found:
            continue
        candidate = _VERDICT_OF[CODES[found][1]]
        if candidate is Verdict.INDETERMINATE and check.id in open_ones:
            continue
        if not code or candidate.rank > verdict.rank:
            verdict, code = candidate, found
    return verdict, code or "valid"


def _deciding_code(check: Check) -> str:
    """The check's code. One that failed, or was not made, without saying so in a code never counts as passed."""
    if check.code or check.status in (Status.PASSED, Status.NOT_APPLICABLE):
        return check.code
    if check.status is Status.FAILED:
        return "credential_malformed"
    return "valid_status_unknown" if check.id == "status" else "seal_not_trusted"


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of several; TOTAL-PASSED of none."""
    return max(verdicts, key=lambda v: v.rank, default=Verdict.TOTAL_PASSED)

"""From any bytes to honest reports: `verify`, one report per credential found.

A bad credential is a report, never an exception. Whatever cannot be read, or whose seal is broken, ends early: the
checks that could not be made say so, and its content appears nowhere in the report.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from mikra import formats
from mikra.codes import CODES, Effect
from mikra.errors import InputError
from mikra.formats import Form, Item, pdf
from mikra.formats.pdf import PdfReader
from mikra.report import CHECK_IDS, Check, Finding, Report, Severity, Stated, Status, decide, words
from mikra.trust.loader import OFFLINE, Loader
from mikra.validation.annex1 import measure
from mikra.verification import checks, known_shapes, openers, repeated, sentence, summary
from mikra.verification.case import Case
from mikra.verification.policy import DEFAULT_POLICY, Policy
from mikra.verification.question import NO_SESSION, Question, Session

_DEEPEST = 3
"""Sealed presentations in sealed presentations that are followed."""


def verify(
    data: bytes,
    *,
    at: datetime,
    policy: Policy = DEFAULT_POLICY,
    loader: Loader = OFFLINE,
    name: str = "",
    today: bool = True,
    session: Session = NO_SESSION,
    pdf_reader: PdfReader = pdf.read,
) -> tuple[Report, ...]:
    """Every credential in `data`, judged for the moment `at` (with a zone). At least one report, also of a bad file.

    `loader` fetches status lists and DID documents and nothing else. `today` says that `at` is the present, for the
    sentence alone. `session` is what the holder was asked to prove. `pdf_reader` reads PDF files, here or in
    a process that can be killed (`adapters.pdf_worker`).
    Raises InputError for a moment without a zone.
    """
    if at.tzinfo is None:
        raise InputError("The moment to verify for has no time zone.", found=at.isoformat(), expected="a time and zone")
    question = Question(at=at, policy=policy, loader=loader, today=today, session=session, pdf_reader=pdf_reader)
    try:
        opened = formats.read(data, name, policy.limits)
    except InputError as error:
        return (_refused(error, name, question),)
    return tuple(report for item in opened.items for report in _reports(item, question))


def _reports(item: Item, question: Question, depth: int = 0, presenter: str = "") -> Iterator[Report]:
    """The reports on one item: several where it is a sealed presentation, by `presenter`."""
    try:
        match item.form:
            case Form.SEALED:
                yield from _of_sealed(item, question, depth, presenter)
            case Form.UNSEALED:
                yield _of_case(Case(question=question, document=item.document, file=_file(item), presenter=presenter))
                yield from _of_held(item.document, item, question, depth, presenter)
            case Form.OTHER:
                yield _unread(item, question)
            case Form.REFUSED:
                yield _refused(item.error or InputError("", code="file_damaged"), _file(item), question)
    except InputError as error:
        yield _refused(error, _file(item), question)


def _file(item: Item) -> str:
    return f"{item.name}#{item.where}" if item.where else item.name


def _of_sealed(item: Item, question: Question, depth: int, presenter: str) -> Iterator[Report]:
    if not openers.can_open(item):
        yield _unread(item, question)
        return
    opening = openers.open_item(item, question)
    if opening.faults:
        yield _ended(checks.broken_integrity(opening.faults), _file(item), question)
    elif opening.inside:
        if depth >= _DEEPEST:
            raise InputError("Presentations are nested too deep.", where=item.where, code="json_too_deep")
        for each in opening.inside:
            told = _reports(each, question, depth + 1, opening.presenter or presenter)
            yield from (_noted(report, opening.notes) for report in told)
    else:
        yield _of_opening(opening, item, question, presenter)
        twin = opening.shape.twin if opening.shape is not None else None
        if twin is not None and twin.holds_none:
            return
        yield from _of_held(opening.document, item, question, depth, presenter)


def _of_held(
    document: Mapping[str, Any], item: Item, question: Question, depth: int, presenter: str
) -> Iterator[Report]:
    """One report on each credential in a learner record (CLR 2.0): whoever sealed the record vouches for none of it.

    So it is of a record without a seal: what is in it may be genuine, and the record is not for that.
    """
    found = formats.held(document, name=item.name, where=item.where, limits=question.policy.limits)
    if found and depth >= _DEEPEST:
        raise InputError("Records are nested too deep.", where=item.where, code="json_too_deep")
    for each in found:
        yield from _reports(each, question, depth + 1, presenter)


def _of_opening(opening: openers.Opening, item: Item, question: Question, presenter: str) -> Report:
    shape = opening.shape
    known = shape is not None and shape.twin is not None
    case = Case(
        question=question,
        document=opening.document,
        seals=opening.seals,
        file=_file(item),
        format=opening.format,
        proof_of_holder=opening.holder,
        own_status=opening.status,
        presenter=presenter,
        notes=opening.notes,
        summary=opening.summary,
        twin=shape.twin if shape is not None else None,
        names=shape.renamed.names if known and shape is not None else {},
        varying=shape.varying if shape is not None else frozenset(),
    )
    report = _of_case(case)
    if shape is None or known:
        return report
    known_shapes.learn(shape, case, report, _of_case)
    return report


def _noted(report: Report, notes: tuple[Finding, ...]) -> Report:
    """The report with what was noted of the file around the credential."""
    if not notes:
        return report
    first, *others = report.checks
    return replace(report, checks=(replace(first, findings=(*notes, *first.findings)), *others))


def _of_case(case: Case) -> Report:
    """All numbered checks, the verdict, the sentence and the summary."""
    policy = case.question.policy
    made = tuple([repeated.made(check, case) for check in checks.CHECKS])
    open_ones = () if policy.status_required else ("status",)
    verdict, code = decide(made, content_decides=policy.deciding_content, may_stay_open=open_ones)
    told = _summary(case)
    if any(check.code == "signature_invalid" for check in made):
        # A proof of time that does not fit: somebody was at the file, so nothing of it is shown.
        return _ended(next(c for c in made if c.code == "signature_invalid"), case.file, case.question)
    return Report(
        checks=made,
        verdict=verdict,
        code=code,
        sentence=sentence.for_case(code, case, made, told),
        credential=told,
        file=case.file,
        at=case.question.at,
    )


def _summary(case: Case) -> Mapping[str, Stated]:
    if case.summary is not None:
        return case.summary()
    if case.credential is None and case.badge is not None:
        return summary.summarise(case.badge, measure(case.badge))
    if case.twin is not None and case.twin.rows is not None:
        return known_shapes.told(case, case.twin.rows)
    return summary.summarise_other(case.document) if case.rows is None else case.rows


def _ended(check: Check, file: str, question: Question) -> Report:
    """A report that ends with one check; those before it passed, those after it were not made. No content."""
    number = check.number
    altered = CODES[check.code][1] is Effect.FAILED
    reason = words(f"verify.not_made.{'altered' if altered else 'unsealed'}")
    earlier = {"format": "verify.format.sealed", "seal.integrity": "verify.integrity.whole"}
    before = tuple(
        Check(id=i, status=Status.PASSED, reason=words(earlier[i])) for i in CHECK_IDS[: number - 1] if i in earlier
    )
    after = tuple(
        Check(id=i, status=Status.NOT_CHECKED, reason=reason)
        for i in CHECK_IDS
        if i != check.id and i not in [b.id for b in before]
    )
    made = tuple(sorted((*before, check, *after), key=lambda c: c.number))
    verdict, code = decide((check,))
    told = sentence.for_code(code)
    return Report(checks=made, verdict=verdict, code=code, sentence=told, file=file, at=question.at)


def _refused(error: InputError, file: str, question: Question) -> Report:
    report = _ended(_format_check(error), file, question)
    return replace(report, sentence=sentence.for_refusal(report.code))


def _format_check(error: InputError) -> Check:
    """1. Why the file cannot be taken. What stands in it is not repeated: nobody vouches for it."""
    code = error.code if error.code in CODES else "file_damaged"
    told = sentence.for_refusal(code)
    finding = Finding(rule=code, severity=Severity.INFORMATION, what=told, where=error.where, expected=error.expected)
    return Check(
        id="format",
        status=Status.FAILED,
        reason=told,
        code=code,
        where=error.where,
        findings=(finding,),
    )


def _unread(item: Item, question: Question) -> Report:
    """A kind of file that is recognised and not read yet."""
    reason = words("verify.format.other", kind=words(f"verify.kind.{item.kind}"))
    check = Check(id="format", status=Status.NOT_CHECKED, reason=reason, code="proof_not_supported")
    report = _ended(check, _file(item), question)
    later = words("verify.not_made.unread")
    return replace(report, checks=(check, *(replace(c, reason=later) for c in report.checks[1:])))

"""Annex I, mandatory element 11: the type of quality assurance used to underpin the micro-credential.

It stands in an accreditation (of the specification, the issuer, an awarding body, or as evidence), or, as ELM has
no term for the rest of principle 1, in remarks on external and internal quality assurance.
"""

from __future__ import annotations

from collections.abc import Iterator

from mikra.model import Accreditation, Qualification, remarks
from mikra.model.text import Node
from mikra.validation.annex1_judgement import MISSING, Judgement, Sight, known, present, weak
from mikra.validation.annex1_parts import Learning, Parts, day, notes_of, read_remark, remark_kind, said, states

_FAULTS = ("expired", "not-yet", "own-statement", "own-term", "nobody-named", "reference-only")
"""What can be the matter with an accreditation; the first is nearest to being right."""

_QUALITY = (remarks.ExternalQuality, remarks.InternalQuality)


def quality(parts: Parts, learning: Learning) -> Judgement:
    """Element 11. One sound accreditation, or a dated remark; otherwise the best of what there is, as weak."""
    faults: dict[str, Sight] = {}
    for owner, field, accreditation in accreditations(parts, learning):
        fault = fault_of(parts, accreditation)
        if not fault:
            return present((owner, field))
        faults.setdefault(fault, (owner, field))
    if stated := _remarks(learning, dated=True):
        return present(*stated)
    for fault in _FAULTS:
        if fault in faults:
            return weak(fault, faults[fault])
    if stated := _remarks(learning, dated=False):
        return weak("own-statement", *stated)
    return _odd(parts, learning)


def accreditations(parts: Parts, learning: Learning) -> Iterator[tuple[Node, str, Accreditation]]:
    """Every accreditation that may stand behind an achievement, with the node and field where it was found."""
    for specification in learning.specifications:
        if isinstance(specification, Qualification):
            for accreditation in specification.accreditation:
                yield specification, "accreditation", accreditation
    for organisation in parts.organisations(learning):
        for accreditation in organisation.accreditation:
            yield organisation, "accreditation", accreditation
    for evidence in parts.credential.evidence:
        if evidence.accreditation is not None:
            yield evidence, "accreditation", evidence.accreditation


def fault_of(parts: Parts, accreditation: Accreditation) -> str:
    """What is the matter with an accreditation on the day of award; "" if nothing."""
    agent = accreditation.accrediting_agent
    if not known(accreditation.dc_type, "accreditation"):
        return "own-term" if said(accreditation.title) or accreditation.dc_type else "reference-only"
    if agent is None or not said(agent.name):
        return "nobody-named"
    if accreditation.expiry_date or accreditation.date_issued:
        at, ends, starts = parts.date, day(accreditation.expiry_date), day(accreditation.date_issued)
        if at and ends and ends < at:
            return "expired"
        if at and starts and starts > at:
            return "not-yet"
    own = parts.issuer is not None and bool(agent.id) and agent.id == parts.issuer.id
    return "own-statement" if own and not day(accreditation.date_issued) else ""


def _remarks(learning: Learning, *, dated: bool) -> tuple[Sight, ...]:
    """The remarks on quality assurance; `dated` asks for one with a date of review, or with a page to read."""
    found: list[Sight] = []
    good = False
    for note in notes_of(learning):
        remark = read_remark(note) if remark_kind(note) in _QUALITY else None
        if remark is None:
            continue
        found.append((note, "note_literal"))
        if isinstance(remark, remarks.ExternalQuality):
            good = good or not dated or bool(day(remark.reviewed) or remark.url)
        elif isinstance(remark, remarks.InternalQuality):
            good = good or not dated or bool(day(remark.date))
    return tuple(found) if good else ()


def _odd(parts: Parts, learning: Learning) -> Judgement:
    """Where the class has no such member, or there is only an address of an accreditation."""
    owners: list[Node] = [*learning.specifications, *parts.organisations(learning)]
    for owner in owners:
        if raw := owner.extra.get("accreditation"):
            described = states(owner, "accreditation") and not isinstance(raw, str)
            return weak("wrong-place" if described else "reference-only", (owner, "accreditation"))
    return MISSING

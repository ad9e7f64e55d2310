"""Validation of prior learning: a case from the first word to the decision (Recommendation, 5(d)-(f); 8(c)).

open_case, set_learner                       who, and for which edition
prior_learning_evidence                      add_file, add_link, add_description, remove, file
send                                         to an assessor
prior_learning_assessment.assess             outcome by outcome: met or not, how it was found, why
prior_learning_decision                      decide, withdraw, to_award
prior_learning_appeal                        appeal, letter
delete                                       before it was decided; `erase` at any time, for whoever handles rights

Whoever prepares awards or seals them sees every case, an assessor those that were given to them.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mikra.adapters.clock import now
from mikra.errors import ConflictError, InputError, NotFoundError
from mikra.server.actions import audit, batches_rules, erasure_list
from mikra.server.actions import prior_learning_row as row
from mikra.server.actions.batches_design import design_of
from mikra.server.actions.erasure_rows import destroy_prior
from mikra.server.actions.work import work
from mikra.server.rights import Actor, Right, rights_of
from mikra.server.store import personal
from mikra.server.store.designs import Edition
from mikra.server.store.people import Membership
from mikra.server.store.prior_learning import PriorCase, PriorDecision, PriorEvidence
from mikra.server.store.scrubbing import scrub
from mikra.server.words import _

State = PriorCase.State
LONGEST = 4_000
"""Characters of one field of words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of evidence as it is shown. `outcomes`: numbers from 0."""

    id: uuid.UUID
    kind: str
    title: str
    text: str
    url: str
    name: str
    outcomes: tuple[int, ...]
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What the assessor found on one outcome. `met` is None as long as nothing was said."""

    outcome: str
    met: bool | None = None
    method: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision as it is shown."""

    decision: PriorDecision
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """What the learner said against the first decision. `findings`: of the first assessment."""

    reason: str
    at: dt.datetime
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """A case as those see it who may. `findings`: one for each outcome of the edition."""

    case: PriorCase
    name: str
    row: Mapping[str, str]
    evidence: tuple[Piece, ...]
    findings: tuple[Finding, ...]
    decisions: tuple[Decided, ...]
    appeal: Appeal | None = None

    @property
    def asked_for_more(self) -> bool:
        """Whether the last decision was to ask for more evidence."""
        last = self.decisions[-1].decision.outcome if self.decisions else ""
        return self.case.state == State.DRAFT and last == PriorDecision.Outcome.MORE


def outcomes_of(edition: Edition, language: str) -> tuple[str, ...]:
    """What the learner can do, in the edition's order."""
    return tuple(one.title.best(language) for one in design_of(edition).outcomes)


def sees_all(actor: Actor) -> bool:
    """Whether somebody sees every case of the institution."""
    registrar = actor.may(Right.LEARNERS) and (actor.may(Right.PREPARE) or actor.may(Right.SEAL))
    return registrar or actor.may(Right.RIGHTS_CASES)


def seen(actor: Actor, case_id: uuid.UUID | str, *, lock: bool = False) -> PriorCase:
    """A case that this person may see. NotFoundError, whether it does not exist, or is no business of theirs."""
    found = PriorCase.get(actor.tenant, case_id, lock=lock)
    if not sees_all(actor) and (actor.person_id is None or found.assessor_id != actor.person_id):
        raise NotFoundError(_("There is nothing here under this address."), fix=_("Check the address."))
    return found


def cases(actor: Actor, *, state: str = "", limit: int = 200) -> list[CaseView]:
    """Those that this person may see, the last changed first."""
    actor.need(Right.VIEW)
    found = PriorCase.listed(actor.tenant)
    if not sees_all(actor):
        found = found.filter(assessor_id=actor.person_id, assessor__isnull=False)
    if state:
        found = found.filter(state=state)
    return [_listed(one) for one in found[:limit]]


def _listed(one: PriorCase) -> CaseView:
    known = secret_of(one)["row"]
    return CaseView(case=one, name=row.shown_name(known), row=known, evidence=(), findings=(), decisions=())


def counts(actor: Actor) -> dict[str, int]:
    """State -> cases that this person may see."""
    actor.need(Right.VIEW)
    found = PriorCase.of(actor.tenant)
    if not sees_all(actor):
        found = found.filter(assessor_id=actor.person_id, assessor__isnull=False)
    return {state: found.filter(state=state).count() for state in State.values}


def case(actor: Actor, case_id: uuid.UUID | str) -> CaseView:
    """One case, whole. NotFoundError."""
    found = seen(actor, case_id)
    return view(found, actor.language)


def view(found: PriorCase, language: str) -> CaseView:
    """The same for whoever has asked already whether it may be seen."""
    known, key = secret_of(found), personal.opened(found.key)
    outcomes = outcomes_of(found.edition, language)
    said = known["findings"]
    return CaseView(
        case=found,
        name=row.shown_name(known["row"]),
        row=known["row"],
        evidence=tuple(_piece(key, one) for one in PriorEvidence.of(found.tenant_id).filter(case=found).order_by("id")),
        findings=tuple(Finding(outcome=one, **said.get(str(n), {})) for n, one in enumerate(outcomes)),
        decisions=tuple(
            Decided(decision=one, reason=personal.look_into(key, bytes(one.secret))["reason"])
            for one in PriorDecision.of(found.tenant_id).select_related("by").filter(case=found).order_by("id")
        ),
        appeal=_appeal(known.get("appeal"), outcomes),
    )


def _appeal(told: Mapping[str, Any] | None, outcomes: Sequence[str]) -> Appeal | None:
    if told is None:
        return None
    first = tuple(Finding(outcome=one, **told["findings"].get(str(n), {})) for n, one in enumerate(outcomes))
    return Appeal(reason=told["reason"], at=dt.datetime.fromisoformat(told["at"]), findings=first)


def _piece(key: bytes, one: PriorEvidence) -> Piece:
    told = personal.look_into(key, bytes(one.secret))
    outcomes = tuple(told.pop("outcomes"))
    return Piece(id=one.id, kind=one.kind, size=one.size, outcomes=outcomes, **told)


def secret_of(found: PriorCase) -> dict[str, Any]:
    """What is known of the person and of the assessment. NotFoundError where it was erased."""
    if found.secret is None:
        raise NotFoundError(_("The personal data that belonged here was erased."), code="erased")
    return dict(personal.look_into(personal.opened(found.key), bytes(found.secret)))


def keep(actor: Actor, found: PriorCase, **more: Any) -> None:
    """Writes into a locked case, and notes whose hand it was; inside `work()`."""
    if more:
        found.secret = personal.seal_away(personal.opened(found.key), {**secret_of(found), **more})
    if actor.name not in found.hands:
        found.hands = [*found.hands, actor.name]
    found.changed = now()
    found.save()


def note(actor: Actor, verb: str, found: PriorCase, **detail: Any) -> None:
    audit.note(actor, audit.Line(verb=verb, subject=f"prior:{found.id}", detail=detail))


def words_of(where: str, text: str, *, needed: bool = True) -> str:
    """What was written, trimmed. InputError, at its field, for nothing or too much."""
    said = text.strip()
    if (needed and not said) or len(said) > LONGEST:
        raise InputError(
            _("This is too long.") if said else _("Write a word here."),
            where=where,
            found=str(len(said)) if said else "",
            expected=f"1 to {LONGEST} characters",
        )
    return said


def check_state(found: PriorCase, *states: str) -> None:
    """ConflictError unless the case is in one of these states."""
    if found.state not in states:
        raise ConflictError(
            _("This cannot be done with the case as it is now."),
            found=found.state,
            expected=", ".join(states),
            fix=_("Load the page again: somebody else may have gone on with it."),
            code="prior_state",
        )


def open_case(actor: Actor, edition_id: uuid.UUID | str, learner: Mapping[str, str]) -> PriorCase:
    """A new case. InputError, with its field, for what cannot be; NotAllowedError for an edition no longer awarded."""
    actor.need(Right.PREPARE)
    edition = Edition.get(actor.tenant, edition_id)
    batches_rules.check_edition(edition, trial=False, at=now())
    if not design_of(edition).outcomes:
        raise ConflictError(
            _("This edition states no learning outcomes, so there is nothing to assess."),
            fix=_("Publish an edition that says what the learner can do."),
            code="no_outcomes",
        )
    known = row.checked(edition, learner, actor.language, whole=False)
    with work():
        wrapped, key = personal.new_key(actor.tenant.id)
        wrapped.save(force_insert=True)
        secret = personal.seal_away(key, {"row": known, "findings": {}})
        made = PriorCase(tenant=actor.tenant, edition=edition, key=wrapped, secret=secret, hands=[actor.name])
        made.save(force_insert=True)
        note(actor, "prior.opened", made, edition=str(edition.id))
    return made


def set_learner(actor: Actor, case_id: uuid.UUID | str, learner: Mapping[str, str]) -> PriorCase:
    """Who it is, as long as nothing is decided. InputError, with its field."""
    actor.need(Right.PREPARE)
    with work():
        found = seen(actor, case_id, lock=True)
        check_state(found, State.DRAFT, State.ASSESSMENT, State.DECISION)
        keep(actor, found, row=row.checked(found.edition, learner, actor.language, whole=False))
        note(actor, "prior.changed", found)
    return found


ASSESSES = frozenset({Right.DESIGN, Right.REVIEW, Right.PREPARE})
"""Any of these makes a member fit to assess: who knows the design, or the learner's work."""


def assessors(actor: Actor, found: PriorCase) -> list[Membership]:
    """Members who can be asked to assess it; on an appeal nobody who assessed or decided before."""
    actor.need(Right.PREPARE)
    there = Membership.of(actor.tenant).select_related("person").filter(ended=None).order_by("person__name", "id")
    appeal = secret_of(found).get("appeal") or {}
    before = {appeal.get("assessor"), appeal.get("decider")}
    return [one for one in there if not rights_of(one.roles).isdisjoint(ASSESSES) and str(one.person_id) not in before]


def send(actor: Actor, case_id: uuid.UUID | str, assessor_id: uuid.UUID | str) -> PriorCase:
    """To an assessor; again, to another one, until it is decided. InputError where that is nobody who can."""
    actor.need(Right.PREPARE)
    with work():
        found = seen(actor, case_id, lock=True)
        fit = [one for one in assessors(actor, found) if str(one.person_id) == str(assessor_id)]
        if not fit:
            raise InputError(_("Choose who assesses it."), where="assessor")
        check_state(found, State.DRAFT, State.ASSESSMENT, State.DECISION)
        if not found.evidence.exists():
            raise ConflictError(
                _("There is no evidence yet."), fix=_("Add what shows that the learner can do it."), code="no_evidence"
            )
        found.assessor_id, found.state = fit[0].person_id, State.ASSESSMENT
        keep(actor, found)
        note(actor, "prior.sent", found, assessor=str(found.assessor_id))
    return found


def delete(actor: Actor, case_id: uuid.UUID | str) -> None:
    """The case with all its evidence, for good; only before it is decided."""
    actor.need(Right.PREPARE)
    _destroy(actor, case_id, State.DRAFT, State.ASSESSMENT, State.DECISION)


def erase(actor: Actor, case_id: uuid.UUID | str) -> None:
    """The same in any state, where the person asks for it, and no law wants it kept (GDPR, 17)."""
    actor.need(Right.RIGHTS_CASES)
    _destroy(actor, case_id, *State.values)


def _destroy(actor: Actor, case_id: uuid.UUID | str, *states: str) -> None:
    with work():
        found = seen(actor, case_id, lock=True)
        check_state(found, *states)
        if not found.is_decided and "appeal" in secret_of(found) and not actor.may(Right.RIGHTS_CASES):
            raise ConflictError(
                _("This case was decided before, and its learner appeals: it stays."),
                fix=_("Have it assessed and decided."),
                code="prior_appealed",
            )
        erasure_list.append(erasure_list.PRIOR, [found.id], now())
        note(actor, "prior.deleted", found, state=found.state)
        destroy_prior([found])
    scrub()

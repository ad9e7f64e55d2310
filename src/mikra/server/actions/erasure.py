"""Erasure (GDPR, 17): key and rows of one learner are destroyed; what anybody needs to check a credential stays.

plan(actor, case_id)     what will go, and what stays and why
erase(actor, case_id)    does it; the list of erasures (`erasure_list`) is written first, so that it holds in
                         every backup that is restored later
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from dataclasses import dataclass

from mikra.adapters.clock import now
from mikra.errors import ConflictError
from mikra.server.actions import audit, erasure_list, rights_cases
from mikra.server.actions.erasure_rows import destroy_learner, destroy_prior, destroy_rows, destroy_upload
from mikra.server.actions.erasure_search import Traces, remove_letters, traces_of
from mikra.server.actions.work import work
from mikra.server.installation import installation
from mikra.server.rights import Actor, Right
from mikra.server.store.awards import Award
from mikra.server.store.learners import Learner
from mikra.server.store.rights_cases import RightsCase
from mikra.server.store.scrubbing import scrub
from mikra.server.words import _


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an erasure will do, in counts."""

    awards: int
    rows: int
    files: int
    prior: int


def plan(actor: Actor, case_id: uuid.UUID | str) -> Plan:
    """Reads what would go. ConflictError where the case is not ready."""
    actor.need(Right.RIGHTS_CASES)
    learner = _ready(RightsCase.get(actor.tenant, case_id))
    traces = traces_of(learner)
    awards = Award.of(actor.tenant).filter(learner=learner, trial=False).count()
    return Plan(awards=awards, rows=len(traces.rows), files=len(traces.uploads), prior=len(traces.prior))


def erase(actor: Actor, case_id: uuid.UUID | str, *, at: dt.datetime | None = None) -> Counter[str]:
    """What was destroyed, by kind. ConflictError where the case is not ready; done twice is refused the second time."""
    actor.need(Right.RIGHTS_CASES)
    moment = at or now()
    traces = traces_of(_ready(RightsCase.get(actor.tenant, case_id)))
    with work():
        case = RightsCase.get(actor.tenant, case_id, lock=True)
        learner = Learner.get(actor.tenant, _ready(case).id, lock=True)
        _list(learner, traces, moment)
        counts = _destroy(learner, traces, moment)
        rights_cases.finish(case, RightsCase.State.DONE, moment)
        line = audit.Line(verb="learner.erased", subject=f"learner:{learner.id}", detail=dict(counts))
        audit.note(actor, line, audit.Line(verb="case.done", subject=f"case:{case.id}"), at=moment)
    scrub()
    remove_letters(installation().home / "mail", traces)
    return counts


def _ready(case: RightsCase) -> Learner:
    """The learner of a case that may be carried out."""
    if case.kind != RightsCase.Kind.ERASURE or case.state != RightsCase.State.OPEN:
        raise ConflictError(_("This case is no open request for erasure."), found=case.state, code="case_state")
    if case.learner is None or case.learner.erased:
        raise ConflictError(_("Find the learner first."), code="case_without_learner")
    if case.proven is None:
        raise ConflictError(_("Note first how identity was proved."), code="case_without_proof")
    return case.learner


def _list(learner: Learner, traces: Traces, at: dt.datetime) -> None:
    """Before anything goes: a line too much does no harm, one too little would."""
    erasure_list.append(erasure_list.LEARNER, [learner.id], at)
    erasure_list.append(erasure_list.ROW, [one.id for one in traces.rows], at)
    erasure_list.append(erasure_list.BATCH, [one.id for one in traces.uploads], at)
    erasure_list.append(erasure_list.PRIOR, [one.id for one in traces.prior], at)


def _destroy(learner: Learner, traces: Traces, at: dt.datetime) -> Counter[str]:
    counts = destroy_learner(learner, at)
    counts["rows"] = destroy_rows(traces.rows)
    for one in traces.uploads:
        destroy_upload(one)
    counts["files"] = len(traces.uploads)
    counts["prior"] = destroy_prior(traces.prior)
    return counts

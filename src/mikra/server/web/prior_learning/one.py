"""One case of prior learning: how it stands, who it is, who assesses it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from mikra.adapters.clock import now
from mikra.server.actions import prior_learning, prior_learning_appeal, prior_learning_decision, prior_learning_row
from mikra.server.actions.prior_learning import CaseView, State
from mikra.server.rights import Right
from mikra.server.store.batches import Batch
from mikra.server.web.awards.words import STATES as BATCHES
from mikra.server.web.guards import Asked, console
from mikra.server.web.pages import render
from mikra.server.web.prior_learning import words
from mikra.server.web.prior_learning.listing import typed
from mikra.server.words import _, language


@require_safe
@console(Right.VIEW)
def one(request: Asked, id: uuid.UUID) -> HttpResponse:
    """Everything about it, and the next step."""
    found = prior_learning.case(request.actor, id)
    labels = {field.name: field for field in prior_learning_row.form(found.case.edition, language())}
    batch = found.case.batch
    values = {
        "one": found,
        "title": words.title_of(found),
        "states": words.STATES,
        "outcomes": words.OUTCOMES,
        "kinds": words.KINDS,
        "facts": [{"term": labels[n].label, "value": _text(labels[n], t)} for n, t in found.row.items() if n in labels],
        "may": may(request, found),
        "missing": []
        if found.case.is_decided
        else prior_learning_row.missing(found.case.edition, found.row, language()),
        "until": prior_learning_decision.until(found.case),
        "appeal_day": prior_learning_appeal.last_day(found.case),
        "batch": batch,
        "batch_state": BATCHES[batch.state] if batch else None,
    }
    return render(request, "prior_learning/one.html", values)


def _text(field: Any, value: str) -> str:
    return str(dict(field.choices).get(value, value))


def may(request: Asked, found: CaseView) -> set[str]:
    """What this person can do with the case as it is."""
    case, actor = found.case, request.actor
    open_ones = not case.is_decided
    sealed = case.batch is not None and case.batch.state not in _NOT_SEALED
    until, appeal = prior_learning_decision.until(case), prior_learning_appeal.until(case)
    can = {
        "appeal": actor.may(Right.PREPARE) and appeal is not None and now() < appeal,
        "letter": actor.may(Right.PREPARE) and actor.may(Right.LEARNERS) and case.is_decided,
        "prepare": actor.may(Right.PREPARE) and open_ones,
        "assess": case.assessor_id == actor.person_id and case.state in (State.ASSESSMENT, State.DECISION),
        "decide": actor.may(Right.SEAL) and actor.may(Right.LEARNERS) and case.state == State.DECISION,
        "withdraw": actor.may(Right.SEAL) and not sealed and until is not None and now() < until,
        "award": actor.may(Right.PREPARE) and case.state == State.AWARDED and (case.batch is None or _ended(case)),
        "delete": (actor.may(Right.PREPARE) and open_ones and found.appeal is None) or actor.may(Right.RIGHTS_CASES),
    }
    return {name for name, can_it in can.items() if can_it}


_NOT_SEALED = (
    Batch.State.WHO,
    Batch.State.CHECK,
    Batch.State.APPROVAL,
    Batch.State.SCHEDULED,
    Batch.State.CANCELLED,
    Batch.State.REVERTED,
)


def _ended(case: Any) -> bool:
    return case.batch.state in (Batch.State.CANCELLED, Batch.State.REVERTED)


@require_http_methods(["GET", "HEAD", "POST"])
@console(Right.PREPARE)
def learner(request: Asked, id: uuid.UUID) -> HttpResponse:
    """Who it is, to be put right."""
    found = prior_learning.case(request.actor, id)
    fields = prior_learning_row.form(found.case.edition, language())
    error: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        error, status = words.tried(lambda: prior_learning.set_learner(request.actor, id, typed(request, fields)))
        if not error:
            return words.to(request, id)
    values = {
        "one": found,
        "case": found.case,
        "edition": found.case.edition,
        "fields": fields,
        "typed": request.POST if request.method == "POST" else found.row,
        "error": error,
        "summary": words.summary(error, fields[0].name),
    }
    return render(request, "prior_learning/learner.html", values, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@console(Right.PREPARE)
def send(request: Asked, id: uuid.UUID) -> HttpResponse:
    """To whom it is given to assess."""
    found = prior_learning.case(request.actor, id)
    chosen = request.POST.get("assessor", str(found.case.assessor_id or ""))
    error: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        error, status = words.tried(lambda: prior_learning.send(request.actor, id, chosen))
        if not error:
            messages.success(request, _("It waits for the assessment."))
            return words.to(request, id)
    people = [(str(one.person_id), one.person.name) for one in prior_learning.assessors(request.actor, found.case)]
    values = {"one": found, "people": people, "chosen": chosen, "error": error}
    values["summary"] = words.summary(error, "assessor")
    return render(request, "prior_learning/send.html", values, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@console(Right.VIEW)
def delete(request: Asked, id: uuid.UUID) -> HttpResponse:
    """One question before it; then it is gone. A decided one goes only by who handles the rights of learners."""
    found = prior_learning.case(request.actor, id)
    act = prior_learning.erase if request.actor.may(Right.RIGHTS_CASES) else prior_learning.delete
    if request.method == "POST":
        act(request.actor, id)
        messages.success(request, _("The case is deleted, with all its evidence."))
        return HttpResponseRedirect(reverse("prior", args=[request.tenant.slug]))
    values = {
        "one": found,
        "title": _("Delete this case?"),
        "lead": _("All that was written and given goes with it, for good. An award that came of it stays."),
        "does": _("Delete"),
    }
    return render(request, "prior_learning/sure.html", values)

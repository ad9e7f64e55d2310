"""Assessing a case, deciding on it, taking that back, and the way to the award."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mikra.server.actions import (
    prior_learning,
    prior_learning_appeal,
    prior_learning_assessment,
    prior_learning_decision,
)
from mikra.server.actions.prior_learning import CaseView
from mikra.server.actions.prior_learning_assessment import Found
from mikra.server.rights import Right
from mikra.server.web.awards.filling import download
from mikra.server.web.guards import Asked, console
from mikra.server.web.pages import render
from mikra.server.web.prior_learning import words
from mikra.server.words import _

_MET = {"yes": True, "no": False}


@require_http_methods(["GET", "HEAD", "POST"])
@console(Right.VIEW)
def assess(request: Asked, id: uuid.UUID) -> HttpResponse:
    """Outcome by outcome; it can be kept half done."""
    found = prior_learning.case(request.actor, id)
    error: dict[str, str] = {}
    status = 200
    given = _kept(found)
    if request.method == "POST":
        given, whole = _given(request, len(found.findings)), "later" not in request.POST
        error, status = words.tried(lambda: prior_learning_assessment.assess(request.actor, id, given, whole=whole))
        if not error:
            messages.success(request, _("It waits for a decision.") if whole else _("Kept. You can go on later."))
            return words.to(request, id)
    values = {
        "one": found,
        "given": given,
        "error": error,
        "summary": words.summary(error, "met-0"),
        "pieces": {n: [one for one in found.evidence if n in one.outcomes] for n in given},
    }
    return render(request, "prior_learning/assess.html", values, status=status)


def _kept(found: CaseView) -> dict[int, Found]:
    return {n: Found(met=one.met, method=one.method, reason=one.reason) for n, one in enumerate(found.findings)}


def _given(request: Asked, count: int) -> dict[int, Found]:
    sent = request.POST
    return {
        n: Found(
            met=_MET.get(sent.get(f"met-{n}", "")),
            method=sent.get(f"method-{n}", ""),
            reason=sent.get(f"reason-{n}", ""),
        )
        for n in range(count)
    }


@require_http_methods(["GET", "HEAD", "POST"])
@console(Right.SEAL)
def decide(request: Asked, id: uuid.UUID) -> HttpResponse:
    """Awarded, not awarded, or more asked for; with the reasons."""
    found = prior_learning.case(request.actor, id)
    outcome, reason = request.POST.get("outcome", ""), request.POST.get("reason", "")
    error: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        error, status = words.tried(lambda: prior_learning_decision.decide(request.actor, id, outcome, reason))
        if not error:
            messages.success(request, _("Decided."))
            return words.to(request, id)
    values = {
        "one": found,
        "outcome": outcome,
        "reason": reason,
        "met": sum(one.met is True for one in found.findings),
        "error": {name if name in ("outcome", "reason") else "outcome": text for name, text in error.items()},
        "summary": words.summary({n if n in ("outcome", "reason") else "": t for n, t in error.items()}, "outcome"),
    }
    return render(request, "prior_learning/decide.html", values, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@console(Right.SEAL)
def withdraw(request: Asked, id: uuid.UUID) -> HttpResponse:
    """Takes the decision back, with a reason."""
    found = prior_learning.case(request.actor, id)
    reason = request.POST.get("reason", "")
    error: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        error, status = words.tried(lambda: prior_learning_decision.withdraw(request.actor, id, reason))
        if not error:
            messages.success(request, _("The decision is taken back; the case waits for another one."))
            return words.to(request, id)
    values = {"one": found, "reason": reason, "error": " ".join(error.values())}
    values["until"] = prior_learning_decision.until(found.case)
    return render(request, "prior_learning/withdraw.html", values, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@console(Right.PREPARE)
def appeal(request: Asked, id: uuid.UUID) -> HttpResponse:
    """What the learner says against the decision."""
    found = prior_learning.case(request.actor, id)
    reason = request.POST.get("reason", "")
    error: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        error, status = words.tried(lambda: prior_learning_appeal.appeal(request.actor, id, reason))
        if not error:
            messages.success(request, _("The appeal is noted. Give the case to somebody who has not assessed it."))
            return words.to(request, id)
    values = {"one": found, "reason": reason, "error": " ".join(error.values())}
    return render(request, "prior_learning/appeal.html", values, status=status)


@require_safe
@console(Right.PREPARE)
def letter(request: Asked, id: uuid.UUID) -> HttpResponse:
    """The decision, to print or to send."""
    return download(prior_learning_appeal.letter(request.actor, id), "application/pdf", "decision.pdf")


@require_POST
@console(Right.PREPARE)
def award(request: Asked, id: uuid.UUID) -> HttpResponse:
    """The batch of one, on its way to the seal."""
    batch = prior_learning_decision.to_award(request.actor, id)
    return HttpResponseRedirect(reverse("batch", args=[request.tenant.slug, batch.id]))

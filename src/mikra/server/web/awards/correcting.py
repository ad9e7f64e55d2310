"""Correcting one award: replaced by a right one, suspended, resumed, withdrawn; and an offer taken back."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from mikra.errors import ConflictError, InputError
from mikra.server.actions import awards_story, corrections, corrections_supersede
from mikra.server.rights import Right
from mikra.server.web.awards import words
from mikra.server.web.guards import Asked, console
from mikra.server.web.pages import render
from mikra.server.words import _, lazy

ACTS = {"suspend": corrections.suspend, "resume": corrections.resume, "withdraw": corrections.revoke}
ASKED: dict[str, tuple[Any, Any, Any]] = {
    "suspend": (
        lazy("Suspend this award?"),
        lazy("It does not count until you let it count again. Whoever checks it sees that, and why."),
        lazy("Suspend"),
    ),
    "resume": (lazy("Let it count again?"), lazy("Whoever checks it sees that it is valid."), lazy("Let it count")),
    "withdraw": (
        lazy("Withdraw this award?"),
        lazy("This is for good. Whoever checks it sees that it was withdrawn, and why. The learner is told."),
        lazy("Withdraw"),
    ),
}
"""What is done -> the question, what it means, the button."""


@require_http_methods(["GET", "HEAD", "POST"])
@console(Right.CORRECT)
def change(request: Asked, id: uuid.UUID, what: str) -> HttpResponse:
    """Asks why, and does it."""
    found = awards_story.story(request.actor, id)
    error, status = "", 200
    if request.method == "POST":
        try:
            ACTS[what](request.actor, id, request.POST.get("reason", ""))
        except (InputError, ConflictError) as refused:
            error, status = words.said(refused), 422 if isinstance(refused, InputError) else 409
        else:
            messages.success(request, _("Done. Whoever checks it sees it at once."))
            return HttpResponseRedirect(reverse("award_one", args=[request.tenant.slug, id]))
    title, lead, button = ASKED[what]
    values = {
        "story": found,
        "title": title,
        "lead": lead,
        "button": button,
        "error": error,
        "grave": what == "withdraw",
    }
    values |= {"back": reverse("award_one", args=[request.tenant.slug, id]), "reason": request.POST.get("reason", "")}
    return render(request, "awards/reason.html", values, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@console(Right.CORRECT)
def correct(request: Asked, id: uuid.UUID) -> HttpResponse:
    """The facts as they stand, to be put right: a new credential takes the place of the old one."""
    facts = corrections_supersede.facts(request.actor, id)
    error: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            made = corrections_supersede.supersede(
                request.actor, id, _changes(facts, request.POST), request.POST.get("reason", "")
            )
        except InputError as refused:
            error, status = {refused.where: words.said(refused)}, 422
        except ConflictError as refused:
            error, status = {"": words.said(refused)}, 409
        else:
            messages.success(request, _("Replaced. The learner is told, and old links lead here."))
            return HttpResponseRedirect(reverse("award_one", args=[request.tenant.slug, made.id]))
    values = {"story": awards_story.story(request.actor, id), "facts": facts, "error": error}
    typed = request.POST if request.method == "POST" else {one.field: one.text for one in facts}
    return render(request, "awards/correct.html", {**values, "typed": typed}, status=status)


def _changes(facts: list[corrections_supersede.Fact], sent: Mapping[str, Any]) -> dict[str, str]:
    """Only what is not as it was."""
    return {
        one.field: str(sent[one.field])
        for one in facts
        if one.field in sent and str(sent[one.field]).strip() != one.text
    }


@require_http_methods(["GET", "HEAD", "POST"])
@console(Right.CORRECT)
def withdraw_offer(request: Asked, id: uuid.UUID, delivery: uuid.UUID) -> HttpResponse:
    """The link of a letter no longer leads to the credential; the award stays."""
    found = awards_story.story(request.actor, id)
    error, status = "", 200
    if request.method == "POST":
        try:
            corrections.withdraw_offer(request.actor, delivery, request.POST.get("reason", ""))
        except (InputError, ConflictError) as refused:
            error, status = words.said(refused), 422 if isinstance(refused, InputError) else 409
        else:
            messages.success(request, _("The offer is taken back; its link leads nowhere."))
            return HttpResponseRedirect(reverse("award_one", args=[request.tenant.slug, id]))
    values = {"story": found, "error": error, "grave": True, "reason": request.POST.get("reason", "")}
    values |= {
        "title": _("Take this offer back?"),
        "lead": _("The link in the letter will lead to nothing. The award itself stays as it is."),
        "button": _("Take back"),
        "back": reverse("award_one", args=[request.tenant.slug, id]),
    }
    return render(request, "awards/reason.html", values, status=status)

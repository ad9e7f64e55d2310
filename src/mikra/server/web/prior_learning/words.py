"""Words and marks of cases of prior learning, and what a form says of a refusal."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from mikra.errors import ConflictError, InputError, NotAllowedError
from mikra.server.actions.prior_learning import CaseView
from mikra.server.store.prior_learning import PriorCase, PriorDecision, PriorEvidence
from mikra.server.web.awards.words import said
from mikra.server.web.errors import status_of
from mikra.server.web.guards import Asked
from mikra.server.words import _, lazy

State, Outcome, Kind = PriorCase.State, PriorDecision.Outcome, PriorEvidence.Kind

STATES: dict[str, tuple[str, Any]] = {
    State.DRAFT: ("draft", lazy("Draft")),
    State.ASSESSMENT: ("waiting", lazy("Waits for the assessment")),
    State.DECISION: ("review", lazy("Waits for a decision")),
    State.AWARDED: ("passed", lazy("To be awarded")),
    State.NOT_AWARDED: ("failed", lazy("Not awarded")),
}
"""State -> mark and word."""

OUTCOMES: dict[str, tuple[str, Any]] = {
    Outcome.AWARDED: ("passed", lazy("It is awarded")),
    Outcome.NOT_AWARDED: ("failed", lazy("It is not awarded")),
    Outcome.MORE: ("fix", lazy("More evidence is asked for")),
    Outcome.WITHDRAWN: ("again", lazy("The decision is taken back")),
}

KINDS: dict[str, Any] = {
    Kind.FILE: lazy("File"),
    Kind.LINK: lazy("Link"),
    Kind.DESCRIPTION: lazy("Description"),
}


def title_of(found: CaseView) -> str:
    """How the case stands, in one sentence."""
    if found.appeal and found.case.state == State.DRAFT and not found.asked_for_more:
        return _("The decision is appealed")
    if found.asked_for_more:
        return _("More evidence is asked for")
    return {
        State.DRAFT: _("Put the evidence together"),
        State.ASSESSMENT: _("Waits for the assessment"),
        State.DECISION: _("Waits for a decision"),
        State.AWARDED: _("It is awarded"),
        State.NOT_AWARDED: _("It is not awarded"),
    }[State(found.case.state)]


def to(request: Asked, id: uuid.UUID) -> HttpResponseRedirect:
    """To the page of the case."""
    return HttpResponseRedirect(reverse("prior_one", args=[request.tenant.slug, id]))


def tried(act: Callable[[], Any]) -> tuple[dict[str, str], int]:
    """What was wrong, by field ("" for none), and the status of the answer; nothing and 200 where it was done."""
    try:
        act()
    except (InputError, ConflictError, NotAllowedError) as refused:
        return {refused.where: said(refused)}, status_of(refused)
    return {}, 200


def summary(error: dict[str, str], first: str) -> list[tuple[str, str]]:
    """The same for the list above a form; what belongs to no field leads to the first one."""
    return [(f"f-{name or first}", text) for name, text in error.items()]


__all__ = ["KINDS", "OUTCOMES", "STATES", "said", "summary", "title_of", "to", "tried"]

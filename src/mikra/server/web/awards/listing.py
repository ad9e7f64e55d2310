"""All batches: where each stands, and where one goes on."""

from __future__ import annotations

import uuid

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from mikra.server.actions import batches, batches_approval, batches_watch
from mikra.server.rights import Right
from mikra.server.store.batches import Batch
from mikra.server.web.awards import words
from mikra.server.web.guards import Asked, console
from mikra.server.web.pages import render

PAGE = 25
GROUPS = ("who", "check", "approval", "scheduled", "sealing", "paused", "done", "reverted", "cancelled")


@require_safe
@console(Right.VIEW)
def index(request: Asked) -> HttpResponse:
    """The newest first, by state."""
    state = request.GET.get("state", "")
    state = state if state in GROUPS else ""
    found = batches.batches(request.actor, state=state or None, before=_id(request.GET.get("before")), limit=PAGE + 1)
    counts = batches_watch.counts_by_state(request.actor)
    values = {
        "rows": [_row(request, one) for one in found[:PAGE]],
        "more": str(found[PAGE - 1].id) if len(found) > PAGE else "",
        "state": state,
        "groups": [(name, *words.STATES[name], counts[name]) for name in GROUPS if counts.get(name)],
        "total": sum(counts.values()),
        "waiting": counts.get("check", 0) + counts.get("approval", 0) + counts.get("who", 0),
    }
    return render(request, "awards/index.html", values)


def _row(request: Asked, batch: Batch) -> dict[str, object]:
    mark, word = words.STATES[batch.state]
    return {
        "batch": batch,
        "mark": mark,
        "word": word,
        "counts": batches.counts_of(batch),
        "href": reverse("batch", args=[request.tenant.slug, batch.id]),
    }


def _id(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return None


@require_safe
@console(Right.VIEW)
def go(request: Asked, id: uuid.UUID) -> HttpResponse:
    """The page on which this batch goes on, for whoever asks."""
    batch = batches_watch.batch(request.actor, id)
    page = words.STEP[batch.state] if request.actor.may(Right.PREPARE) else "batch_follow"
    if batch.state == Batch.State.APPROVAL and request.actor.may(Right.SEAL):
        page = "batch_approve"
    return HttpResponseRedirect(reverse(page, args=[request.tenant.slug, id]))


@require_POST
@console(Right.PREPARE)
def cancel(request: Asked, id: uuid.UUID) -> HttpResponse:
    """Nothing comes of this list."""
    batches_approval.cancel(request.actor, id)
    return HttpResponseRedirect(reverse("batch_follow", args=[request.tenant.slug, id]))

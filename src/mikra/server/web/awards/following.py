"""Step 6: how far sealing is, what came of it, and how it is undone."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from mikra.adapters.clock import now
from mikra.errors import InputError
from mikra.server.actions import batches, batches_approval, batches_undo, batches_watch, receipts, receipts_pdf
from mikra.server.rights import Right
from mikra.server.store.batches import Batch
from mikra.server.web.awards import words
from mikra.server.web.awards.filling import XLSX, download, heading
from mikra.server.web.guards import Asked, console
from mikra.server.web.pages import render
from mikra.server.words import _, ngettext

RUNNING = (Batch.State.SCHEDULED, Batch.State.SEALING, Batch.State.PAUSED)


@require_safe
@console(Right.VIEW)
def follow(request: Asked, id: uuid.UUID) -> HttpResponse:
    """The batch after it was decided on."""
    batch = batches_watch.batch(request.actor, id)
    counts = batches.summary(request.actor, id)
    mark, word = words.STATES[batch.state]
    values = {
        **heading(request, batch, 6),
        **_progress(request, id),
        "counts": counts,
        "mark": mark,
        "word": word,
        "running": batch.state in RUNNING,
        "failed": batches_watch.failed(request.actor, id)
        if counts.failed and request.actor.may(Right.LEARNERS)
        else [],
        "receipted": receipts.is_stored(batch),
        "graceful": batches_undo.within_grace(batch, now()),
        "title": title(batch, counts),
    }
    return render(request, "awards/follow.html", values)


def title(batch: Batch, counts: batches.Counts) -> str:
    """The state in one sentence."""
    sealed = ngettext("{count} credential is sealed", "{count} credentials are sealed", counts.sealed)
    said = {
        Batch.State.WHO: _("This award waits for a list"),
        Batch.State.CHECK: _("This list is being checked"),
        Batch.State.APPROVAL: _("Waits for a second person"),
        Batch.State.SCHEDULED: _("Scheduled"),
        Batch.State.SEALING: _("Sealing"),
        Batch.State.PAUSED: _("Paused"),
        Batch.State.DONE: sealed.format(count=counts.sealed),
        Batch.State.CANCELLED: _("Cancelled: nothing was sealed"),
        Batch.State.REVERTED: _("This batch was withdrawn"),
    }
    return said[Batch.State(batch.state)]


def _progress(request: Asked, id: uuid.UUID) -> dict[str, Any]:
    found = batches.progress(request.actor, id)
    return {"progress": found, "left": _left(found.seconds_left), "pace": found.per_second}


def _left(seconds: int | None) -> str:
    if seconds is None:
        return ""
    if seconds < 90:
        return ngettext("about {count} second left", "about {count} seconds left", seconds).format(count=seconds)
    minutes = round(seconds / 60)
    return ngettext("about {count} minute left", "about {count} minutes left", minutes).format(count=minutes)


@require_safe
@console(Right.VIEW)
def progress(request: Asked, id: uuid.UUID) -> HttpResponse:
    """How far it is, for the page that is open; when it has ended the page is loaded anew."""
    values = _progress(request, id)
    response = render(request, "awards/progress.html", values)
    if values["progress"].state not in RUNNING:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@console(Right.SEAL)
def pace(request: Asked, id: uuid.UUID) -> HttpResponse:
    """Pause, or go on."""
    act = batches_approval.resume if request.POST.get("do") == "resume" else batches_approval.pause
    act(request.actor, id)
    return HttpResponseRedirect(reverse("batch_follow", args=[request.tenant.slug, id]))


@require_POST
@console(Right.SEAL)
def send_back(request: Asked, id: uuid.UUID) -> HttpResponse:
    """A scheduled batch back to whoever prepared it."""
    try:
        batches_approval.send_back(request.actor, id, request.POST.get("reason", ""))
    except InputError as error:
        messages.error(request, words.said(error))
        return HttpResponseRedirect(reverse("batch_follow", args=[request.tenant.slug, id]))
    return HttpResponseRedirect(reverse("batch", args=[request.tenant.slug, id]))


@require_safe
@console(Right.VIEW)
def receipt(request: Asked, id: uuid.UUID) -> HttpResponse:
    """The sealed receipt: rows, award ids and digests, no names."""
    content = receipts.receipt(request.actor, id)
    several = b"\n" in content.strip()
    name = "receipt.jsonl" if several else "receipt.json"
    return download(content, "application/x-ndjson" if several else "application/json", name)


@require_safe
@console(Right.LEARNERS)
def receipt_xlsx(request: Asked, id: uuid.UUID) -> HttpResponse:
    """Who got what."""
    return download(receipts.receipt_xlsx(request.actor, id), XLSX, "receipt.xlsx")


@require_safe
@console(Right.LEARNERS)
def receipt_pdf(request: Asked, id: uuid.UUID) -> HttpResponse:
    """The same on paper, with the sealed receipt attached."""
    return download(receipts_pdf.receipt_pdf(request.actor, id), "application/pdf", "receipt.pdf")

"""Undoing a whole batch: unheard while its time of grace runs, with a reason told to everybody after it."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from mikra.adapters.clock import now
from mikra.errors import ConflictError, InputError
from mikra.server.actions import batches, batches_undo, batches_watch
from mikra.server.rights import Right
from mikra.server.web.awards import words
from mikra.server.web.guards import Asked, console
from mikra.server.web.pages import render
from mikra.server.words import _


@require_http_methods(["GET", "HEAD", "POST"])
@console(Right.CORRECT)
def undo(request: Asked, id: uuid.UUID) -> HttpResponse:
    """Asks why; then all awards of the batch are withdrawn, and where it is wished a new list is begun."""
    batch = batches_watch.batch(request.actor, id)
    error, status = "", 200
    if request.method == "POST":
        try:
            return _undone(request, id)
        except (InputError, ConflictError) as refused:
            error, status = words.said(refused), 422 if isinstance(refused, InputError) else 409
    values = {
        "batch": batch,
        "edition": batch.edition,
        "counts": batches.summary(request.actor, id),
        "graceful": batches_undo.within_grace(batch, now()),
        "error": error,
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "awards/undo.html", values, status=status)


def _undone(request: Asked, id: uuid.UUID) -> HttpResponse:
    reason = request.POST.get("reason", "")
    if request.POST.get("again"):
        new = batches_undo.re_issue(request.actor, id, reason)
        messages.success(request, _("The old batch is withdrawn. Here are the same people: mend what was wrong."))
        return HttpResponseRedirect(reverse("batch_check", args=[request.tenant.slug, new.id]))
    batches_undo.revert(request.actor, id, reason)
    return HttpResponseRedirect(reverse("batch_follow", args=[request.tenant.slug, id]))

"""Step 5: one sentence, what should be known before, and the seal; or a second person, or back with a reason."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from mikra.errors import ConflictError, InputError, NotAllowedError, NotFoundError
from mikra.server.actions import batches, batches_approval, batches_watch
from mikra.server.actions.tenant_settings import settings_of
from mikra.server.rights import Right
from mikra.server.store.batches import Batch
from mikra.server.web import refusals
from mikra.server.web.awards import words
from mikra.server.web.awards.filling import heading
from mikra.server.web.guards import Asked, console
from mikra.server.web.pages import render
from mikra.server.words import _

DECIDED = (Batch.State.SCHEDULED, Batch.State.SEALING, Batch.State.PAUSED, Batch.State.DONE)


@require_http_methods(["GET", "HEAD", "POST"])
@console(Right.VIEW)
def approve(request: Asked, id: uuid.UUID) -> HttpResponse:
    """Whoever may seal decides here; whoever prepared it asks."""
    batch = batches_watch.batch(request.actor, id)
    if request.method == "POST":
        return _decide(request, batch)
    if batch.state not in (Batch.State.CHECK, Batch.State.APPROVAL):
        return HttpResponseRedirect(reverse("batch_follow", args=[request.tenant.slug, id]))
    return _page(request, batch)


def _page(request: Asked, batch: Batch, error: dict[str, str] | None = None, status: int = 200) -> HttpResponse:
    counts = batches.summary(request.actor, batch.id)
    decided = settings_of(request.tenant)
    own = batches_watch.is_own_work(request.actor, batch)
    values = {
        **heading(request, batch, 5),
        "counts": counts,
        "sentence": batches_approval.sentence(request.actor, batch.id),
        "doubts": batches_approval.doubts(request.actor, batch.id),
        "grace": decided.grace_minutes,
        "four_eyes": decided.four_eyes and not batch.trial,
        "may_seal": request.actor.may(Right.SEAL) and not own,
        "own": own,
        "error": error or {},
        "at": request.POST.get("at") or request.GET.get("at", ""),
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "awards/approve.html", values, status=status)


def _decide(request: Asked, batch: Batch) -> HttpResponse:
    """One of: seal, ask, back. What is refused comes back with what was typed."""
    what = request.POST.get("do", "seal")
    try:
        if what == "ask":
            batches_approval.ask_approval(request.actor, batch.id)
            messages.success(request, _("A colleague who may seal finds it on their start page."))
        elif what == "back":
            batches_approval.send_back(request.actor, batch.id, request.POST.get("reason", ""))
            messages.success(request, _("Sent back. Nothing was sealed."))
        else:
            _seal(request, batch)
    except NotAllowedError as error:
        if error.code == "step_up":
            return _prove(request, batch)
        return _page(request, batch, {"": words.said(error)}, status=403)
    except NotFoundError as error:
        if error.code != "key_missing":
            raise
        return _page(request, batch, {"": words.said(error)}, status=409)
    except InputError as error:
        return _page(request, batch, {error.where: words.said(error)}, status=422)
    except ConflictError as error:
        batch.refresh_from_db()
        if batch.state in (Batch.State.CHECK, Batch.State.APPROVAL):
            return _page(request, batch, {"": refusals.said(error)}, status=409)
        return HttpResponseRedirect(reverse("batch_follow", args=[request.tenant.slug, batch.id]))
    return HttpResponseRedirect(reverse("batch_follow", args=[request.tenant.slug, batch.id]))


def _seal(request: Asked, batch: Batch) -> None:
    sentence = request.POST.get("sentence", "")
    batches_approval.approve(request.actor, batch.id, sentence=sentence, at=_moment(request))


def _moment(request: Asked) -> dt.datetime | None:
    """The moment from which it is sealed, in UTC; None: now. InputError."""
    text = request.POST.get("at", "").strip()
    if not text:
        return None
    try:
        return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)
    except ValueError:
        raise InputError(
            _("This is no moment."),
            where="at",
            found=text[:40],
            expected="2026-05-03T14:00",
            fix=_("Choose day and time."),
        ) from None


def _prove(request: Asked, batch: Batch) -> HttpResponse:
    """Off to the proof, and back to this page with what was chosen."""
    here: dict[str, Any] = {"at": request.POST.get("at", "")[:16]}
    address = reverse("batch_approve", args=[request.tenant.slug, batch.id])
    if here["at"]:
        address += f"?at={quote(here['at'])}"
    return HttpResponseRedirect(f"{reverse('account_reauthenticate')}?next={quote(address)}")

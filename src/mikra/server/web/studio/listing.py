"""The list of designs: found by name or code, last used first."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from mikra.adapters.clock import now
from mikra.server.actions import designs, editions
from mikra.server.rights import Right
from mikra.server.store.designs import Design
from mikra.server.web.guards import Asked, console
from mikra.server.web.pages import render
from mikra.server.words import _

PAGE = 24
"""Designs on one page."""


@require_safe
@console(Right.VIEW)
def index(request: Asked) -> HttpResponse:
    """The designs, by words, state and programme."""
    text, state = request.GET.get("q", "")[:200], request.GET.get("state", "")
    programme = request.GET.get("programme", "").replace("\x00", "")[:120]
    start = int(request.GET["from"]) if request.GET.get("from", "").isdecimal() else 0
    state = state if state in Design.State.values else ""
    rows = designs.list_designs(request.actor, text=text, state=state, programme=programme)
    found = list(rows[start : start + PAGE + 1])
    last = designs.latest_editions(request.actor, found)
    day = now().date()
    cards = []
    for one in found[:PAGE]:
        edition = last.get(one.id)
        if edition:
            edition.design = one  # it is at hand: no question for each card
        standing = editions.standing(edition, day) if edition else None
        cards.append({"design": one, "edition": edition, "standing": standing})
    gone = _gone(request)
    values = {
        "gone": gone,
        "cards": cards,
        "q": text,
        "state": state,
        "programme": programme,
        "start": start,
        "page": PAGE,
    }
    more = len(found) > PAGE
    return render(request, "studio/list.html", {**values, "more": more, **_around(request)})


def _gone(request: Asked) -> Design | None:
    """What was deleted just now, to be brought back."""
    id = request.GET.get("deleted", "")
    found = Design.of(request.tenant).filter(pk=id).first() if _is_id(id) else None
    return found if found and found.deleted else None


def _is_id(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _around(request: Asked) -> dict[str, object]:
    counted, programmes = Design.counted(request.tenant)
    shown = sum(count for state, count in counted.items() if state != Design.State.ARCHIVED)
    return {"counted": counted, "all": shown, "programmes": programmes}


@require_POST
@console(Right.DESIGN)
def delete(request: Asked, id: uuid.UUID) -> HttpResponse:
    """Puts a draft away; the message offers to bring it back."""
    gone = designs.delete_design(request.actor, id)
    return HttpResponseRedirect(f"{reverse('designs', args=[request.tenant.slug])}?deleted={gone.id}")


@require_POST
@console(Right.DESIGN)
def restore(request: Asked, id: uuid.UUID) -> HttpResponse:
    """Brings it back."""
    design = designs.restore_design(request.actor, id)
    messages.success(request, _("“{title}” is back.").format(title=design.title or design.code))
    return HttpResponseRedirect(reverse("design", args=[request.tenant.slug, design.id]))


@require_POST
@console(Right.DESIGN)
def copy(request: Asked, id: uuid.UUID) -> HttpResponse:
    """A new draft with the same content."""
    design = designs.copy_design(request.actor, id)
    messages.success(request, _("This is a copy, with the code {code}.").format(code=design.code))
    return HttpResponseRedirect(reverse("design", args=[request.tenant.slug, design.id]))


@require_POST
@console(Right.PUBLISH)
def archive(request: Asked, id: uuid.UUID) -> HttpResponse:
    """Into the archive, or out of it."""
    if request.POST.get("back"):
        designs.unarchive_design(request.actor, id)
        messages.success(request, _("It is back from the archive."))
    else:
        designs.archive_design(request.actor, id)
        messages.success(request, _("It is in the archive: no new awards. What was awarded stays valid."))
    return HttpResponseRedirect(reverse("design", args=[request.tenant.slug, id]))

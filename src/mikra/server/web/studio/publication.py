"""Editions: the list, one of them, what differs between two, the file, the next one."""

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
from mikra.server.web.studio import labels
from mikra.server.words import _, language


@require_safe
@console(Right.VIEW)
def index(request: Asked, id: uuid.UUID) -> HttpResponse:
    """All editions, with how long each may be awarded; and a choice of two to compare."""
    design = designs.get_design(request.actor, id)
    day = now().date()
    rows = [
        {"edition": one, "standing": editions.standing(one, day)} for one in editions.list_editions(request.actor, id)
    ]
    return render(request, "studio/editions.html", {"design": design, "rows": rows})


@require_safe
@console(Right.VIEW)
def show(request: Asked, id: uuid.UUID, number: int) -> HttpResponse:
    """One edition, every member in words."""
    edition = editions.get_edition(request.actor, id, number)
    content = editions.content_of(edition)
    spoken = language()
    parts = [
        {"label": label, "lines": lines}
        for name, label in labels.elements()
        if (lines := labels.lines(name, content.get(name), spoken))
    ]
    standing = editions.standing(edition, now().date())
    values = {"design": edition.design, "edition": edition, "parts": parts, "standing": standing}
    return render(request, "studio/edition.html", values)


@require_safe
@console(Right.VIEW)
def compare(request: Asked, id: uuid.UUID) -> HttpResponse:
    """What differs between two editions, or between one and the draft, element by element."""
    design = designs.get_design(request.actor, id)
    known = editions.list_editions(request.actor, id)
    one, other = _two(request, [edition.number for edition in known], design)
    rows = []
    if one:
        spoken = language()
        for path, (before, after) in editions.compare(request.actor, id, one, other).items():
            rows.append(
                {
                    "member": labels.member(path),
                    "label": labels.of_path(path, spoken),
                    "before": labels.worded(path, before, spoken),
                    "after": labels.worded(path, after, spoken),
                }
            )
    values = {"design": design, "editions": known, "one": one, "other": other, "rows": rows}
    return render(request, "studio/compare.html", values)


def _two(request: Asked, numbers: list[int], design: Design) -> tuple[int, int | None]:
    """The two that are compared: those asked for, else the last with the draft, else the last two."""
    asked = request.GET.get("one", ""), request.GET.get("other", "")
    if asked[0].isdecimal():
        return int(asked[0]), int(asked[1]) if asked[1].isdecimal() else None
    if not numbers:
        return 0, None
    if design.state != Design.State.PUBLISHED or len(numbers) == 1:
        return numbers[0], None
    return numbers[1], numbers[0]


@require_safe
@console(Right.VIEW)
def export(request: Asked, id: uuid.UUID, number: int, form: str) -> HttpResponse:
    """The design file of an edition."""
    edition = editions.get_edition(request.actor, id, number)
    content = editions.export(request.actor, id, number, form)
    kind = "application/json" if form == "json" else "application/yaml"
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="edition-{edition.design_id}-{number}.{form}"'
    return response


@require_POST
@console(Right.DESIGN)
def begin(request: Asked, id: uuid.UUID) -> HttpResponse:
    """The draft of the next edition."""
    number = request.POST.get("number", "")
    design = editions.begin_edition(request.actor, id, number=int(number) if number.isdecimal() else None)
    messages.success(request, _("This is the draft of edition {label}.").format(label=design.draft.get("edition", "")))
    return HttpResponseRedirect(reverse("design", args=[request.tenant.slug, id]))


@require_POST
@console(Right.PUBLISH)
def withdraw(request: Asked, id: uuid.UUID, number: int) -> HttpResponse:
    """No new awards of an edition, or again some."""
    again = bool(request.POST.get("again"))
    editions.withdraw_edition(request.actor, id, number, withdrawn=not again)
    say = _("It can be awarded again.") if again else _("No new awards of this edition. What was awarded stays valid.")
    messages.success(request, say)
    return HttpResponseRedirect(reverse("design_editions", args=[request.tenant.slug, id]))

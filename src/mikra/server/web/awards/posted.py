"""What the form around the grid sends: cells, and which rows one looked at."""

from __future__ import annotations

import re
import uuid

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from mikra.server.web.guards import Asked

SHOWS = ("fix", "doubt", "ready", "has", "left", "all")
_CELL = re.compile(r"cell-(\d{1,9})-(\d{1,4})")


def changes_in(request: Asked) -> list[tuple[int, int, str]]:
    """(row, column, text) of every cell in the form."""
    found = []
    for name, text in request.POST.items():
        place = _CELL.fullmatch(name)
        if place:
            found.append((int(place[1]), int(place[2]), str(text)))
    return found


def back(request: Asked, id: uuid.UUID) -> HttpResponse:
    """To the rows that one looked at."""
    show = request.POST.get("show", "")
    query = f"?show={show}" if show in SHOWS else ""
    return HttpResponseRedirect(reverse("batch_check", args=[request.tenant.slug, id]) + query)

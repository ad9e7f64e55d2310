"""Step 3: the grid. Every change is kept at once; what it did to other rows shows in the counts."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from mikra.errors import InputError
from mikra.server.actions import batches, batches_watch, rows, rows_mending
from mikra.server.rights import Right
from mikra.server.store.batches import Batch
from mikra.server.web.awards import grid, words
from mikra.server.web.awards.bulk import offered
from mikra.server.web.awards.filling import XLSX, download, heading
from mikra.server.web.awards.posted import SHOWS, back, changes_in
from mikra.server.web.guards import Asked, console
from mikra.server.web.pages import render
from mikra.server.words import _

PAGE = 50


@require_safe
@console(Right.PREPARE)
def check(request: Asked, id: uuid.UUID) -> HttpResponse:
    """The rows that need somebody first; then those of each other kind."""
    batch = batches_watch.batch(request.actor, id)
    if batch.state != Batch.State.CHECK:
        return HttpResponseRedirect(reverse("batch", args=[request.tenant.slug, id]))
    counts = batches.summary(request.actor, id)
    values = {**heading(request, batch, 3), **_page(request, batch, counts), **_state(request, batch, counts)}
    return render(request, "awards/check.html", {**values, "offers": offered(request.actor, id)})


def _page(request: Asked, batch: Batch, counts: batches.Counts) -> dict[str, Any]:
    show = _show(request, counts)
    after = int(request.GET["after"]) if request.GET.get("after", "").isdecimal() else 0
    edit = request.GET.get("edit") == "1"
    state = {"all": None, "doubt": "ready"}.get(show, show)
    found = rows.rows(request.actor, batch.id, state=state, warned=show == "doubt", after=after, limit=PAGE + 1)
    last = found[PAGE - 1].number if len(found) > PAGE else 0
    return {"sheet": grid.sheet(found[:PAGE], edit=edit), "show": show, "edit": edit, "last": last, "after": after}


def _show(request: Asked, counts: batches.Counts) -> str:
    asked = request.GET.get("show", "")
    if asked in SHOWS:
        return asked
    return "fix" if counts.fix else "all"


def _state(request: Asked, batch: Batch, counts: batches.Counts) -> dict[str, Any]:
    file = rows.file_name(request.actor, batch.id)
    return {"batch": batch, "file": file, "counts": counts, "show": _show(request, counts), "notes": batch.findings}


@require_safe
@console(Right.PREPARE)
def more(request: Asked, id: uuid.UUID) -> HttpResponse:
    """The next rows, for the grid that is open."""
    batch = batches_watch.batch(request.actor, id)
    values = _page(request, batch, batches.summary(request.actor, id))
    return render(request, "awards/more.html", {**values, "batch": batch})


@require_safe
@console(Right.PREPARE)
def state(request: Asked, id: uuid.UUID) -> HttpResponse:
    """Headline, chips and the bar at the foot, anew."""
    batch = batches_watch.batch(request.actor, id)
    return render(request, "awards/state.html", _state(request, batch, batches.summary(request.actor, id)))


@require_POST
@console(Right.PREPARE)
def cells(request: Asked, id: uuid.UUID) -> HttpResponse:
    """Cells anew: one by script, which is answered by that cell; or all of the page."""
    changes = changes_in(request)
    if not changes:
        raise InputError(_("No cell was changed."), code="request_malformed")
    found = rows_mending.mend(request.actor, id, changes)
    if not request.htmx:
        messages.success(request, _("Saved."))
        return back(request, id)
    number, position, _text = changes[0]
    row = next(one for one in found if one.number == number)
    cell = next(one for one in row.cells if one.position == position)
    values = {
        "row": {"id": str(number), "name": grid.name_of(row)},
        "column": {"key": str(position), "text": cell.heading, "options": cell.choices},
        "cell": _answered(row, cell),
        "save": reverse("batch_cells", args=[request.tenant.slug, id]),
    }
    response = render(request, "awards/cell.html", values)
    response["HX-Trigger"] = words.trigger("mikra:mended")
    return response


def _answered(row: rows.RowView, cell: rows.CellView) -> dict[str, Any]:
    shown = grid.cell_of(cell, saved=True)
    if row.said and row.state == "fix" and not shown["fault"]:
        return {**shown, "fault": f"{row.said} {row.fix}".strip(), "saved": False}
    return shown


@require_safe
@console(Right.PREPARE)
def bad_rows(request: Asked, id: uuid.UUID) -> HttpResponse:
    """Only the rows that are not ready, to be mended elsewhere."""
    return download(rows_mending.corrections_file(request.actor, id), XLSX, "rows-to-mend.xlsx")

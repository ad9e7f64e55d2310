"""Step 2: who. A file is dropped, cells are pasted, or one person is typed; then the columns are looked at."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from mikra.errors import InputError
from mikra.issuance.dates import DateOrder
from mikra.server.actions import awardable, batches_watch, rows, rows_typed
from mikra.server.rights import Right
from mikra.server.store.batches import Batch
from mikra.server.web.awards import words
from mikra.server.web.guards import Asked, console
from mikra.server.web.pages import render
from mikra.server.words import _, language

SIZE = 15_000_000
"""Bytes of a list (BAR, R14)."""

SETTLED = ("encoding", "delimiter", "date_order", "sheet")


def heading(request: Asked, batch: Batch, here: int) -> dict[str, Any]:
    """What all pages of a batch show at their head."""
    return {
        "batch": batch,
        "edition": batch.edition,
        "steps": words.steps(request.tenant.slug, batch, here),
        "file": rows.file_name(request.actor, batch.id) if request.actor.may(Right.LEARNERS) else "",
    }


@require_http_methods(["GET", "HEAD", "POST"])
@console(Right.PREPARE)
def who(request: Asked, id: uuid.UUID) -> HttpResponse:
    """Takes the list, or says at the field why not; what was there before stays."""
    batch = batches_watch.batch(request.actor, id)
    if request.method == "POST":
        return _take(request, batch)
    return _who(request, batch)


def _who(request: Asked, batch: Batch, *, field: str = "", error: str = "", status: int = 200) -> HttpResponse:
    values = {
        **heading(request, batch, 2),
        "errors": {field: error} if error else {},
        "text": request.POST.get("text", ""),
        "languages_of": awardable.content(request.actor, batch.edition_id).languages,
    }
    return render(request, "awards/who.html", values, status=status)


def _take(request: Asked, batch: Batch) -> HttpResponse:
    """The file, or else the pasted text."""
    file, text = request.FILES.get("list"), request.POST.get("text", "")
    field = "text" if text.strip() and file is None else "list"
    try:
        if file is not None:
            taken = rows.take_list(request.actor, batch.id, file.read(), (file.name or "")[:200])
        elif text.strip():
            taken = rows.paste(request.actor, batch.id, text)
        else:
            raise nothing(request)
    except InputError as error:
        if asks_for_columns(error):
            return _go(request, "batch_columns", batch)
        return _who(
            request, batch, field=field, error=words.said(error), status=413 if error.code == "too_large" else 422
        )
    return _go(request, "batch_check" if taken.remembered else "batch_columns", batch)


def nothing(request: Asked) -> InputError:
    """No list came: none was given, or it was so large that the server did not read it."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > SIZE:
        return InputError(
            _("This file is larger than may be sent at once."),
            code="too_large",
            expected=_("up to 15 MB"),
            fix=_("Divide the list, and award it in two batches."),
        )
    return InputError(_("No list was given."), fix=_("Drop a file, or paste the cells with their headings."))


def asks_for_columns(error: InputError) -> bool:
    """Whether a person can settle it on the page of columns: the file itself can be read."""
    return error.code in ("header_missing", "header_duplicate", "encoding_unclear", "rows_need_attention")


def _go(request: Asked, page: str, batch: Batch) -> HttpResponse:
    """On to the next page; a script that sent the file is told where."""
    address = reverse(page, args=[request.tenant.slug, batch.id])
    if request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse(status=200, headers={"X-Location": address})
    return HttpResponseRedirect(address)


@require_http_methods(["GET", "HEAD", "POST"])
@console(Right.PREPARE)
def columns(request: Asked, id: uuid.UUID) -> HttpResponse:
    """Which column is which: guessed, or as somebody said the last time; decided here."""
    batch = batches_watch.batch(request.actor, id)
    error = ""
    if request.method == "POST":
        try:
            _map(request, batch)
        except InputError as refused:
            error = words.said(refused)
        else:
            return HttpResponseRedirect(reverse("batch_check", args=[request.tenant.slug, id]))
    try:
        shown = _columns(request, batch)
    except InputError as unreadable:
        shown, error = {"columns": [], "given": _given(request), "lacking": [], "sheets": ()}, words.said(unreadable)
    values = {**heading(request, batch, 2), **shown, "error": error}
    return render(request, "awards/columns.html", values, status=422 if error and request.method == "POST" else 200)


def _map(request: Asked, batch: Batch) -> None:
    """Reads the file again as it is said in the form. InputError."""
    given = _given(request)
    shown = rows.columns(request.actor, batch.id, options=given)
    said = {one.heading: request.POST.get(f"column-{place}", one.field) for place, one in enumerate(shown.columns)}
    rows.map_columns(request.actor, batch.id, said, options=given)


def _given(request: Asked) -> dict[str, Any]:
    """How the file is to be read, as far as a person has said so."""
    sent = request.POST if request.method == "POST" else request.GET
    given: dict[str, Any] = {key: sent.get(key, "")[:100] for key in SETTLED}
    order = given["date_order"]
    given["date_order"] = DateOrder(order) if order in set(DateOrder) else ""
    return given


def _columns(request: Asked, batch: Batch) -> dict[str, Any]:
    """The columns as they stand in the form: typed, else known. InputError where the file cannot be read so."""
    given = _given(request)
    shown = rows.columns(request.actor, batch.id, options=given)
    chosen = [request.POST.get(f"column-{place}", one.field) for place, one in enumerate(shown.columns)]
    return {
        "columns": [
            {"place": place, "column": column, "field": field}
            for place, (column, field) in enumerate(zip(shown.columns, chosen, strict=True))
        ],
        "fields": [(name, label) for name, label, _required in shown.fields],
        "lacking": [label for name, label, required in shown.fields if required and name not in chosen],
        "sheets": [(name, name) for name in shown.sheets],
        "given": given,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@console(Right.PREPARE)
def one(request: Asked, id: uuid.UUID) -> HttpResponse:
    """One person, typed."""
    batch = batches_watch.batch(request.actor, id)
    fields = rows_typed.fields(request.actor, id)
    error: dict[str, str] = {}
    if request.method == "POST":
        typed = {field.name: request.POST.get(field.name, "") for field in fields}
        try:
            rows_typed.take_one(request.actor, id, typed)
        except InputError as refused:
            error[refused.where] = words.said(refused)
        else:
            return HttpResponseRedirect(reverse("batch_check", args=[request.tenant.slug, id]))
    values = {**heading(request, batch, 2), "fields": fields, "typed": request.POST, "error": error}
    return render(request, "awards/one.html", values, status=422 if error else 200)


@require_safe
@console(Right.PREPARE)
def template(request: Asked, edition: uuid.UUID) -> HttpResponse:
    """The empty list of this design, in a language of the design."""
    asked = request.GET.get("in", "")
    tongues = awardable.content(request.actor, edition).languages
    content = rows.template(request.actor, edition, asked if asked in tongues else language())
    return download(content, XLSX, "class-list.xlsx")


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def download(content: bytes, kind: str, name: str) -> HttpResponse:
    """A file to keep."""
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})

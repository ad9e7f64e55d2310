"""Awards of an institution: listed by design, period and status, and taken away as a table or as files."""

from __future__ import annotations

import csv
import datetime as dt
import io
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from mikra.errors import NotFoundError
from mikra.issuance.roster.neutral import neutral
from mikra.server.actions import audit
from mikra.server.actions.awards_content import file_of
from mikra.server.actions.receipts import name_of
from mikra.server.actions.work import work
from mikra.server.rights import Actor, Right
from mikra.server.store.awards import Award
from mikra.server.words import _

PAGE = 200
PIECE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which awards: of a design or an edition, awarded from a day to a day (both included), in a state."""

    design_id: uuid.UUID | None = None
    edition_id: uuid.UUID | None = None
    batch_id: uuid.UUID | None = None
    start: dt.date | None = None
    end: dt.date | None = None
    state: str = ""
    trial: bool = False


ALL = Filter()


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardView:
    """An award in a list. `name` is "" for those who may not see names."""

    id: uuid.UUID
    name: str
    title: str
    edition: int
    awarded_on: dt.date
    issued: dt.datetime
    state: str
    reason: str
    batch_id: uuid.UUID | None
    row: int | None


def listed(actor: Actor, wanted: Filter = ALL, *, before: uuid.UUID | None = None, limit: int = 50) -> list[AwardView]:
    """The newest first; `before` is the last one of the page before."""
    actor.need(Right.VIEW)
    rows = _rows(actor, wanted)
    if before:
        rows = rows.filter(id__lt=before)
    return [_view(actor, one) for one in rows.order_by("-id")[: min(limit, PAGE)]]


def count(actor: Actor, wanted: Filter = ALL) -> int:
    """How many there are."""
    actor.need(Right.VIEW)
    return _rows(actor, wanted).count()


def award(actor: Actor, award_id: uuid.UUID | str) -> AwardView:
    """One award. NotFoundError."""
    actor.need(Right.VIEW)
    Award.get(actor.tenant, award_id)
    return _view(actor, _rows_of(actor).get(pk=award_id))


def _rows_of(actor: Actor) -> QuerySet[Award]:
    return Award.of(actor.tenant).select_related("edition__design", "learner__key")


def _rows(actor: Actor, wanted: Filter) -> QuerySet[Award]:
    given: dict[str, Any] = {
        "edition__design_id": wanted.design_id,
        "edition_id": wanted.edition_id,
        "batch_id": wanted.batch_id,
        "awarded_on__gte": wanted.start,
        "awarded_on__lte": wanted.end,
        "state": wanted.state,
    }
    return _rows_of(actor).filter(trial=wanted.trial, **{name: value for name, value in given.items() if value})


def _view(actor: Actor, one: Award) -> AwardView:
    return AwardView(
        id=one.id,
        name=name_of(one) if actor.may(Right.LEARNERS) else "",
        title=one.edition.title,
        edition=one.edition.number,
        awarded_on=one.awarded_on,
        issued=one.created,
        state=one.state,
        reason=one.reason,
        batch_id=one.batch_id,
        row=one.row,
    )


def _headings() -> tuple[str, ...]:
    return (
        _("Learner"), _("Micro-credential"), _("Edition"), _("Day of award"), _("Issued"), _("State"), _("Reason"),
        _("Award"),
    )  # fmt: skip


def _cells(one: AwardView) -> tuple[str, ...]:
    issued, state = one.issued.isoformat(timespec="seconds"), str(Award.State(one.state).label)
    day = one.awarded_on.isoformat()
    return (one.name, one.title, str(one.edition), day, issued, state, one.reason, f"urn:uuid:{one.id}")


def _all(actor: Actor, wanted: Filter) -> Iterator[AwardView]:
    for one in _rows(actor, wanted).order_by("id").iterator(chunk_size=PIECE):
        yield _view(actor, one)


def export_csv(actor: Actor, wanted: Filter = ALL) -> Iterator[bytes]:
    """UTF-8 with its mark, line by line. Text that a spreadsheet would compute is quoted (CWE-1236)."""
    actor.need(Right.LEARNERS)
    _note(actor, wanted, "csv")
    return _csv(actor, wanted)


def _csv(actor: Actor, wanted: Filter) -> Iterator[bytes]:
    yield "\ufeff".encode()
    yield _line(_headings())
    for one in _all(actor, wanted):
        yield _line(_cells(one))


def _line(cells: tuple[str, ...]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerow([neutral(cell) for cell in cells])
    return out.getvalue().encode()


def export_xlsx(actor: Actor, wanted: Filter = ALL) -> bytes:
    """The same as a workbook, written row by row."""
    actor.need(Right.LEARNERS)
    import xlsxwriter

    _note(actor, wanted, "xlsx")
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"constant_memory": True})
    sheet = workbook.add_worksheet(_("Awards")[:31])
    for line, cells in enumerate((_headings(), *map(_cells, _all(actor, wanted)))):
        for place, cell in enumerate(cells):
            sheet.write_string(line, place, neutral(cell))
    workbook.close()
    return buffer.getvalue()


def export_files(actor: Actor, wanted: Filter = ALL) -> Iterator[bytes]:
    """The sealed credentials in a ZIP, in pieces as they are read; names of files are award ids, never people's."""
    actor.need(Right.LEARNERS)
    _note(actor, wanted, "zip")
    return _zip(actor, wanted)


class _Pieces(io.RawIOBase):
    """What a ZIP is written into: it cannot go back, and gives what it has."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.parts.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        whole, self.parts = b"".join(self.parts), []
        return whole


def _zip(actor: Actor, wanted: Filter) -> Iterator[bytes]:
    out = _Pieces()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in _rows(actor, wanted).order_by("id").iterator(chunk_size=PIECE):
            try:
                archive.writestr(f"{one.id}.jsonld", file_of(one))
            except NotFoundError:
                continue  # erased: its digest stays, its content is gone
            yield out.taken()
    yield out.taken()


def _note(actor: Actor, wanted: Filter, form: str) -> None:
    with work():
        detail = {"form": form, "count": _rows(actor, wanted).count()}
        audit.note(actor, audit.Line(verb="awards.exported", subject=f"tenant:{actor.tenant.id}", detail=detail))

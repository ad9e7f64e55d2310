"""Rows of a class list as the grid shows them: columns that the list has, faults in the cell, doubts beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mikra.server.actions.rows_cells import CellView, RowView
from mikra.server.words import _

_NAMES = ("full_name", "given_name", "family_name")
_TELLING = ("learner_id", "national_id", "email")
_WIDE = {"email": "l", "full_name": "l"}
MARKS = (("fix", "fix"), ("ready", "ready"), ("has", "has"), ("left", "na"))
"""State of a row -> its mark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What `ui/tables.html` grid() takes."""

    columns: list[dict[str, Any]]
    rows: list[dict[str, Any]]


def sheet(found: Sequence[RowView], *, edit: bool = False) -> Sheet:
    """The rows, with the columns that are used; names as the row's header, unless one of them needs somebody."""
    used = _used(found)
    troubled = {cell.position for row in found for cell in row.cells if cell.severity}
    shown = [cell for cell in used if cell.field not in _NAMES or cell.position in troubled or edit]
    choices = {cell.position: cell.choices for row in found for cell in row.cells if cell.choices}
    columns = [{**_column(cell), "options": choices.get(cell.position, ())} for cell in shown]
    return Sheet(columns=columns, rows=[_row(row, shown, edit) for row in found])


def _used(found: Sequence[RowView]) -> list[CellView]:
    first = max(found, key=lambda row: len(row.cells), default=None)
    return [cell for cell in first.cells if cell.field] if first else []


def _column(cell: CellView) -> dict[str, Any]:
    return {"key": str(cell.position), "text": cell.heading, "width": _WIDE.get(cell.field, "m")}


def _row(row: RowView, shown: Sequence[CellView], edit: bool) -> dict[str, Any]:
    cells = {str(cell.position): cell_of(cell, edit=edit) for cell in row.cells}
    if row.said and shown:
        # What concerns the row as a whole stands where it can be mended: at the number, else the address, else first.
        free = [one for one in shown if not cells.get(str(one.position), {}).get("fault")]
        free.sort(key=lambda one: _TELLING.index(one.field) if one.field in _TELLING else len(_TELLING))
        place = str(free[0].position) if free else ""
        if place:
            kind = "fault" if row.state == "fix" else "doubt"
            cells[place] = {**cells.get(place, {}), kind: f"{row.said} {row.fix}".strip()}
    return {"id": str(row.number), "line": row.number, "name": name_of(row), "cells": cells}


def name_of(row: RowView) -> str:
    """The name as it stands in the row, so that one knows whom one looks at."""
    texts = {cell.field: cell.text for cell in row.cells if cell.field in _NAMES}
    whole = texts.get("full_name") or " ".join(texts[n] for n in _NAMES[1:] if texts.get(n))
    return whole or _("(no name)")


def cell_of(cell: CellView, *, edit: bool = False, saved: bool = False) -> dict[str, Any]:
    """One cell for `grid_cell`."""
    says = f"{cell.said} {cell.fix}".strip() if cell.severity else ""
    return {
        "value": cell.text,
        "fault": says if cell.severity == "error" else "",
        "doubt": says if cell.severity == "warning" else "",
        "edit": edit,
        "saved": saved and not says,
    }

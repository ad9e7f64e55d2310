"""Rows of a class list as they are kept: encrypted under a key of their own, and read again for whoever may see them.

    {"c": cells as given, "v": values of a row that can be issued}

What is wrong with a row is not kept but found again (`issuance.roster.again`), in the reader's language.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mikra.issuance.dates import DateOrder
from mikra.issuance.fields import FieldKind, RosterField, choice_label
from mikra.issuance.roster.again import Checked, Layout, check_again, row_finding
from mikra.issuance.roster.corrections import cell_text
from mikra.issuance.roster.faults import fault, warning
from mikra.issuance.roster.learners import learner_key, learner_keys, named_keys, whole_name
from mikra.issuance.roster.result import Raw, RosterOptions, SourceKind, Value
from mikra.report import Finding, Severity
from mikra.server.store import personal
from mikra.server.store.batches import Batch, BatchRow

KEY = 8
"""Bytes of a digest in `BatchRow.keys`: two of a million differ in all but one case of ten million."""

_TYPES: dict[str, Any] = {
    "datetime": dt.datetime.fromisoformat,
    "date": dt.date.fromisoformat,
    "time": dt.time.fromisoformat,
    "timedelta": lambda seconds: dt.timedelta(seconds=seconds),
}
_PLAIN = (str, float, bool)


def packed(cells: Sequence[Raw]) -> list[Any]:
    """Cells as JSON: what is no text, number or truth value bears the name of its kind."""
    return [cell if isinstance(cell, _PLAIN) else _tagged(cell) for cell in cells]


def _tagged(cell: Raw) -> list[Any]:
    if isinstance(cell, dt.timedelta):
        return ["timedelta", cell.total_seconds()]
    assert isinstance(cell, dt.date | dt.time)
    return [type(cell).__name__, cell.isoformat()]


def unpacked(cells: Sequence[Any]) -> list[Raw]:
    """What `packed` packed."""
    return [_TYPES[cell[0]](cell[1]) if isinstance(cell, list) else cell for cell in cells]


def values_as_text(values: Mapping[str, Value]) -> dict[str, Any]:
    """Values as JSON: days as ISO 8601, amounts as texts."""
    return {name: value if isinstance(value, str | bool) else str(value) for name, value in values.items()}


def sealed_away(key: bytes, cells: Sequence[Raw], values: Mapping[str, Value]) -> bytes:
    """A row, encrypted."""
    return personal.seal_away(key, {"c": packed(cells), "v": values_as_text(values)})


def same_of(tenant_id: Any, values: Mapping[str, Any]) -> bytes:
    """What makes this learner the same learner in another list."""
    return personal.token(tenant_id, "same", learner_key(typed(values)))


def digests_of(digests: personal.Digests, rows: Sequence[Mapping[str, Value]]) -> list[tuple[bytes, bytes]]:
    """(`same_of`, `keys_of`) of each of these rows of one tenant."""
    found = []
    for values in rows:
        known = typed(values)
        name, keys = named_keys(known)
        texts = [f"name:{name}", *keys]
        row = b"".join([digests.token("row", one)[:KEY] for one in texts])
        found.append((digests.token("same", learner_key(known)), row))
    return found


def typed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values with the day of birth as a day again, as keys of learners are made of it."""
    birth = values.get("date_of_birth")
    return {**values, "date_of_birth": dt.date.fromisoformat(birth)} if isinstance(birth, str) else dict(values)


def keys_of(tenant_id: Any, values: Mapping[str, Any]) -> bytes:
    """`BatchRow.keys`: the digest of the name, then those by which the core calls two rows one learner."""
    known = typed(values)
    texts = [f"name:{whole_name(known)}", *learner_keys(known)]
    return b"".join(personal.token(tenant_id, "row", one)[:KEY] for one in texts)


def keys_in(blob: bytes) -> list[bytes]:
    """Name first."""
    return [blob[start : start + KEY] for start in range(0, len(blob), KEY)]


def write_layout(layout: Layout) -> dict[str, Any]:
    """A layout as JSON, for `Batch.secret`."""
    return {
        "kind": layout.kind.value,
        "sheet": layout.sheet,
        "headings": list(layout.headings),
        "used": {str(position): one.name for position, one in layout.used.items()},
        "orders": {name: order.value for name, order in layout.orders.items()},
        "digits": dict(layout.digits),
        "date_order": layout.options.date_order.value if layout.options.date_order else "",
        "serial_dates": layout.options.serial_dates,
        "today": layout.options.today.isoformat(),
    }


def read_layout(kept: Mapping[str, Any], fields: Sequence[RosterField], language: str) -> Layout:
    """The layout again. A field that the design no longer has cannot be: editions do not change."""
    known = {one.name: one for one in fields}
    order = kept["date_order"]
    return Layout(
        kind=SourceKind(kept["kind"]),
        sheet=kept["sheet"],
        headings=tuple(kept["headings"]),
        used={int(position): known[name] for position, name in kept["used"].items()},
        orders={name: DateOrder(value) for name, value in kept["orders"].items()},
        digits=kept["digits"],
        options=RosterOptions(
            today=dt.date.fromisoformat(kept["today"]),
            date_order=DateOrder(order) if order else None,
            serial_dates=kept["serial_dates"],
            language=language,
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CellView:
    """A cell as it is shown. `severity` is "", "warning" or "error"; `choices`: (value, label) where they are few."""

    position: int
    heading: str
    field: str
    text: str
    severity: str = ""
    said: str = ""
    fix: str = ""
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """A row as it is shown. `said` and `fix` are about the row as a whole."""

    number: int
    state: str
    warned: bool
    cells: tuple[CellView, ...]
    said: str = ""
    fix: str = ""
    double_of: int | None = None


def opened_row(row: BatchRow) -> tuple[list[Raw], dict[str, Any]]:
    """(cells, values) of a row. NotFoundError for one whose data is gone: sealed, or erased."""
    kept = personal.look_into(personal.opened(row.key), bytes(row.cells or b""))
    return unpacked(kept["c"]), kept["v"]


def layout_of_batch(batch: Batch, fields: Sequence[RosterField], language: str) -> Layout:
    """How the list of this batch was read."""
    return read_layout(secret_of(batch)["layout"], fields, language)


def secret_of(batch: Batch) -> dict[str, Any]:
    """The name of the file, and how it was read; empty before there is a list."""
    if batch.secret is None:
        return {}
    found: dict[str, Any] = personal.look_into(personal.opened(batch.key), bytes(batch.secret))
    return found


def views(layout: Layout, rows: Sequence[BatchRow]) -> list[RowView]:
    """Rows with everything that there is to say about them, in the language of `layout`."""
    cells = {row.number: opened_row(row)[0] for row in rows if row.cells is not None}
    found = {one.number: one for one in check_again(layout, list(cells.items()))}
    return [view(layout, row, found[row.number]) if row.number in found else _gone(row) for row in rows]


def _gone(row: BatchRow) -> RowView:
    return RowView(number=row.number, state=row.state, warned=row.warned, cells=())


def view(layout: Layout, row: BatchRow, found: Checked) -> RowView:
    """One row that was checked again."""
    language = layout.options.language
    said = [(place, one) for place, one in zip(found.places, found.findings, strict=True)]
    said += [(-1, one) for one in remarks(layout, row)]
    whole = [one for place, one in said if place < 0]
    return RowView(
        number=row.number,
        state=row.state,
        warned=row.warned,
        double_of=row.double_of,
        said=" ".join(one.what.text(language) for one in whole),
        fix=" ".join(one.fix.text(language) for one in whole if one.fix),
        cells=tuple(
            _cell(layout, position, raw, [one for place, one in said if place == position])
            for position, raw in enumerate(found.cells)
        ),
    )


def remarks(layout: Layout, row: BatchRow) -> list[Finding]:
    """What there is to say of a row beside its cells: whose double it is, or that this learner has it."""
    if row.state == BatchRow.State.HAS:
        return [row_finding(layout, row.number, fault("row_duplicate", "row_already_issued"))]
    if row.double_of is None:
        return []
    if row.state == BatchRow.State.FIX:
        return [row_finding(layout, row.number, fault("row_duplicate", "row_duplicate", row=row.double_of))]
    return [row_finding(layout, row.number, warning("row_duplicate", "row_same_name", row=row.double_of))]


def _cell(layout: Layout, position: int, raw: Raw, found: Sequence[Finding]) -> CellView:
    language = layout.options.language
    field = layout.used.get(position)
    shown = CellView(
        position=position,
        heading=layout.headings[position] if position < len(layout.headings) else "",
        field=field.name if field else "",
        text=cell_text(raw),
    )
    if not found:
        return shown
    worst = Severity.ERROR if any(one.severity is Severity.ERROR for one in found) else Severity.WARNING
    return replace(
        shown,
        severity=worst.value,
        said=" ".join(one.what.text(language) for one in found),
        fix=" ".join(one.fix.text(language) for one in found if one.fix),
        choices=_choices(field, language) if field else (),
    )


_FEW = 60


def _choices(field: RosterField, language: str) -> tuple[tuple[str, str], ...]:
    if field.kind is not FieldKind.CHOICE or len(field.choices) > _FEW:
        return ()
    return tuple((choice, choice_label(field.name, choice, language)) for choice in field.choices)

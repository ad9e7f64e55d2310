"""A class list on its way into a batch: read by the core, each row encrypted under a key of its own, in pieces.

A list replaces the one before it. While it is being stored the batch is in state WHO with the mark of this upload; a
second upload takes the mark, and the first one stops (`ConflictError`). No row is ever dropped: what cannot be issued
is stored as FIX, who has it already as HAS.
"""

from __future__ import annotations

import datetime as dt
import io
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, BinaryIO

from mikra.adapters.clock import now
from mikra.errors import ConflictError, NotFoundError
from mikra.issuance.fields import RosterField
from mikra.issuance.roster import BadRow, RosterLimits, RosterOptions, RosterStream, Row, iter_roster, read_roster
from mikra.issuance.roster.again import Layout, layout_of
from mikra.issuance.roster.glance import glance
from mikra.issuance.roster.headings import heading_key
from mikra.issuance.roster.result import Raw, Roster, Source, Value
from mikra.report import Severity
from mikra.server.actions.rows_cells import digests_of, sealed_away, write_layout
from mikra.server.actions.work import work
from mikra.server.store import bulk, personal
from mikra.server.store.awards import having
from mikra.server.store.base import new_hexes
from mikra.server.store.batches import Batch, BatchRow, KnownColumns, committed
from mikra.server.store.tenants import Wrapped
from mikra.server.words import _

PIECE = 5_000
"""Rows that are stored in one transaction."""

ENDLESS = RosterLimits(rows=10_000_000)
"""For lists that come by the API or a folder (BAR, R14): text is read row by row, whatever its length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A list that the core has read. `rows` come in the order of the file; `findings` on the file are sentences."""

    layout: Layout
    source: Source
    mapping: Mapping[str, str]
    unused: tuple[str, ...]
    notes: tuple[Mapping[str, str], ...]
    rows: Iterable[Row | BadRow]


def read(
    data: bytes | BinaryIO,
    name: str,
    fields: Sequence[RosterField],
    options: RosterOptions,
    mapping: Mapping[str, str],
    *,
    endless: bool = False,
) -> Read:
    """Reads a file whole, or row by row. Raises InputError as `read_roster` does."""
    if endless or not isinstance(data, bytes):
        source = io.BytesIO(data) if isinstance(data, bytes) else data
        stream = iter_roster(source, fields=fields, options=options, name=name, mapping=mapping, limits=ENDLESS)
        return _read_stream(stream, fields, options)
    roster = read_roster(data, fields=fields, options=options, name=name, mapping=mapping)
    rows: list[Row | BadRow] = [*roster.rows, *roster.bad]
    return Read(
        layout=layout_of(roster, options),
        source=roster.source,
        mapping=roster.columns,
        unused=roster.unused,
        notes=tuple(
            {"what": one.what.text(options.language), "fix": one.fix.text(options.language) if one.fix else ""}
            for one in roster.findings
            if not one.where and one.severity is not Severity.ERROR
        ),
        rows=sorted(rows, key=lambda row: row.number),
    )


def _read_stream(stream: RosterStream, fields: Sequence[RosterField], options: RosterOptions) -> Read:
    roster = Roster(
        fields=tuple(fields),
        columns=stream.columns,
        headings=stream.headings,
        unused=stream.unused,
        rows=(),
        bad=(),
        findings=(),
        source=stream.source,
    )
    return Read(
        layout=layout_of(roster, options),
        source=stream.source,
        mapping=stream.columns,
        unused=stream.unused,
        notes=(),
        rows=stream,
    )


def store(batch: Batch, found: Read, name: str) -> None:
    """Puts the rows into the batch in place of those before. The batch is in state CHECK afterwards."""
    upload = _begin(batch)
    total = 0
    source = iter(found.rows)
    while piece := list(islice(source, PIECE)):
        made = _made(batch, piece)
        with work():
            _still(batch, upload)
            _insert(made)
        total += len(piece)
    with work():
        locked = _still(batch, upload)
        locked.options = {"read": _told(found.source), "unused": list(found.unused)}
        locked.mapping = dict(found.mapping)
        locked.findings = list(found.notes)
        locked.total = total
        locked.state = Batch.State.CHECK
        kept = {"name": name, "layout": write_layout(found.layout)}
        locked.secret = personal.seal_away(personal.opened(locked.key), kept)
        locked.save()
    batch.refresh_from_db()


def _told(source: Source) -> dict[str, Any]:
    return {
        "kind": source.kind.value,
        "encoding": source.encoding,
        "delimiter": source.delimiter,
        "header_row": source.header_row,
        "own": source.own,
    }


def _begin(batch: Batch) -> str:
    """Marks the batch as being filled by this upload, and empties it."""
    upload = uuid.uuid4().hex
    with work():
        locked = Batch.get(batch.tenant, batch.id, lock=True)
        check_fillable(locked)
        locked.state, locked.options, locked.total = Batch.State.WHO, {"upload": upload}, 0
        locked.save(update_fields=("state", "options", "total"))
        remove_rows(locked)
    return upload


def check_own_list(batch: Batch) -> None:
    """ConflictError where its one learner comes of a case of prior learning: who was not assessed cannot be in it."""
    if batch.by_validation:
        raise ConflictError(
            _("The learner of this list comes from a case of prior learning, so no other list can take its place."),
            fix=_("Begin a new award for further people."),
            code="batch_of_case",
        )


def check_fillable(batch: Batch) -> None:
    """ConflictError once the list is decided on."""
    if batch.state not in (Batch.State.WHO, Batch.State.CHECK):
        raise ConflictError(
            "This list can no longer be changed.",
            found=Batch.State(batch.state).label.lower(),
            fix="Begin a new award for further people, or send this one back first.",
            code="batch_decided",
        )


def remove_rows(batch: Batch) -> None:
    """Destroys all rows of the batch, with their keys."""
    rows = BatchRow._default_manager.filter(batch=batch)
    bulk.remove(Wrapped._default_manager.filter(id__in=rows.values("key_id")))
    bulk.remove(rows)


def _still(batch: Batch, upload: str) -> Batch:
    locked = Batch.get(batch.tenant, batch.id, lock=True)
    if locked.options.get("upload") != upload:
        raise ConflictError(
            "Another list was given to this batch while this one was being stored.",
            fix="Look at the list that is there now; give this one again if it is the right one.",
            code="batch_replaced",
        )
    return locked


@dataclass(frozen=True, slots=True)
class Made:
    """Rows of two tables, as `bulk.insert` takes them."""

    keys: list[tuple[Any, ...]]
    rows: list[tuple[Any, ...]]


KEY_COLUMNS = ("id", "created", "tenant_id", "wrapped")
ROW_COLUMNS = (
    "id", "tenant_id", "batch_id", "number", "state", "key_id", "cells", "same",
    "award_stem", "warned", "keys", "double_of",
)  # fmt: skip


def _made(batch: Batch, piece: Sequence[Row | BadRow]) -> Made:
    """The rows encrypted, each in the state that it has now."""
    at, tenant_id = bulk.moment(now()), batch.tenant_id
    tenant, of = tenant_id.hex, batch.id.hex
    good = [row for row in piece if isinstance(row, Row)]
    digests = digests_of(personal.Digests(tenant_id), [row.values for row in good])
    known = {row.number: one for row, one in zip(good, digests, strict=True)}
    has = taken(batch, [same for same, _keys in digests])
    keys: list[tuple[Any, ...]] = []
    rows: list[tuple[Any, ...]] = []
    made = zip(piece, new_hexes(len(piece)), personal.new_keys(tenant_id, len(piece)), strict=True)
    for row, row_id, (key_id, key, wrapped) in made:
        keys.append((key_id, at, tenant, wrapped))
        same, found = known.get(row.number, (None, b""))
        state, warned, doubles = _judged(row, same, has)
        values: Mapping[str, Value] = row.values if isinstance(row, Row) else {}
        cells = sealed_away(key, row.cells, values)
        head = (row_id, tenant, of, row.number, state, key_id, cells, same)
        rows.append((*head, "", int(warned), found, doubles))
    return Made(keys, rows)


def _judged(row: Row | BadRow, same: bytes | None, has: set[bytes]) -> tuple[str, bool, int | None]:
    """State, whether something asks to be looked at, and which row it doubles."""
    if isinstance(row, BadRow):
        return BatchRow.State.FIX.value, False, double_of(row)
    state = BatchRow.State.HAS if same in has else BatchRow.State.READY
    return state.value, row.warned, row.like


def double_of(row: BadRow) -> int | None:
    """The row that the core calls the first of the two."""
    for one in row.findings:
        if one.rule == "row_duplicate" and "row" in one.what.values:
            return int(str(one.what.values["row"]))
    return None


def taken(batch: Batch, same: list[bytes]) -> set[bytes]:
    """Of these learners, those who have the edition, or stand in another batch of it that is decided on."""
    if batch.trial or not same:
        return set()
    return having(batch.tenant_id, batch.edition_id, same) | committed(batch, same)


def _insert(made: Made) -> None:
    bulk.insert(Wrapped, KEY_COLUMNS, made.keys, written=True)
    bulk.insert(BatchRow, ROW_COLUMNS, made.rows, written=True)


def known_columns(
    batch: Batch, data: bytes, name: str, fields: Sequence[RosterField], options: RosterOptions
) -> dict[str, str]:
    """What a person said of a list with the same headings before; the file is looked at only where that may be."""
    if not KnownColumns.of(batch.tenant).filter(edition=batch.edition_id).exists():
        return {}
    return remembered(batch, glance(data, fields=fields, options=options, name=name).headings)


def keep_upload(batch: Batch, data: bytes, name: str) -> None:
    """The file itself, encrypted, until the list is decided on."""
    with work():
        locked = Batch.get(batch.tenant, batch.id, lock=True)
        check_fillable(locked)
        key = personal.opened(locked.key)
        locked.upload = personal.encrypt(key, data)
        locked.secret = personal.seal_away(key, {**_secret(locked, key), "name": name})
        locked.save(update_fields=("upload", "secret"))


def _secret(batch: Batch, key: bytes) -> dict[str, Any]:
    return dict(personal.look_into(key, bytes(batch.secret))) if batch.secret else {}


def uploaded(batch: Batch) -> tuple[bytes, str]:
    """The file that was given, and its name. NotFoundError where there is none any more."""
    if batch.upload is None:
        raise NotFoundError("There is no file here any more.", fix="Give the list again.", code="not_found")
    key = personal.opened(batch.key)
    return personal.decrypt(key, bytes(batch.upload)), str(_secret(batch, key).get("name", ""))


def remembered(batch: Batch, headings: Sequence[str]) -> dict[str, str]:
    """What a person said of columns with these headings the last time."""
    found = KnownColumns.of(batch.tenant).filter(edition=batch.edition_id, headings=headings_token(batch, headings))
    row = found.first()
    return dict(row.mapping) if row else {}


def remember(batch: Batch, headings: Sequence[str], mapping: Mapping[str, str]) -> None:
    """Keeps it for the next list; call it inside `work()`."""
    KnownColumns._default_manager.update_or_create(
        tenant=batch.tenant,
        edition_id=batch.edition_id,
        headings=headings_token(batch, headings),
        defaults={"mapping": dict(mapping)},
    )


def headings_token(batch: Batch, headings: Sequence[str]) -> bytes:
    """The set of headings, whatever their order and spelling."""
    text = "|".join(sorted({heading_key(one) for one in headings if one.strip()}))
    return personal.token(batch.tenant_id, "columns", text)


def options_for(language: str, today: dt.date, given: Mapping[str, Any]) -> RosterOptions:
    """How the list is to be read: what a person has decided (`given`), the rest by default."""
    known = {name: value for name, value in given.items() if name in _DECIDED and value not in (None, "")}
    return replace(RosterOptions(today=today, language=language), **known)


_DECIDED = ("encoding", "delimiter", "date_order", "sheet", "serial_dates", "accept_duplicates")


def mend_cells(cells: Sequence[Raw], changes: Mapping[int, str], width: int) -> list[Raw]:
    """The row with these cells anew, as wide as the headings where it was too short."""
    fitted: list[Raw] = [*cells, *[""] * (width - len(cells))]
    for position, text in changes.items():
        fitted[position] = text
    return fitted

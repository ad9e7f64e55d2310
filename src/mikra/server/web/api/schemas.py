"""Bodies that the API takes, and shapes that it gives. A member that no body has is refused by its name."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Any, Generic, TypeVar

from ninja import Schema
from pydantic import ConfigDict, Field

from mikra.server.store.batches import Batch

T = TypeVar("T")
Text = Annotated[str, Field(max_length=10_000)]
Short = Annotated[str, Field(max_length=300)]
Cell = str | int | float | bool | None
Word = Annotated[str, Field(max_length=200)]
Limit = Annotated[int, Field(ge=1, le=199)]
Number = Annotated[int, Field(ge=0, le=2**31 - 1)]

ROWS = 5_000
"""Rows of a class list that come as JSON; longer lists go by PUT, as CSV."""


class Body(Schema):
    """A body of a request."""

    model_config = ConfigDict(extra="forbid")


class Page(Schema, Generic[T]):
    """One page: `next` is what `after` wants for the page behind it; null on the last one."""

    items: list[T]
    next: uuid.UUID | None = None


class Reason(Body):
    """Why something is done, in words that may be kept."""

    reason: Text


class DesignBody(Body):
    """The content of a design, complete or not, as a design file has it."""

    content: dict[str, Any]


class DraftBody(DesignBody):
    """`version`: the one that was read; whoever saved meanwhile loses nothing."""

    version: Number


class DesignOut(Schema):
    """A design in a list."""

    id: uuid.UUID
    code: str
    title: str
    state: str
    version: int
    stated: int
    changed: dt.datetime


class DesignWhole(DesignOut):
    """The same with its draft."""

    draft: dict[str, Any]


class EditionOut(Schema):
    """A published edition."""

    id: uuid.UUID
    design: uuid.UUID = Field(validation_alias="design_id")
    number: int
    label: str
    title: str
    digest: str
    published_on: dt.date
    review_by: dt.date | None
    withdrawn: dt.datetime | None


class FieldOut(Schema):
    """A column that class lists of an edition have."""

    name: str
    label: str
    required: bool


class BatchBody(Body):
    """A new batch. `rows`: field -> value, as `GET /editions/ID/fields` names them."""

    edition: uuid.UUID
    awarded_on: dt.date | None = None
    trial: bool = False
    rows: Annotated[list[dict[Short, Cell]], Field(max_length=ROWS)] | None = None


class CountsOut(Schema):
    """Rows by state."""

    ready: int
    fix: int
    has: int
    left: int
    intent: int
    sealed: int
    failed: int
    warned: int
    total: int


class BatchOut(Schema):
    """A batch. `problem`: why it waits, in words."""

    id: uuid.UUID
    edition: uuid.UUID = Field(validation_alias="edition_id")
    state: str
    trial: bool
    source: str
    awarded_on: dt.date | None
    created: dt.datetime
    approved: dt.datetime | None
    scheduled: dt.datetime | None
    finished: dt.datetime | None
    release: dt.datetime | None
    total: int
    sealed: int
    problem: str


class BatchWhole(BatchOut):
    """The same with its rows by state."""

    counts: CountsOut


class ProgressOut(Schema):
    """How far sealing is."""

    done: int
    total: int
    per_second: float
    seconds_left: int | None
    state: str
    problem: str


class TakenOut(Schema):
    """What came of a list: its columns, those that nobody knows, and what there is to say of the file."""

    total: int
    mapping: dict[str, str]
    unused: list[str]
    notes: list[dict[str, str]]


class CellOut(Schema):
    """A cell. `severity` is "", "warning" or "error"."""

    position: int
    heading: str
    field: str
    text: str
    severity: str
    said: str
    fix: str


class RowOut(Schema):
    """A row with everything that there is to say about it."""

    number: int
    state: str
    warned: bool
    said: str
    fix: str
    double_of: int | None
    cells: list[CellOut]


class RowPage(Schema):
    """Rows in the order of the list; `next` is what `after` wants, null at the end."""

    items: list[RowOut]
    next: int | None = None


class CellChange(Body):
    """Another text for the cell at this position (from 0) of this row (from 1)."""

    row: Number
    position: Number
    text: Text


class Changes(Body):
    """Cells anew."""

    changes: Annotated[list[CellChange], Field(min_length=1, max_length=ROWS)]


class Numbers(Body):
    """Rows of a list."""

    rows: Annotated[list[Number], Field(min_length=1, max_length=ROWS)]


class Changed(Schema):
    """How many rows were changed."""

    changed: int


class SentenceOut(Schema):
    """What is about to be done, in one sentence, and what should be known before."""

    sentence: str
    doubts: list[str]


class Approval(Body):
    """The sentence as `GET .../sentence` gave it; `at`: a moment to come, where sealing shall wait for it."""

    sentence: Text
    at: dt.datetime | None = None


class DeliveryOut(Schema):
    """One person's line of the ledger."""

    id: uuid.UUID
    award: uuid.UUID
    channel: str
    state: str
    problem: str
    due: dt.datetime
    opened: dt.datetime | None
    claimed: dt.datetime | None
    name: str
    email: str


class StepOut(Schema):
    """What happened to a delivery."""

    state: str
    at: dt.datetime
    reason: str


class DeliveryWhole(DeliveryOut):
    """The same with its history, oldest first."""

    history: list[StepOut]


class DeliveryRef(Schema):
    """A delivery that was made or changed."""

    id: uuid.UUID
    award: uuid.UUID = Field(validation_alias="award_id")
    state: str


class Address(Body):
    """Another address for this learner, and why."""

    email: Short
    reason: Text


def page(rows: list[Any], limit: int) -> dict[str, Any]:
    """A page out of `limit` + 1 rows, each with an id."""
    return {"items": rows[:limit], "next": rows[limit - 1].id if len(rows) > limit else None}


BATCH_STATES = tuple(str(one) for one in Batch.State)

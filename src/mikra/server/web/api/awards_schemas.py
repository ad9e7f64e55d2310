"""Shapes of awards."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated

from ninja import Schema
from pydantic import Field

from mikra.server.web.api.schemas import Body, Short, Text


class AwardOut(Schema):
    """An award. `name` is "" for keys without the scope `learners`."""

    id: uuid.UUID
    name: str
    title: str
    edition: int
    awarded_on: dt.date
    issued: dt.datetime
    state: str
    reason: str
    batch: uuid.UUID | None = Field(validation_alias="batch_id")
    row: int | None


class StatusOut(Schema):
    """`state` as it was decided. `list` and `index` are null for a trial run, which offers no status."""

    state: str
    changed: dt.datetime | None
    reason: str
    successor: uuid.UUID | None
    list: str | None
    index: int | None


class FactOut(Schema):
    """A field of an award."""

    field: str
    label: str
    text: str
    required: bool


class Correction(Body):
    """Field -> its new text, and why, in words that the learner may read."""

    changes: Annotated[dict[Short, Text], Field(min_length=1, max_length=100)]
    reason: Text

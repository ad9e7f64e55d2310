"""What all state of a tenant has in common: an id that sorts by time, a tenant, and questions that always name it.

`Model.of(tenant)` is the only door to rows that belong to a tenant; `Model.get(tenant, id)` gives one, or
NotFoundError, whether it does not exist or is another's (BAR, R7). A house test refuses `.objects` outside `store`.
"""

from __future__ import annotations

import uuid
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models

from mikra.adapters.clock import chance, now
from mikra.errors import NotFoundError


def new_ids(count: int) -> list[uuid.UUID]:
    """So many of `new_id`, with one question for chance."""
    milliseconds, drawn = int(now().timestamp() * 1000), chance(10 * count)
    return [_id(milliseconds, int.from_bytes(drawn[start : start + 10])) for start in range(0, 10 * count, 10)]


def new_hexes(count: int) -> list[str]:
    """The same as 32 hex digits each, for `bulk`."""
    time, drawn = f"{int(now().timestamp() * 1000):012x}7", chance(10 * count).hex()
    return [
        f"{time}{drawn[at : at + 3]}{_VARIANT[drawn[at + 3]]}{drawn[at + 4 : at + 19]}"
        for at in range(0, 20 * count, 20)
    ]


_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
"""RFC 9562, 4.1: the two highest bits are 10."""


def new_id() -> uuid.UUID:
    """A UUID of version 7 (RFC 9562, 5.7): 48 bits of time, 74 of chance; SQLite is ten times slower on random ones."""
    return _id(int(now().timestamp() * 1000), int.from_bytes(chance(10)))


def _id(milliseconds: int, drawn: int) -> uuid.UUID:
    high = milliseconds << 16 | 0x7000 | drawn >> 68
    low = 0x8000_0000_0000_0000 | drawn & 0x3FFF_FFFF_FFFF_FFFF
    return uuid.UUID(int=high << 64 | low)


class Row(models.Model):
    """A row with an id and the moment when it was made."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    created = models.DateTimeField(default=now, editable=False)

    class Meta:
        abstract = True


class Owned(Row):
    """A row of one tenant."""

    tenant = models.ForeignKey("store.Tenant", on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    @classmethod
    def of(cls, tenant: Any) -> models.QuerySet[Self]:
        """All rows of this tenant, to be narrowed down."""
        return cls._default_manager.filter(tenant=tenant)

    @classmethod
    def get(cls, tenant: Any, id: uuid.UUID | str, *, lock: bool = False) -> Self:
        """The row of this tenant with this id; with `lock`, held until the end of the transaction. NotFoundError."""
        rows = cls.of(tenant)
        if lock:
            # Ids do not change, so whoever only refers to the row need not wait.
            rows = rows.select_for_update(no_key=True)
        try:
            found = rows.filter(pk=id).first()
        except (ValueError, TypeError, ValidationError):
            found = None
        if found is None:
            raise NotFoundError("There is nothing here under this address.", fix="Check the address.", code="not_found")
        return found

"""The inventory against the database as Django knows it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mikra.server.data_inventory.processings import PROCESSINGS
from mikra.server.data_inventory.tables import TABLES


def faults_of(models: Iterable[Any]) -> list[str]:
    """What is wrong, a sentence each: what is not listed, what is listed and not there, unknown processings."""
    known = {one.model: one for one in TABLES}
    purposes = {one.name for one in PROCESSINGS}
    faults, seen = [], set()
    for model in models:
        label = model._meta.label
        seen.add(label)
        table = known.get(label)
        if table is None:
            faults.append(f"{label}: this table is not in the inventory")
            continue
        columns = {one.name for one in model._meta.local_concrete_fields}
        listed = set(table.personal) | table.other
        faults += [f"{label}.{one}: this column is not in the inventory" for one in sorted(columns - listed)]
        faults += [f"{label}.{one}: there is no such column" for one in sorted(listed - columns)]
        faults += [f"{label}.{one}: listed twice" for one in sorted(set(table.personal) & table.other)]
        unknown = {name for name, one in table.personal.items() if one.processing not in purposes}
        faults += [f"{label}.{one}: no such processing" for one in sorted(unknown)]
    faults += [f"{one}: there is no such table" for one in sorted(set(known) - seen)]
    return faults

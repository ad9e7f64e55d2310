"""One learner, typed into a form: a class list of one row, read and checked as any other."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from mikra.errors import InputError
from mikra.issuance.fields import FieldKind, choice_label
from mikra.issuance.roster.table import heading_text
from mikra.server.actions import rows
from mikra.server.actions.batches_design import columns_of
from mikra.server.rights import Actor, Right
from mikra.server.store.batches import Batch
from mikra.server.store.designs import Edition
from mikra.server.words import _


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of the form. `kind` is that of `issuance.fields.FieldKind`; `choices`: (value, label)."""

    name: str
    label: str
    kind: str
    required: bool
    choices: tuple[tuple[str, str], ...]


def fields(actor: Actor, batch_id: uuid.UUID | str) -> list[Field]:
    """What is asked of each learner, those that are demanded first. The code of the design is known."""
    actor.need(Right.PREPARE)
    batch = Batch.get(actor.tenant, batch_id)
    found = [one for one in columns_of(Edition.get(actor.tenant, batch.edition_id)) if one.kind is not FieldKind.CODE]
    return [
        Field(
            name=one.name,
            label=heading_text(one.name, actor.language),
            kind=one.kind.value,
            required=one.required,
            choices=tuple((value, choice_label(one.name, value, actor.language)) for value in one.choices),
        )
        for one in sorted(found, key=lambda one: not one.required)
    ]


def take_one(
    actor: Actor, batch_id: uuid.UUID | str, values: Mapping[str, str], *, of_case: bool = False
) -> rows.Taken:
    """The list is this one learner. InputError where nothing was typed; what is wrong in a field stands in the grid.

    `of_case`: it comes of a case of prior learning, which alone fills its batch.
    """
    actor.need(Right.PREPARE)
    known = [one.name for one in fields(actor, batch_id)]
    typed = {name: " ".join(values.get(name, "").split()) for name in known}
    if not any(typed.values()):
        raise InputError(_("Nothing was typed."), where=known[0], fix=_("Type at least the name of the learner."))
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(known)
    writer.writerow([typed[name] for name in known])
    options = {"delimiter": ",", "encoding": "utf-8"}
    mapping = {name: name for name in known}
    return rows.take_list(
        actor, batch_id, text.getvalue().encode(), "", mapping=mapping, options=options, of_case=of_case
    )

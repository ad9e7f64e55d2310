"""The learner of a case: one row of a class list for its edition, typed, and read as such a list is."""

from __future__ import annotations

from collections.abc import Mapping

from mikra.adapters.clock import now
from mikra.errors import InputError
from mikra.issuance.fields import FieldKind, RosterField, choice_label
from mikra.issuance.roster.again import Layout, check_again
from mikra.issuance.roster.result import RosterOptions, SourceKind
from mikra.issuance.roster.table import heading_text
from mikra.report import Severity
from mikra.server.actions.batches_design import columns_of
from mikra.server.actions.rows_typed import Field
from mikra.server.store.designs import Edition
from mikra.server.words import _

NAMES = ("given_name", "family_name", "full_name")
_OWN = ("completed",)
"""The day of award is that of the decision."""
LONGEST = 300


def asked(edition: Edition) -> list[RosterField]:
    """Fields of the edition's class list that a case has, those that are demanded first."""
    found = [one for one in columns_of(edition) if one.kind is not FieldKind.CODE and one.name not in _OWN]
    return sorted(found, key=lambda one: not one.required)


def form(edition: Edition, language: str) -> list[Field]:
    """The same as a form asks for them. A grade may come later, with the assessment."""
    return [
        Field(
            name=one.name,
            label=heading_text(one.name, language),
            kind=one.kind.value,
            required=one.name in NAMES and one.required,
            choices=tuple((value, choice_label(one.name, value, language)) for value in one.choices),
        )
        for one in asked(edition)
    ]


def checked(edition: Edition, given: Mapping[str, str], language: str, *, whole: bool) -> dict[str, str]:
    """What was typed, without what the edition does not ask. InputError, at its field, for what cannot be.

    `whole`: all that a class list demands must be there; else an empty field waits, but for the name.
    """
    fields = asked(edition)
    texts = {one.name: " ".join(given.get(one.name, "").split())[: LONGEST + 1] for one in fields}
    if long := next((name for name, text in texts.items() if len(text) > LONGEST), ""):
        raise InputError(_("This is too long."), where=long, expected=f"at most {LONGEST} characters")
    if not any(texts.get(name) for name in NAMES):
        where = next(one.name for one in fields if one.name in NAMES)
        raise InputError(_("Nothing was typed."), where=where, fix=_("Type at least the name of the learner."))
    layout = Layout(
        kind=SourceKind.DELIMITED,
        sheet="",
        headings=tuple(texts),
        used=dict(enumerate(fields)),
        options=RosterOptions(today=now().date(), language=language),
    )
    (found,) = check_again(layout, [(1, list(texts.values()))])
    for place, one in zip(found.places, found.findings, strict=True):
        waits = 0 <= place < len(fields) and not texts[fields[place].name] and fields[place].name not in NAMES
        if one.severity is Severity.ERROR and (whole or not waits):
            raise InputError(
                one.what.text(language),
                where=fields[place].name if 0 <= place < len(fields) else "",
                found=one.found,
                expected=one.expected,
                fix=one.fix.text(language) if one.fix else "",
                code=one.rule,
            )
    return {name: text for name, text in texts.items() if text}


def label_of(name: str, language: str) -> str:
    """A field as a form calls it."""
    return heading_text(name, language) if name else ""


def missing(edition: Edition, given: Mapping[str, str], language: str) -> list[str]:
    """What a class list demands and is not there yet, as a form calls it."""
    return [label_of(one.name, language) for one in asked(edition) if one.required and not given.get(one.name)]


def shown_name(row: Mapping[str, str]) -> str:
    """The name as it was typed; "" where none is there."""
    return row.get("full_name") or " ".join(row[one] for one in NAMES[:2] if row.get(one))

"""The design of the corpus, and workbooks made by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

import pytest

from mikra.issuance.fields import RosterField, standard_field
from mikra.issuance.roster import Roster, RosterOptions, read_roster

TODAY = dt.date(2026, 6, 1)
"""The day of the corpus (`clock` of its index)."""


@pytest.fixture(scope="session")
def fields() -> tuple[RosterField, ...]:
    """The design with the code DATA-ETHICS, for which the lists of the corpus are."""
    return (
        standard_field("given_name", required=True),
        standard_field("family_name", required=True),
        standard_field("email", required=True),
        standard_field("date_of_birth"),
        standard_field("course", required=True, choices=("DATA-ETHICS",)),
        standard_field("completed"),
    )


@pytest.fixture(scope="session")
def options() -> RosterOptions:
    return RosterOptions(today=TODAY)


Read = Callable[..., Roster]


@pytest.fixture(scope="session")
def read() -> Read:
    """Read CSV text or bytes against some fields by name (a trailing ! demands them), with overrides as a mapping."""

    def call(
        data: str | bytes,
        names: str | Sequence[RosterField],
        *,
        overrides: Mapping[str, Mapping[str, object]] | None = None,
        mapping: Mapping[str, str] | None = None,
        already: Sequence[str] = (),
        **options: object,
    ) -> Roster:
        overrides = overrides or {}
        chosen = (
            [
                standard_field(
                    name.rstrip("!"), **{"required": name.endswith("!"), **overrides.get(name.rstrip("!"), {})}
                )
                for name in names.split()
            ]
            if isinstance(names, str)
            else names
        )
        raw = data.encode() if isinstance(data, str) else data
        made = RosterOptions(**{"today": TODAY, **options})  # type: ignore[arg-type]
        return read_roster(raw, fields=chosen, options=made, mapping=mapping, already=already)

    return call

"""What an attestation says, as far as its holder chose to show it: members as in `summary.ORDER`.

Three things that look alike are told apart: what is not stated, what the holder did not show (the type demands it, so
the issuer stated it), and what is one or the other, because digests are there that nothing here opens.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mikra.errors import InputError
from mikra.instants import instant
from mikra.messages.spoken import Day, Said, Speaks
from mikra.report import NOT_STATED, Stated, Words, words
from mikra.sealing.sd_jwt import SdJwt
from mikra.validation.annex1_elements import DEFINITIONS
from mikra.verification.summary import ORDER, Term
from mikra.vocabulary.wallet_claims import WalletClaim, table_of

_LONGEST = 2000

_ROWS: Mapping[str, tuple[str, ...]] = {
    "title": ("achievement_title",),
    "learner": ("full_name",),
    "awarding_body": ("awarding_body",),
    "awarded_on": ("date_of_award",),
    "issuer": ("issuing_authority",),
    "country": ("issuing_country",),
    "date": ("date_of_issuance",),
    "valid_until": ("date_of_expiry",),
    "outcomes": ("learning_outcomes",),
    "workload": ("expected_study_time",),
    "level": ("level", "level_of_learning_experience"),
    "assessment": ("types_of_assessment",),
    "participation": ("forms_of_participation",),
    "quality": ("types_of_quality_assurance",),
    "prerequisites": ("prerequisites_to_enroll",),
    "supervision": ("supervision_of_assessment",),
    "grade": ("assessment_grade",),
    "stackability": ("integration_stackability_options",),
    "further_information": ("further_information",),
}
"""Member of the summary -> the claims that hold it, the first that is shown; the learner's name also by its parts."""

_NAMES = ("given_name", "family_name")
_ELEMENTS = {definition.key.replace("-", "_"): Term(definition) for definition in DEFINITIONS}


def summarise(opened: SdJwt) -> Mapping[str, Stated]:
    """Member -> what is shown, in `ORDER`. Foreign types are told by the same names, as far as they use them."""
    table = {claim.name: claim for claim in table_of(str(opened.claims.get("vct")))}
    return {member: _stated(member, opened, table) for member in ORDER if member in _ROWS}


def _stated(member: str, opened: SdJwt, table: Mapping[str, WalletClaim]) -> Stated:
    label: Speaks = _ELEMENTS.get(member) or words(f"report.label.{member}")
    names = _ROWS[member]
    for name in names:
        found = tuple(_values(name, opened.claims.get(name)))
        if found:
            return Stated(label=label, values=_with_hidden(name, found, opened), codes=_codes(opened.claims[name]))
    if member == "learner" and (parts := [p for n in _NAMES if isinstance(p := opened.claims.get(n), str) and p]):
        return Stated(label=label, values=(Said({"": " ".join(parts)}, _LONGEST),))
    return Stated(label=label, absent=_absent(member, names, opened, table))


def _values(name: str, value: Any) -> Iterator[Speaks | str]:
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, bool) or one is None or one == "":
            continue
        if name.startswith("date_of_") and (day := _day(one)) is not None:
            yield day
        elif name == "level_of_learning_experience" and isinstance(one, int):
            yield words("annex1.value.eqf", level=str(one))
        elif isinstance(one, str):
            yield Said({"": one}, _LONGEST)
        elif isinstance(one, int | float):
            yield str(one)


def _day(value: Any) -> Day | None:
    try:
        return Day(instant(f"{value}T00:00:00Z"))
    except InputError:
        return None


def _codes(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) and _day(value) is not None else ()


def _with_hidden(name: str, found: tuple[Speaks | str, ...], opened: SdJwt) -> tuple[Speaks | str, ...]:
    """Of an array, that there may be more."""
    more = any(place[0] == name for place in opened.closed if len(place) > 1)
    return (*found, words("wallet.hidden.more")) if more else found


def _absent(member: str, names: tuple[str, ...], opened: SdJwt, table: Mapping[str, WalletClaim]) -> Words:
    wanted = [table[name] for name in (*names, *(_NAMES if member == "learner" else ())) if name in table]
    if not opened.closed or (table and not wanted):
        return NOT_STATED
    if any(claim.mandatory and not claim.open for claim in wanted):
        return words("wallet.hidden")
    if wanted and all(claim.open for claim in wanted):
        return NOT_STATED
    return words("wallet.hidden.may")

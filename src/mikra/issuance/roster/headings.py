"""Which column holds which field: the caller's mapping first, then headings in 24 languages (`headings.json`).

Case, diacritics, spaces and punctuation do not matter ("Date of birth", "dateOfBirth", "DATE-OF-BIRTH"). Some words
mean the whole name when alone and half of it beside the other half ("Nume", "Nom", "Name"): the file decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

import orjson

from mikra import messages
from mikra.issuance.fields import RosterField
from mikra.vocabulary.folding import words

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_NAME = "name"
OWN_COLUMNS = ("column_row", "column_mend")
"""Message keys of the headings that only our corrections files have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """`used`: position -> field. `doubled`: field name -> the headings that claim it, where there are several."""

    used: Mapping[int, RosterField]
    doubled: Mapping[str, tuple[str, ...]]
    own: frozenset[int] = frozenset()


def heading_key(heading: str) -> str:
    """What is compared of a heading: its letters and digits, folded."""
    return "".join(words(heading))


def match_columns(headings: Sequence[str], fields: Sequence[RosterField], mapping: Mapping[str, str]) -> Columns:
    """The field of every heading that has one. `mapping`: heading -> field name, or "" for a column not to be used."""
    by_name = {one.name: one for one in fields}
    given = {heading_key(heading): name for heading, name in mapping.items()}
    own = frozenset(i for i, heading in enumerate(headings) if heading_key(heading) in own_headings())
    claims: dict[str, list[int]] = {}
    for position, heading in enumerate(headings):
        name = "" if position in own else _field_of(heading, by_name, given)
        if name and not (heading_key(heading) not in given and name in given.values()):
            claims.setdefault(name, []).append(position)
    _settle_names(claims, by_name)
    doubled = {name: tuple(headings[i] for i in where) for name, where in claims.items() if len(where) > 1}
    used = {where[0]: by_name[name] for name, where in claims.items() if name in by_name}
    return Columns(used=dict(sorted(used.items())), doubled=doubled, own=own)


def _field_of(heading: str, by_name: Mapping[str, RosterField], given: Mapping[str, str]) -> str:
    key = heading_key(heading)
    if key in given:
        return given[key]
    for candidate in dict.fromkeys((key, heading_key(_BRACKETS.sub(" ", heading)))):
        for name, one in by_name.items():
            if candidate and candidate in {heading_key(h) for h in (*one.headers, name)}:
                return name
        name = known_headings().get(candidate, "")
        if name in by_name or name == _NAME:
            return name
    return ""


def _settle_names(claims: dict[str, list[int]], by_name: Mapping[str, RosterField]) -> None:
    """A column called just "name" is the half that is missing, or else the whole."""
    alone = claims.pop(_NAME, [])
    if not alone:
        return
    has_given, has_family = "given_name" in claims, "family_name" in claims
    meant = "family_name" if has_given and not has_family else "given_name" if has_family and not has_given else ""
    meant = meant or ("" if has_given else "full_name")
    if meant in by_name and meant not in claims:
        claims[meant] = alone


@cache
def known_headings() -> Mapping[str, str]:
    """Key of a heading -> field name; "name" for those that may be the whole name or half of it."""
    found: dict[str, str] = {}
    table = orjson.loads(files(__package__).joinpath("headings.json").read_bytes())
    for name, languages in table.items():
        for headings in languages.values():
            for heading in headings:
                found.setdefault(heading_key(heading), name)
    return found


@cache
def own_headings() -> frozenset[str]:
    """Keys of the headings that we add to a corrections file, in every interface language."""
    return frozenset(
        heading_key(messages.text(f"roster.{key}", language)) for key in OWN_COLUMNS for language in messages.LANGUAGES
    )


def close_headings(headings: Iterable[str], name: str) -> list[str]:
    """Headings of the file that look like one for this field, closest first: for a message, never for use."""
    keys = {heading_key(heading): heading for heading in headings if heading.strip()}
    known = [key for key, field in known_headings().items() if field == name]
    near = [match for key in known for match in get_close_matches(key, keys, n=1, cutoff=0.75)]
    return [keys[key] for key in dict.fromkeys(near)][:3]

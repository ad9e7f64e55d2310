"""Answers out of a list, and yes or no, as people write them in the 24 languages."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mikra.issuance.fields import RosterField
from mikra.vocabulary import fold

_BETWEEN_WORDS = re.compile(r"(?<=\w)[-_/\s]+(?=\w)")

_YES = (
    "yes y true ja j oui si da да tak ano taip igen nai ναι jah kylla iva ta jep verdadero vrai wahr prawda 1 x ✓ ✔ ☑"
)
_NO = "no n false nein nee non nu не nie ne nem όχι ei le nil nej nao falso faux falsch falsz 0 ✗ ✘ ☐"


def _answers() -> dict[str, bool]:
    return {fold(word): True for word in _YES.split()} | {fold(word): False for word in _NO.split()}


_ANSWERS = _answers()


def read_yes_no(text: str) -> bool | None:
    """True, False, or None for what is neither."""
    return _ANSWERS.get(fold(text.strip()).rstrip("."))


def choice_index(one: RosterField) -> Mapping[str, str]:
    """Every accepted spelling -> the choice: folded, and without what stands between words where that is clear."""
    spellings = [(choice, choice) for choice in one.choices] + list(one.choice_labels.items())
    index: dict[str, str] = {}
    for spelling, choice in spellings:
        index.setdefault(fold(spelling.strip()), choice)
    joined: dict[str, set[str]] = {}
    for spelling, choice in spellings:
        joined.setdefault(_joined(spelling), set()).add(choice)
    return {key: choices.pop() for key, choices in joined.items() if len(choices) == 1} | index


def read_choice(text: str, index: Mapping[str, str]) -> str | None:
    """The choice that `text` spells, None where none: "On-site" is "on site", but "A" is not "A-".

    A decimal comma counts as a point.
    """
    folded = fold(text.strip())
    for key in (folded, _joined(text), folded.replace(",", ".")):
        if key in index:
            return index[key]
    return None


def _joined(text: str) -> str:
    """A key of its own kind: never equal to a spelling as it stands."""
    return "\0" + _BETWEEN_WORDS.sub("", fold(text.strip()))

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
    """Every accepted spelling, folded, -> the choice. The choices themselves go before their labels."""
    labels = {choice_key(label): choice for label, choice in one.choice_labels.items()}
    return labels | {choice_key(choice): choice for choice in one.choices}


def read_choice(text: str, index: Mapping[str, str]) -> str | None:
    """The choice that `text` spells, None where none. A decimal comma counts as a point."""
    key = choice_key(text)
    found = index.get(key)
    return found if found is not None else index.get(key.replace(",", "."))


def choice_key(text: str) -> str:
    """Folded, with one space between words: "On-site" and "on site" are one, "A" and "A-" are not."""
    return _BETWEEN_WORDS.sub(" ", fold(text.strip()))

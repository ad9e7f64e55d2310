"""What can be chosen in the form: pairs of value and text in the reader's language."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from mikra import messages, vocabulary
from mikra.errors import NotFoundError
from mikra.issuance.design import Ask, NameForm
from mikra.model.remarks import (
    Cycle,
    QualityAspect,
    QualityStandard,
    RouteKind,
    SettingKind,
    StackingOption,
)
from mikra.server.words import _

Pairs = list[tuple[str, str]]
SPOKEN: dict[str, type[StrEnum]] = {
    "setting": SettingKind,
    "route": RouteKind,
    "stacking": StackingOption,
    "aspect": QualityAspect,
    "standard": QualityStandard,
    "cycle": Cycle,
}


def listed(scheme: str, language: str) -> Pairs:
    """A whole vocabulary of few values."""
    return [(one.slug, one.label(language)) for one in vocabulary.entries(scheme)]


def sorted_list(scheme: str, language: str) -> Pairs:
    """The same by the alphabet."""
    return sorted(listed(scheme, language), key=lambda pair: vocabulary.fold(pair[1]))


def spoken(name: str, language: str) -> Pairs:
    """The values of a closed list of the Recommendation."""
    return [(one.value, _sentence(messages.text(f"note.value.{one.value}", language))) for one in SPOKEN[name]]


def _sentence(text: str) -> str:
    """With a capital letter, as what stands alone."""
    return text[:1].upper() + text[1:]


def names() -> Pairs:
    words = {
        NameForm.EITHER: _("Given and family name, or the whole name"),
        NameForm.GIVEN_AND_FAMILY: _("Given and family name, each in a column"),
        NameForm.FULL: _("The whole name in one column"),
    }
    return [(one.value, text) for one, text in words.items()]


def asks() -> Pairs:
    words = {Ask.REQUIRED: _("Needed"), Ask.OPTIONAL: _("Where there is one"), Ask.OFF: _("Not asked")}
    return [(one.value, text) for one, text in words.items()]


def languages(tags: list[str], language: str) -> Pairs:
    """Languages by tag, with their names in the reader's language."""
    return [(tag, language_name(tag, language)) for tag in tags]


def language_name(tag: str, language: str) -> str:
    """A language by its tag, as the reader calls it."""
    return label("language", tag, language)


def label(scheme: str, value: Any, language: str) -> str:
    """How a value reads; as it was typed where the list has none."""
    try:
        return vocabulary.entry(scheme, str(value)).label(language)
    except NotFoundError:
        return str(value)

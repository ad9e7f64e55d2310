"""The words of the pages: collected, translated whole, with the placeholders of the original, and compiled."""

from __future__ import annotations

import gettext
import io
from functools import cache

import pytest

from tools import words

collected = cache(words.collected)
"""Read once from the code: it takes seconds."""


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_word_of_today_is_translated(language: str) -> None:
    kept = words.catalogue(language)
    today = {(one.id, one.context) for one in collected() if one.id}
    known = {(one.id, one.context) for one in kept if one.id}
    assert today - known == set(), "python -m tools.words collect"
    assert known - today == set(), "python -m tools.words collect"
    assert [one.id for one in words.lacking(kept)] == []


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_placeholders_are_those_of_the_original(language: str) -> None:
    assert {one.id: words.unfit(one.id, one.string) for one in words.catalogue(language) if one.id} == {
        one.id: [] for one in words.catalogue(language) if one.id
    }


def test_a_lost_placeholder_is_seen() -> None:
    assert words.unfit("{name} works here", "{nume} lucrează aici")
    assert words.unfit("{name} works here", "lucrează aici")
    assert words.unfit("100 %", "100 %(num)s")
    assert not words.unfit(
        ("{count} row of {all}", "{count} rows of {all}"), ("un rând din {all}", "{count} din {all}")
    )


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_what_is_compiled_is_of_today(language: str) -> None:
    file = words.file_of(language).with_suffix(".mo")
    assert file.read_bytes() == words.compiled(language), "python -m tools.words compile"
    assert gettext.GNUTranslations(io.BytesIO(file.read_bytes())).gettext("Save") != "Save"

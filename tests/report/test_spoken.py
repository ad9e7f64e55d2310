"""Days, moments and others' words, told in the reader's language."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from mikra.messages.spoken import Day, Listed, Moment, Said, harmless, told


@pytest.mark.parametrize(
    ("language", "day", "several"),
    [
        ("en", "3 May 2026", "A, B and C"),
        ("ro", "3 mai 2026", "A, B și C"),
        ("bg", "3 май 2026 г.", "A, B и C"),
        ("cs", "3. května 2026", "A, B a C"),
        ("lt", "2026 m. gegužės 3 d.", "A, B ir C"),
    ],
)
def test_days_and_lists_in_the_five_languages(language: str, day: str, several: str) -> None:
    # CLDR puts no-break spaces here and there.
    assert Day(date(2026, 5, 3)).text(language).split() == day.split()
    assert Listed(("A", "B", "C")).text(language).split() == several.split()


def test_a_day_is_the_day_in_its_own_zone() -> None:
    just_after_midnight = datetime(2026, 5, 3, 0, 5, tzinfo=timezone(timedelta(hours=2)))
    assert Day(just_after_midnight).text() == "3 May 2026"
    assert Day(just_after_midnight.astimezone(UTC)).text() == "2 May 2026"


def test_a_moment_names_its_zone() -> None:
    assert Moment(datetime(2026, 5, 3, 14, 5, tzinfo=UTC)).text() == "3 May 2026, 14:05 (UTC)"


@pytest.mark.parametrize(
    ("texts", "wanted", "expected"),
    [
        ({"en": "Water", "bg": "Вода"}, "bg", "Вода"),
        ({"en": "Water", "bg": "Вода"}, "lt", "Water"),
        ({"fr": "Eau", "bg": "Вода"}, "lt", "Eau"),
        ({"en-GB": "Water"}, "en", "Water"),
        ({"fr": "Eau", "en-IE": "Water"}, "fr-BE", "Eau"),
        ({}, "en", ""),
    ],
)
def test_others_words_are_chosen_not_translated(texts: dict[str, str], wanted: str, expected: str) -> None:
    assert Said(texts).text(wanted) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Zoë O'Brien-Łukasiewicz", "Zoë O'Brien-Łukasiewicz"),
        ("\x1b[2Jgone\r\nnext", "[2Jgone next"),
        ("a\u202egnp.exe", "a gnp.exe"),
        ("א\u200dב", "א\u200dב"),
        ("x" * 300, "x" * 199 + "…"),
    ],
)
def test_others_words_cannot_act(text: str, expected: str) -> None:
    assert harmless(text) == told(text) == Said({"en": text}).text() == expected


def test_one_or_none_is_no_list() -> None:
    assert Listed(("A",)).text() == "A"
    assert Listed(()).text() == ""

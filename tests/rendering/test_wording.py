"""Amounts, dates, concepts and texts as a page says them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mikra.model import Concept, CreditPoint, Text
from mikra.rendering import wording
from tests.rendering.credentials import concept


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("PT81H", "en", "81 h"),
        ("PT90M", "en", "1.5 h"),
        ("PT90M", "ro", "1,5 h"),
        ("PT1H30M", "cs", "1,5 h"),
        ("PT75H", "bg", "75 ч"),
        ("P3W", "en", "weeks: 3"),
        ("P1Y2M", "lt", "metai: 1, mėnesiai: 2"),
        ("P60M", "en", "months: 60"),
        ("PT2000H", "en", "2,000 h"),
        ("P", "en", "P"),
        ("PT", "en", "PT"),
        ("", "en", ""),
        ("75 hours", "en", "75 hours"),
    ],
)
def test_durations(text: str, language: str, said: str) -> None:
    assert wording.duration(text, language) == said


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [("3", "en", "3"), ("2.5", "ro", "2,5"), ("2.50", "en", "2.5"), ("lots", "en", "lots"), ("NaN", "en", "NaN")],
)
def test_numbers(text: str, language: str, said: str) -> None:
    assert wording.number(text, language) == said


@pytest.mark.parametrize(
    ("instant", "language", "said"),
    [
        ("2026-05-03T00:00:00+02:00", "en", "3 May 2026"),
        ("2026-05-03T23:59:59-11:00", "en", "3 May 2026"),
        ("2026-05-03", "cs", "3. května 2026"),
        ("2026-05-03", "xx-klingon", "3 May 2026"),
        ("2026-02-31", "en", ""),
        ("yesterday", "en", ""),
        ("", "en", ""),
    ],
)
def test_days_stay_where_they_are(instant: str, language: str, said: str) -> None:
    assert wording.day(instant, language) == said


def test_credits_carry_their_scheme() -> None:
    assert wording.credit(CreditPoint(framework=concept("credit", "ects"), point="2.5"), "ro") == "2,5 ECTS"
    assert wording.credit(CreditPoint(framework=concept("credit", "ecvet"), point="2"), "en") == "2 ECVET"
    other = Concept(id="urn:x", pref_label=Text(en="Tallinn points"))
    assert wording.credit(CreditPoint(framework=other, point="7"), "en") == "7 Tallinn points"
    assert wording.credit(CreditPoint(point="7"), "en") == "7"


def test_a_concept_is_called_as_the_credential_calls_it() -> None:
    ireland = concept("country", "IE")
    assert wording.label(ireland, "cs") == "Irsko"
    assert wording.label(Concept(id=ireland.id, pref_label=Text(cs="Irská republika")), "cs") == "Irská republika"
    assert wording.label(Concept(id=ireland.id), "en") == "Ireland"
    assert wording.label(Concept(id="urn:x", pref_label=Text(fr="École")), "cs") == "École"
    assert wording.label(Concept(id="urn:x/unknown-7"), "cs") == "unknown-7"
    assert wording.label(None, "cs") == ""


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("  two\n words\t", 50, "two words"),
        ("one two three", 9, "one two…"),
        ("one, two", 6, "one…"),
        ("onetwothree", 6, "onetw…"),
        ("\u202eevil\u202c", 50, "evil"),
        ("a\u2066b\u2069\u200b\ufeffc", 50, "abc"),
        ("nul\x00l\x1b[31m", 50, "null[31m"),
        ("می\u200cخواهم", 50, "می\u200cخواهم"),
        ("a" * 30, 50, "a" * 28 + "\u00ad" + "aa"),
        ("محمد" * 10, 50, "محمد" * 10),
        ("<b>{{7*7}} #panic() $x$", 50, "<b>{{7*7}} #panic() $x$"),
    ],
)
def test_texts_are_made_to_fit(text: str, limit: int, shown: str) -> None:
    assert wording.fitting(text, limit) == shown


def test_addresses_break_without_a_hyphen() -> None:
    shown = wording.fitting("https://verify.example/" + "a" * 60, 100, gap=wording.NO_HYPHEN)
    assert "\u00ad" not in shown
    assert shown.replace("\u200b", "") == "https://verify.example/" + "a" * 60


@settings(max_examples=100)
@given(st.text(max_size=80), st.integers(1, 60))
def test_what_is_shown_is_short_and_in_one_line(text: str, limit: int) -> None:
    shown = wording.fitting(text, limit)
    assert len(shown.replace(wording.HYPHEN, "")) <= limit
    assert shown == " ".join(shown.split())
    assert not {"\u202e", "\x00", "\n"} & set(shown)

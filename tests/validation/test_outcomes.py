"""Outcomes that are none: the word lists against good and weak examples, twenty of each in five languages."""

from __future__ import annotations

import json
from pathlib import Path

import orjson
import pytest

from mikra import messages, vocabulary
from mikra.validation.outcomes import LANGUAGES, Weakness, level_verbs, lists, weakness

EXAMPLES: dict[str, dict[str, list[str]]] = {
    path.stem: json.loads(path.read_text("utf-8"))
    for path in sorted((Path(__file__).parent / "outcomes").glob("*.json"))
}
GOOD = [(language, text) for language, kinds in EXAMPLES.items() for text in kinds["good"]]
BAD = [
    (language, kind, text) for language, kinds in EXAMPLES.items() for kind in Weakness for text in kinds[kind.value]
]


@pytest.mark.parametrize(("language", "text"), GOOD)
def test_no_false_alarm(language: str, text: str) -> None:
    assert weakness(text, language) is None


@pytest.mark.parametrize(("language", "kind", "text"), BAD)
def test_weak_outcomes_are_seen(language: str, kind: Weakness, text: str) -> None:
    assert weakness(text, language) is kind


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_twenty_of_each_in_the_five_languages(language: str) -> None:
    assert len(set(EXAMPLES[language]["good"])) >= 20
    assert sum(len(set(EXAMPLES[language][kind.value])) for kind in Weakness) >= 20
    assert all(EXAMPLES[language][kind.value] for kind in Weakness)


def test_every_language_with_lists_has_examples() -> None:
    assert set(EXAMPLES) == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_case_and_numbering_make_no_difference(language: str) -> None:
    for kind in Weakness:
        for text in EXAMPLES[language][kind.value]:
            assert weakness(text.upper(), language) is kind or language == "el"
            assert weakness(f"3) {text}", language) is kind
            assert weakness(f"LO2: {text}", language) is kind


def test_romanian_without_diacritics_is_understood() -> None:
    assert weakness("Intelege principiile contabilitatii", "ro") is Weakness.VAGUE
    assert weakness("Cunoaste regulile si le aplica in depozit", "ro") is None


def test_knowing_and_doing_is_doing() -> None:
    assert weakness("Know the safety rules.", "en") is Weakness.VAGUE
    assert weakness("Know the safety rules and follow them.", "en") is None
    assert weakness("Know how to use a lathe.", "en") is Weakness.VAGUE


def test_a_single_word_is_a_heading() -> None:
    for language in LANGUAGES:
        assert weakness("SQL", language) is Weakness.CONTENT
    assert weakness("Query SQL databases", "en") is None


def test_other_languages_are_not_judged() -> None:
    assert weakness("Tuntee kirjanpidon periaatteet", "fi") is None
    assert weakness("", "en") is None
    assert weakness("Understand accounting", "en-IE") is Weakness.VAGUE


def test_skills_of_esco_are_no_false_alarms() -> None:
    """ESCO writes skills as a verb and its object; its concepts of knowledge are nouns, and are not judged."""
    skills = [entry.label() for entry in vocabulary.entries("esco_skill")]
    assert [skill for skill in skills if weakness(skill, "en")] == []


def test_the_verbs_of_the_levels() -> None:
    assert level_verbs("List the parts of a pump.", "en") == "low"
    assert level_verbs("The learner is able to critically evaluate research.", "en") == "high"
    assert level_verbs("Repair a pump.", "en") == ""
    assert level_verbs("Vyjmenuje části čerpadla.", "cs") == "low"
    assert level_verbs("Kritiškai vertina tyrimus.", "lt") == "high"
    assert level_verbs("Listaa osat", "fi") == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_lists_are_well_formed(language: str) -> None:
    path = Path(__file__).parents[2] / "src" / "mikra" / "validation" / "words" / f"{language}.json"
    data = orjson.loads(path.read_bytes())
    assert data["language"] == language
    assert data["source"]
    for name in ("lead", "vague", "content", "teaching", "and", "active", "low", "high"):
        assert data[name], name
        assert len(data[name]) == len(set(data[name])), name
        assert all(phrase == phrase.strip() for phrase in data[name])
    assert lists(language) is not None
    overlap = set(data["active"]) & set(data["vague"])
    assert overlap == set()


def test_long_and_odd_texts_are_quick_and_safe() -> None:
    for text in ("know " * 100_000, "\u0000", "🎓", "- - -", "1.", "1. ", ",,,", "а" * 10_000):
        for language in LANGUAGES:
            weakness(text, language)
            level_verbs(text, language)

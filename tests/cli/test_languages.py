"""Five languages: the one asked for, the terminal's own, none other; errors have their labels in it too."""

from __future__ import annotations

from pathlib import Path
from string import Formatter

import pytest

from mikra import messages
from mikra.cli.output import default_language, spoken_language
from tests.cli.conftest import Run

COMMANDS = [
    ("design", "check", "water.yaml"),
    ("design", "show", "water.yaml"),
    ("roster", "check", "water.yaml", "messy.csv", "--today", "2026-11-21"),
    ("issue", "water.yaml", "class.csv", "--key", "seal.p12", "--preview"),
    ("keys", "show", "seal.p12"),
    ("meter", "water.yaml"),
]


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_every_sentence_is_there_with_its_places(language: str) -> None:
    english, other = messages.catalogue("cli", "en"), messages.catalogue("cli", language)
    assert other.keys() == english.keys()
    for key, text in english.items():
        places = {name for _, name, _, _ in Formatter().parse(text) if name}
        assert {name for _, name, _, _ in Formatter().parse(other[key]) if name} == places, key


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words[:2]))
def test_each_language_gives_another_answer(run: Run, office: Path, words: tuple[str, ...]) -> None:
    answers = {run(*words, "--lang", language).out for language in messages.LANGUAGES}
    assert len(answers) == len(messages.LANGUAGES)


@pytest.mark.parametrize("wrong", ["xx", "de", "EN", "english"])
@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words[:2]))
def test_another_is_wrong_use(run: Run, office: Path, words: tuple[str, ...], wrong: str) -> None:
    answer = run(*words, "--lang", wrong)
    assert (answer.code, answer.out) == (3, "")
    assert "en, ro, bg, cs, lt" in answer.err


@pytest.mark.parametrize(
    ("variable", "value", "language"),
    [
        ("LC_ALL", "lt_LT.UTF-8", "lt"),
        ("LC_ALL", "bg", "bg"),
        ("LC_ALL", "de_DE.UTF-8", "en"),
        ("LC_ALL", "C.UTF-8", "en"),
        ("LANG", "cs_CZ", "cs"),
    ],
)
def test_without_a_word_the_terminals_language_counts(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, language: str
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, value)
    assert default_language() == language


@pytest.mark.parametrize(
    ("words", "language"),
    [
        (["verify", "x", "--lang", "ro"], "ro"),
        (["verify", "x", "--lang=bg"], "bg"),
        (["verify", "x", "--lang"], "en"),
        (["verify", "x", "--lang", "xx"], "en"),
        ([], "en"),
    ],
)
def test_errors_speak_the_language_asked_for(monkeypatch: pytest.MonkeyPatch, words: list[str], language: str) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    assert spoken_language(words) == language


def test_labels_of_an_error_are_in_it(run: Run, office: Path) -> None:
    assert "co udělat:" in run("design", "check", "nowhere.yaml", "--lang", "cs").err
    assert "what to do:" in run("design", "check", "nowhere.yaml").err

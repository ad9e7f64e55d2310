"""The law's terms and the levels: complete, in five languages, and (where the texts are at hand) verbatim."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from mikra.errors import NotFoundError
from mikra.messages import LANGUAGES
from mikra.vocabulary import (
    MANDATORY_ELEMENTS,
    OPTIONAL_ELEMENTS,
    LabelSource,
    annex_keys,
    annex_source,
    annex_term,
    cycle_level,
    entries,
    eqf_descriptor,
    eqf_descriptor_source,
    level_cycle,
)
from mikra.vocabulary.tables import read

TEXTS = {"ro": "000", "bg": "002", "cs": "003", "lt": "004"}
AS_COMPARED = {
    "en": "e105c55cd95ad798f7607de71b5d913881d0a656d66dff27f3057a4c704da977",
    "ro": "bd77a1f81ee2d5a88114dd1e76ba6e011a61b49ee8069ac2e07c1d15d21a87fc",
    "bg": "2af19489bb1be2e822fb84170f8dacb082ff22886a0c0a472c67e48404070e52",
    "cs": "3f43288b657313e925933566c17a4221f0fedec70dcb88d7b33096067c224019",
    "lt": "33b968acf06d17de633fab5bf3c35d1fe68f64d4b09580525c202bfb5814155d",
}
"""SHA-256 over the lines "key TAB term", as they were when last compared with the published texts."""

ADAPTED = "(shortened or inflected)"


def test_the_elements_of_annex_1_are_eleven_and_five() -> None:
    elements = [*MANDATORY_ELEMENTS, *OPTIONAL_ELEMENTS]
    assert elements == [key for key in annex_keys() if re.fullmatch(r"o?\d+", key)]
    assert (len(MANDATORY_ELEMENTS), len(OPTIONAL_ELEMENTS)) == (11, 5)
    assert [f"short.{key}" for key in elements] == [key for key in annex_keys() if key.startswith("short.")]


@pytest.mark.parametrize(
    ("prefix", "count"),
    [
        ("principle.", 10),
        ("quality.", 4),
        ("external.", 4),
        ("provider.", 7),
        ("supervision.", 4),
        ("stackability.", 2),
    ],
)
def test_families_are_complete(prefix: str, count: int) -> None:
    assert len([key for key in annex_keys() if key.startswith(prefix)]) == count


def test_provider_types_are_those_of_point_5b() -> None:
    named = {key.removeprefix("provider.") for key in annex_keys() if key.startswith("provider.")}
    assert named == {one.slug for one in entries("provider_type")}
    for one in entries("provider_type"):
        assert one.official == {language: annex_term(f"provider.{one.slug}", language) for language in LANGUAGES}


def test_every_term_is_there_in_every_language() -> None:
    for key, terms in read("annex1")["terms"].items():
        assert tuple(terms) == LANGUAGES, key
        assert all(text == text.strip() and text[0].isupper() and text[-1] != "." for text in terms.values()), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_terms_are_those_that_were_compared_with_the_law(language: str) -> None:
    lines = "".join(f"{key}\t{annex_term(key, language)}\n" for key in annex_keys())
    assert hashlib.sha256(lines.encode()).hexdigest() == AS_COMPARED[language]


def test_terms_differ_between_languages() -> None:
    for key in (*MANDATORY_ELEMENTS, *OPTIONAL_ELEMENTS):
        assert len({annex_term(key, language) for language in LANGUAGES}) == 5


def test_another_language_gets_english_and_its_source() -> None:
    assert annex_term("6", "fr") == annex_term("6") == "Learning outcomes"
    assert "English version" in annex_source("6", "fr")
    assert annex_source("6", "ro") == "Council document 9790/22, annex, Romanian version"
    assert annex_source("short.3", "ro").endswith(ADAPTED)


@pytest.mark.parametrize("key", ["12", "0", "o6", "", "principle.11"])
def test_another_key_is_refused(key: str) -> None:
    with pytest.raises(NotFoundError):
        annex_term(key)
    with pytest.raises(NotFoundError):
        annex_source(key)


@pytest.mark.parametrize("language", sorted(TEXTS))
def test_terms_stand_in_the_published_text(published: Path, language: str) -> None:
    """Verbatim but for the first letter, or marked as shortened or inflected; and nothing is marked without need."""
    (path,) = published.joinpath("seeds").glob(f"{TEXTS[language]}_*.txt")
    text = " ".join(path.read_text("utf-8").split()).casefold()
    verbatim = {key for key in annex_keys() if annex_term(key, language).casefold() in text}
    adapted = {key for key in annex_keys() if annex_source(key, language).endswith(ADAPTED)}
    assert set(annex_keys()) - verbatim == adapted


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_level_has_one_plain_sentence(language: str) -> None:
    sentences = [eqf_descriptor(level, language) for level in range(1, 9)]
    assert len(set(sentences)) == 8
    for sentence in sentences:
        assert sentence.endswith(".")
        assert sentence.count(".") == 1
        assert len(sentence.split()) < 20
    assert eqf_descriptor_source(language) is LabelSource.UNREVIEWED


def test_levels_in_other_words() -> None:
    assert eqf_descriptor("6") == eqf_descriptor(6)
    assert eqf_descriptor(6, "fr") == eqf_descriptor(6, "en")
    assert eqf_descriptor_source("fr") is LabelSource.ENGLISH
    for wrong in (0, 9, "A", ""):
        with pytest.raises(NotFoundError):
            eqf_descriptor(wrong)


def test_cycles_stand_beside_levels_5_to_8() -> None:
    beside = {one.slug: cycle_level(one.slug) for one in entries("qf_ehea")}
    assert beside == {"short-cycle": 5, "first-cycle": 6, "second-cycle": 7, "third-cycle": 8}
    assert [level_cycle(level) for level in range(1, 9)] == [None] * 4 + list(beside)
    with pytest.raises(NotFoundError):
        cycle_level("fourth-cycle")
    with pytest.raises(NotFoundError):
        level_cycle(9)

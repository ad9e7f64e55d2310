"""Labels on the screen: where each comes from, none empty, and none of ours among the official ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import mikra.vocabulary.labels as labels
from mikra.messages import LANGUAGES
from mikra.vocabulary import EU_LANGUAGES, LabelSource, entries, entry, schemes
from mikra.vocabulary.labels import find, screen_labels
from tools.vocabulary import translations

EVERY = [one for scheme in schemes() for one in entries(scheme.name)]
TRANSLATED = ("ro", "bg", "cs", "lt")
SAMPLES_OF_LARGER_LISTS = {"esco_skill", "esco_occupation", "dcf"}
"""Under 25 entries here, but only because the EU's samples mention so few; their labels exist officially elsewhere."""


@pytest.mark.parametrize("language", [*EU_LANGUAGES, "xx", "de-AT", "", "../en"])
def test_no_label_is_empty(language: str) -> None:
    assert all(one.label(language).strip() for one in EVERY)


@pytest.mark.parametrize("language", EU_LANGUAGES)
def test_a_label_and_its_source_and_language_agree(language: str) -> None:
    for one in EVERY:
        source, text, spoken = one.label_source(language), one.label(language), one.label_language(language)
        assert spoken in (language, "en", "und")
        assert (source is LabelSource.CODE) == (text == one.code and not one.official and spoken == "und")
        if source is LabelSource.OFFICIAL:
            assert text == one.official[spoken]
        if source is LabelSource.ENGLISH:
            assert spoken == "en" != language
            assert text == one.label("en")


@pytest.mark.parametrize(
    ("scheme", "key", "language", "label", "source"),
    [
        ("eqf", "6", "en", "Level 6", "official"),
        ("eqf", "6", "lt", "6 lygis", "Mikra, unreviewed"),
        ("eqf", "6", "fr", "Level 6", "English"),
        ("country", "IE", "en", "Ireland", "official"),
        ("country", "IE", "ga", "Éire", "CLDR"),
        ("country", "IE", "pt-PT", "Irlanda", "CLDR"),
        ("country", "XK", "ro", "Kosovo", "CLDR"),
        ("language", "en", "bg", "английски", "CLDR"),
        ("language", "te", "en", "Telugu", "CLDR"),
        ("language", "te", "xx", "Telugu", "English"),
        ("currency", "EUR", "mt", "ewro", "CLDR"),
        ("currency", "CZK", "mt", "Czech koruna", "English"),
        ("supervision", "supervised-without-id", "en", "Supervised without ID Verification", "Mikra, unreviewed"),
        ("supervision", "supervised-without-id", "fr", "Supervised without ID Verification", "English"),
        ("provider_type", "employer-industry", "cs", "Zaměstnavatelé a průmysl", "official"),
        ("provider_type", "employer-industry", "de", "Employers and industry", "English"),
        ("nuts", "BG34", "ro", "Югоизточен", "official"),
        ("atu", "DEU_LKR_GOR", "de", "DEU_LKR_GOR", "code"),
    ],
)
def test_each_source(scheme: str, key: str, language: str, label: str, source: str) -> None:
    one = entry(scheme, key)
    assert (one.label(language), one.label_source(language)) == (label, source)


@pytest.mark.parametrize("scheme", [one for one in schemes() if one.count <= 25], ids=lambda one: one.name)
def test_small_schemes_are_translated(scheme: object) -> None:
    if scheme.name in SAMPLES_OF_LARGER_LISTS:
        assert all(one.label_source("ro") is LabelSource.ENGLISH for one in entries(scheme.name))
        return
    for language in TRANSLATED:
        missing = [one.slug for one in entries(scheme.name) if one.label_language(language) != language]
        assert missing == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_broad_and_narrow_fields_are_translated_and_detailed_ones_are_not(language: str) -> None:
    for one in entries("isced_f"):
        assert (one.label_language(language) == language) == (len(one.code) < 4)


@pytest.mark.parametrize("language", [*TRANSLATED, "en"])
def test_our_labels_stand_beside_entries_that_exist(language: str) -> None:
    for scheme, ours in screen_labels(language).labels.items():
        assert ours.keys() <= {one.slug for one in entries(scheme)}
        assert all(text == text.strip() != "" for text in ours.values())
        assert scheme not in labels.CLDR_SCHEMES


def test_our_labels_differ_within_a_scheme() -> None:
    for language in TRANSLATED:
        for scheme, ours in screen_labels(language).labels.items():
            english = {one.slug: one.label("en") for one in entries(scheme)}
            same = len(ours) - len(set(ours.values()))
            assert same == len(ours) - len({english[slug] for slug in ours}), (language, scheme)


@pytest.mark.parametrize("language", ["bg"])
def test_bulgarian_is_written_in_cyrillic(language: str) -> None:
    for ours in screen_labels(language).labels.values():
        for slug, text in ours.items():
            assert slug == "base64" or any("а" <= letter <= "я" for letter in text.casefold()), text


def test_official_labels_hold_none_of_ours() -> None:
    """Of European schemes only what was published; of our own only the law's words."""
    for one in EVERY:
        own = one.scheme in {"provider_type", "supervision_kind"}
        assert set(one.official) <= ({"en", *TRANSLATED} if own else {"en", "und"})
        for language in TRANSLATED:
            ours = screen_labels(language).labels.get(one.scheme, {}).get(one.slug)
            assert ours is None or language not in one.official


def test_a_reviewed_scheme_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = labels.Screen({"mode": {"online": "En ligne"}, "eqf": {"6": "Niveau 6"}}, frozenset({"mode"}))
    monkeypatch.setattr(labels, "screen_labels", lambda _language: screen)
    assert find("mode", "online", {"en": "Online"}, "fr").source is LabelSource.REVIEWED
    assert find("eqf", "6", {"en": "Level 6"}, "fr").source is LabelSource.UNREVIEWED


def test_nothing_is_reviewed_yet() -> None:
    assert not any(screen_labels(language).reviewed for language in EU_LANGUAGES)


def test_the_page_on_translations_is_current() -> None:
    assert translations.PAGE.read_text("utf-8") == translations.render(), "run: python -m tools.vocabulary.translations"


def test_the_page_counts_every_entry_once_per_language() -> None:
    total = sum(scheme.count for scheme in schemes())
    page = translations.render()
    for language in EU_LANGUAGES:
        row = next(line for line in page.splitlines() if line.startswith(f"| {language} |"))
        assert sum(int(cell) for cell in row.split("|")[2:-1]) == total


def test_the_page_counts_the_catalogues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for language, many in (("en", 3), ("ro", 2)):
        path = tmp_path / "x" / f"{language}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({str(n): "" for n in range(many)}))
    monkeypatch.setattr(translations, "MESSAGES", tmp_path)
    assert "| `x` | 3 | 2 | 0 | 0 | 0 |" in translations.by_catalogue()
    assert LANGUAGES == ("en", "ro", "bg", "cs", "lt")

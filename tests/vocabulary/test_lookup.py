"""Finding concepts: by key, by what somebody types, by codes of others; and saying so when there is none."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mikra.errors import NotFoundError
from mikra.vocabulary import (
    EU_LANGUAGES,
    country_code,
    country_iri,
    entries,
    entry,
    fold,
    language_iri,
    language_tag,
    schemes,
    search,
    search_everywhere,
    supervision_concept,
    supervision_of,
)

LARGE = ("nqf", "isced_f", "country", "language", "atu", "nuts", "currency", "file_type")
EVERY = [one for scheme in schemes() for one in entries(scheme.name)]
SMALL = [one for one in EVERY if one.scheme not in LARGE]
AUTHORITY = "http://publications.europa.eu/resource/authority/"


def test_every_slug_code_and_iri_finds_its_entry() -> None:
    for one in EVERY:
        assert entry(one.scheme, one.slug) is one
        assert entry(one.scheme, one.iri) is one
        assert entry(one.scheme, f" {one.slug.upper()} ") is one
        if one.scheme not in ("country", "language"):
            assert entry(one.scheme, one.code) is one


def test_no_code_is_the_slug_of_another_entry() -> None:
    for scheme in schemes():
        slugs = {one.slug.casefold(): one for one in entries(scheme.name)}
        for one in entries(scheme.name):
            assert slugs.get(one.code.casefold(), one) is one


def test_small_schemes_are_found_by_their_english_label() -> None:
    for one in SMALL:
        assert entry(one.scheme, one.label("en").upper()) is one


@pytest.mark.parametrize(
    ("scheme", "key", "code"),
    [
        ("eqf", "6", "6"),
        ("eqf", "level 6", "6"),
        ("assessment", "Artefact assessment", "de4d165a6c"),
        ("mode", "920fbb3cbe", "920fbb3cbe"),
        ("country", "ie", "IRL"),
        ("country", "IRL", "IRL"),
        ("country", "ireland", "IRL"),
        ("country", "EL", "GRC"),
        ("country", "uk", "GBR"),
        ("country", "Cote d’Ivoire", "CIV"),
        ("language", "ENG", "ENG"),
        ("language", "english", "ENG"),
        ("language", "te", "TEL"),
        ("currency", "euro", "EUR"),
        ("http://data.europa.eu/snb/isced-f/25831c2", "0613", "0613"),
        ("nqf", "IE NQF Level 10", "c_ac9adabb"),
    ],
)
def test_keys_that_people_write(scheme: str, key: str, code: str) -> None:
    assert entry(scheme, key).code == code


@pytest.mark.parametrize(
    ("scheme", "key", "hint"),
    [
        ("mode", "onlin", "online (Online)"),
        ("assessment", "artifact-assessment", "artefact-assessment"),
        ("country", "Irland", "IE (Ireland)"),
        ("language", "Bulgarain", "bg (Bulgarian)"),
        ("isced_f", "0614", "061 (Information and Communication Technologies"),
        ("isced_f", "613", "0613"),
        ("isced_f", "Law", "042 (Law), 0421 (Law)"),
        ("currency", "US dollar", "USD (US dollar), USN (US dollar)"),
        ("learning_setting", "informal", "non-formal"),
        ("nqf", "ROQF 6", "roqf-level-6"),
    ],
)
def test_what_is_close_is_named(scheme: str, key: str, hint: str) -> None:
    with pytest.raises(NotFoundError) as caught:
        entry(scheme, key)
    assert hint in caught.value.fix
    assert caught.value.found == key
    assert scheme in caught.value.where
    assert caught.value.code == "not_found"


@pytest.mark.parametrize("key", ["", "   ", "qqqqqqqq", "x" * 1_000_000, "\0", "🎓"])
def test_what_is_close_to_nothing_is_refused_plainly(key: str) -> None:
    with pytest.raises(NotFoundError) as caught:
        entry("atu", key)
    assert caught.value.fix == "Look it up with: mikra vocabulary atu"
    assert len(str(caught.value)) < 500


def test_a_small_scheme_lists_its_entries() -> None:
    with pytest.raises(NotFoundError) as caught:
        entry("mode", "zzz")
    assert caught.value.expected == ("one of presential, online, blended, workbased, project-based, research-lab-based")


@pytest.mark.parametrize(
    ("scheme", "text", "language", "code"),
    [
        ("isced_f", "softw", "en", "0613"),
        ("isced_f", "asist soc", "ro", "092"),
        ("isced_f", "стоп гор", "bg", "08"),
        ("isced_f", "veterinar", "lt", "084"),
        ("isced_f", "zivotni prostredi", "cs", "052"),
        ("country", "ιρλανδια", "el", "IRL"),
        ("country", "Ιρλανδία", "el", "IRL"),
        ("country", "lotyssko", "cs", "LVA"),
        ("country", "Łotwa", "pl", "LVA"),
        ("country", "lotwa", "pl", "LVA"),
        ("country", "ostrig", "da", "AUT"),
        ("country", "malta", "mt", "MLT"),
        ("language", "greac", "ro", "ELL"),
        ("nuts", "Ιθακη", "en", "EL623"),
        ("nuts", "muhldorf", "en", "DE21G"),
        ("nuts", "østsjælland", "en", "DK021"),
        ("nuts", "ostsjaelland", "en", "DK021"),
        ("atu", "ghaxaq", "en", "MLT_LOK_GXQ"),
        ("atu", "bielsko biala", "en", "POL_MPP_BIB"),
        ("currency", "koruna", "cs", "CZK"),
        ("mode", "online", "lt", "920fbb3cbe"),
        ("eqf", "6", "lt", "6"),
    ],
)
def test_search_ignores_case_diacritics_and_other_spellings(scheme: str, text: str, language: str, code: str) -> None:
    assert code in [one.code for one in search(scheme, text, language)]


def test_search_everywhere_finds_words_of_other_languages() -> None:
    """A Lithuanian types "Vokietija" on an English page: without this nothing is found."""
    assert search("country", "vokietija", "en") == []
    assert [one.slug for one in search_everywhere("country", "vokietija", "en")] == ["DE"]
    assert [one.slug for one in search_everywhere("country", "german", "en")] == ["DE"]
    assert search_everywhere("country", "qqqq", "en") == []
    assert len(search_everywhere("country", "", "en", 5)) == 5


def test_search_wants_every_word_and_the_start_of_a_word() -> None:
    assert search("isced_f", "soft veterinary") == []
    assert search("isced_f", "ftware") == []
    assert search("mode", "zzz") == []
    assert search("mode", "🎓 !") == []


def test_search_puts_first_what_starts_with_the_text() -> None:
    assert [one.code for one in search("isced_f", "law")][:2] == ["042", "0421"]
    assert search("country", "ir")[0].label().startswith("Ir")
    assert search("country", "united states")[0].slug == "US"


def test_search_has_a_limit_and_shows_something_for_nothing() -> None:
    assert len(search("nuts", "a")) == 20
    assert len(search("nuts", "a", limit=3)) == 3
    assert search("eqf", "", limit=2) == list(entries("eqf")[:2])


@settings(max_examples=80, derandomize=True, deadline=None)
@given(st.sampled_from(EVERY), st.sampled_from(EU_LANGUAGES))
def test_search_finds_an_entry_by_its_label_in_any_language(one: object, language: str) -> None:
    found = search(one.scheme, one.label(language), language, limit=100)
    assert one in found


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ΑΝΆΛΥΣΗ", "αναλυση"),
        ("ανάλυσης", "αναλυσησ"),
        ("Łódź", "lodz"),
        ("Ħarġa", "harga"),
        ("Ørsted", "orsted"),
        ("Straße", "strasse"),
        ("ȘTIINȚĂ", "stiinta"),
        ("Şcoală", "scoala"),
        ("Đurđevac", "durdevac"),
        ("Þór Æsir", "thor aesir"),
        ("İstanbul Iğdır", "istanbul igdir"),
        ("ﬁnance", "finance"),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_every_language_of_the_union_has_its_code_both_ways() -> None:
    assert len(EU_LANGUAGES) == len(set(EU_LANGUAGES)) == 24
    codes = {tag: language_iri(tag).removeprefix(f"{AUTHORITY}language/") for tag in EU_LANGUAGES}
    assert codes["en"] == "ENG"
    assert codes["ga"] == "GLE"
    assert codes["el"] == "ELL"
    assert all(language_tag(language_iri(tag)) == tag for tag in EU_LANGUAGES)


def test_codes_of_others_go_both_ways() -> None:
    for one in entries("country"):
        assert country_iri(one.slug) == one.iri
        assert country_code(one.iri) == one.slug
    for one in entries("language"):
        assert language_iri(one.slug) == one.iri
        assert language_tag(one.iri) == one.slug


def test_macrolanguages_keep_the_short_tag() -> None:
    assert {tag: entry("language", tag).code for tag in ("lv", "zh", "ne", "ku", "gn")} == {
        "lv": "LAV", "zh": "ZHO", "ne": "NEP", "ku": "KUR", "gn": "GRN",
    }  # fmt: skip


def test_codes_of_others_that_are_none() -> None:
    assert language_iri("en-IE") == language_iri("en")
    assert language_tag(country_iri("IE")) is None
    assert country_code(language_iri("en")) is None
    assert country_code("http://example.org/IE") is None
    for wrong in (lambda: language_iri("xx"), lambda: country_iri("QQ"), lambda: language_iri("")):
        with pytest.raises(NotFoundError):
            wrong()


@pytest.mark.parametrize(
    ("kind", "identity_verified", "code"),
    [
        ("none", False, "c598449d64"),
        ("none", True, "df2880c5cb"),
        ("online", False, "44314532f9"),
        ("on-site", False, "44314532f9"),
        ("online", True, "70be69aaf9"),
        ("on-site", True, "70be69aaf9"),
    ],
)
def test_supervision(kind: str, identity_verified: bool, code: str) -> None:
    concept = supervision_concept(kind, identity_verified)
    assert concept.code == code
    assert supervision_of(code) == supervision_of(concept.iri) == (kind != "none", identity_verified)


def test_what_is_not_confirmed_says_so() -> None:
    assert "by elimination, not confirmed" in entry("supervision", "44314532f9").source
    assert "not confirmed" not in entry("supervision", "70be69aaf9").source
    assert entry("supervision", "44314532f9").official == {}


def test_another_form_of_supervision_is_refused() -> None:
    with pytest.raises(NotFoundError):
        supervision_concept("at home", True)
    with pytest.raises(NotFoundError):
        supervision_of("0000000000")


@given(text=st.text())
def test_a_text_folds_character_by_character(text: str) -> None:
    from mikra.vocabulary import folding

    plain = unicodedata.normalize("NFKD", text.casefold())
    assert fold(text) == "".join(c for c in plain if not unicodedata.combining(c)).translate(folding._LETTERS)

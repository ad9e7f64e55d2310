"""The words shown to people keep the rules; each rule is seen refusing a planted fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from mikra import messages
from tools.house import catalogues

DOMAINS = catalogues.domains()

ALLOWED_CLAIMS: dict[str, str] = {
    "profile.member.legalName": "the name of a member: the name that an organisation has in law",
}
"""`domain.key` -> why it may say so: it denies it, or speaks of something other than a credential."""

ALLOWED_WORDS: dict[str, str] = {}
"""`domain.key` -> why a first screen may say so."""


def every(domain: str) -> list[tuple[str, catalogues.Catalogue]]:
    return [(language, catalogues.load(domain, language)) for language in catalogues.LANGUAGES]


def test_the_languages_are_those_of_the_package() -> None:
    assert catalogues.LANGUAGES == messages.LANGUAGES


def test_every_folder_of_words_has_an_english_catalogue() -> None:
    folders = {p.name for p in catalogues.MESSAGES.iterdir() if p.is_dir() and p.name != "__pycache__"}
    assert folders == set(DOMAINS)


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_language_says_the_same(domain: str) -> None:
    (_, english), *others = every(domain)
    complaints = [c for lang, other in others for c in catalogues.same_keys(english, other, f"{lang}:{domain}")]
    assert complaints == []


@pytest.mark.parametrize("domain", DOMAINS)
def test_nothing_is_left_in_english(domain: str) -> None:
    (_, english), *others = every(domain)
    complaints = [c for lang, other in others for c in catalogues.translated(english, other, f"{lang}:{domain}")]
    assert complaints == []


@pytest.mark.parametrize("domain", DOMAINS)
def test_sentences_are_short(domain: str) -> None:
    means = {language: catalogues.mean_length(catalogue) for language, catalogue in every(domain)}
    assert {language: mean for language, mean in means.items() if mean >= catalogues.MEAN_WORDS} == {}


@pytest.mark.parametrize("domain", sorted(set(DOMAINS) - catalogues.TECHNICAL))
def test_a_first_screen_holds_no_jargon(domain: str) -> None:
    found = [c for lang, cat in every(domain) for c in catalogues.jargon(cat, lang, f"{lang}:{domain}")]
    assert [c for c in found if c.split(": ")[0].split(":")[1] not in ALLOWED_WORDS] == []


def test_no_page_claims_too_much() -> None:
    found = {
        f"{domain}.{key}": f"{language}: {claim}"
        for domain in DOMAINS
        for language, catalogue in every(domain)
        for key, claim in catalogues.claims(catalogue, language)
    }
    assert {key: claim for key, claim in found.items() if key not in ALLOWED_CLAIMS} == {}
    assert set(ALLOWED_CLAIMS) <= set(found), "an allowed claim that nobody makes any more"


ENGLISH = {"a": "{count} rows are ready.", "b": "Nobody sealed this file yet."}


@pytest.mark.parametrize(
    "other",
    [
        {"a": "{count} rânduri sunt gata."},
        {"a": "{count} rânduri.", "b": "Nimeni.", "c": "Nou."},
        {"a": "Rânduri.", "b": "Nimeni."},
        {"a": "{counts} rânduri.", "b": "Nimeni."},
    ],
)
def test_a_difference_of_keys_or_places_is_seen(other: dict[str, str]) -> None:
    assert list(catalogues.same_keys(ENGLISH, other, "ro:x"))


def test_a_full_translation_passes() -> None:
    other = {"a": "Gata: {count}.", "b": "Nimeni nu a sigilat acest fișier."}
    assert not [*catalogues.same_keys(ENGLISH, other, "ro:x"), *catalogues.translated(ENGLISH, other, "ro:x")]


def test_a_sentence_left_in_english_is_seen() -> None:
    assert list(catalogues.translated(ENGLISH, ENGLISH, "ro:x"))
    assert not list(catalogues.translated({"a": "E-mail: {e}"}, {"a": "E-mail: {e}"}, "ro:x"))


def test_a_key_that_stands_twice_is_seen(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "en.json").write_text('{"a": "one", "a": "two"}')
    with pytest.raises(ValueError, match="twice"):
        catalogues.load("x", "en", tmp_path)


def test_long_sentences_are_seen() -> None:
    assert catalogues.mean_length({"a": "word " * 20 + "end."}) == 21
    assert catalogues.mean_length({"a": "One two three. Four five {six}.", "b": "Label"}) == 3


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The hash of the file differs."),
        ("en", "Not a DID."),
        ("en", "No JSON-LD context"),
        ("en", "See this URL."),
        ("en", "The X.509 chain is broken"),
        ("en", "The signature is broken."),
        ("en", "Give it to the student."),
        ("ro", "Semnătura nu este valabilă."),
        ("bg", "Подписът е невалиден."),
        ("cs", "Neplatný podpis."),
        ("lt", "Parašas negalioja."),
    ],
)
def test_jargon_is_seen(language: str, text: str) -> None:
    assert list(catalogues.jargon({"a": text}, language, "x"))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Who did this? The seal is designed well."),
        ("en", "Write to {url}."),
        ("en", "Assigned to learners."),
        ("lt", "Failas parašytas dvejopai."),
    ],
)
def test_plain_words_pass(language: str, text: str) -> None:
    assert not list(catalogues.jargon({"a": text}, language, "x"))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "An official credential"),
        ("en", "This is legally valid."),
        ("en", "EU-approved"),
        ("en", "Recognised in Europe"),
        ("ro", "Un certificat recunoscut"),
        ("bg", "Официално"),
        ("cs", "Oficiální dokument"),
        ("lt", "Oficialus dokumentas"),
    ],
)
def test_claims_are_seen(language: str, text: str) -> None:
    assert list(catalogues.claims({"a": text}, language))

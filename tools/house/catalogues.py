"""Rules for the words shown to people (`src/mikra/messages/<domain>/<language>.json`).

Every language says the same things with the same places; sentences are short; a first screen holds no jargon and
the house's own words; no page claims of a credential what only a law or a decision can give it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Formatter

from tools.house import tree

MESSAGES = tree.ROOT / "src" / "mikra" / "messages"
LANGUAGES = ("en", "ro", "bg", "cs", "lt")
MEAN_WORDS = 20
UNTRANSLATED_WORDS = 4

Catalogue = Mapping[str, str]

TECHNICAL = frozenset({"profile", "sealing"})
"""Domains of technical detail, which a person unfolds. All others may stand on a first screen."""

_ANY_CASE = (
    "hash(?:es|ed)?",
    "хеш\\w*",
    "haš\\w*",
    "maiša",
    "base64\\w*",
    "payload",
    "namespace",
    "canonical\\w*",
    "boolean",
    "string",
    "integer",
    "regex",
    "parser?",
    "checksum",
    "timeout",
    "backend",
    "cryptograph\\w*",
    "algorithm\\w*",
)
_AS_WRITTEN = (
    "JSON(?:-LD)?",
    "DIDs?",
    "JWS",
    "JWTs?",
    "JOSE",
    "JAdES",
    "URIs?",
    "URLs?",
    "IRIs?",
    "UUIDs?",
    "SHACL",
    "RDF",
    "X\\.?509",
    "ASN\\.1",
    "OCSP",
    "CRLs?",
    "PKCS",
    "SHA-?\\d+",
    "UTF-?8",
    "HTTPS?",
    "XML",
    "API",
    "TSA",
    "RFC ?\\d+",
    "null",
)
JARGON = re.compile(rf"\b(?:{'|'.join(_AS_WRITTEN)}|(?i:{'|'.join(_ANY_CASE)}))\b")

SAVE_AS = "CSV UTF-8"
"""The name of a format in the menu of spreadsheet programs, in every language: people have to find it there."""

SIGNATURE = {
    "en": re.compile(r"\b(?:signatures?|sign(?:s|ed|ing)?|signer)\b", re.IGNORECASE),
    "ro": re.compile(r"\bsemn(?:ătur|at|ează|ând)\w*", re.IGNORECASE),
    "bg": re.compile(r"\bподпис\w*", re.IGNORECASE),
    "cs": re.compile(r"\b\w*podp[ií]s\w*", re.IGNORECASE),
    "lt": re.compile(r"\b(?:paraš(?:as|o|ui|ą|u|e|ai|ų|ams|us|ais)|pasiraš\w*)\b", re.IGNORECASE),
}
"""A signature is a person's; an organisation seals."""

NEVER_WORDS = re.compile(r"\b(?:users?|students?|recipients?|consumers?|vendors?|blacklist\w*|badge class)\b", re.I)
"""The right column of the table of words, as far as English alone can tell."""

CLAIMS = {
    "en": re.compile(r"legally valid|\bofficial(?:ly)?\b|\bEU[- ]approved|approved by the EU|\brecogni[sz]ed\b", re.I),
    "ro": re.compile(
        r"valabil\w* din punct de vedere (?:legal|juridic)|\boficial\w*|aprobat\w* de UE|\brecunoscut", re.I
    ),
    "bg": re.compile(r"(?:юридически|правно|законно) валид|\bофициал\w*|одобрен\w* от ЕС|\bпризнат\w*", re.I),
    "cs": re.compile(r"právně platn\w*|\boficiáln\w*|schválen\w* EU|\b(?:uznan|uznáv)\w*", re.I),
    "lt": re.compile(r"teisiškai galioj\w*|\boficial\w*|ES patvirtint\w*|\bpripažint\w*", re.I),
}


def domains(folder: Path = MESSAGES) -> list[str]:
    """The domains for which there are words."""
    return sorted(p.parent.name for p in folder.glob("*/en.json"))


def load(domain: str, language: str, folder: Path = MESSAGES) -> Catalogue:
    """One catalogue; {} where there is no file. A key that stands twice is an error (ValueError)."""
    path = folder / domain / f"{language}.json"

    def once(pairs: list[tuple[str, str]]) -> dict[str, str]:
        keys = [k for k, _ in pairs]
        if twice := {k for k in keys if keys.count(k) > 1}:
            raise ValueError(f"{domain}/{language}: twice: {sorted(twice)}")
        return dict(pairs)

    return json.loads(path.read_text("utf-8"), object_pairs_hook=once) if path.is_file() else {}


def places(template: str) -> set[str]:
    """The names of the places in a template. ValueError where it is not a template."""
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def same_keys(english: Catalogue, other: Catalogue, where: str) -> Iterator[str]:
    """The other language has the keys of English, no fewer and no more, and the same places in each."""
    for key in sorted(english.keys() - other.keys()):
        yield f"{where}.{key}: not translated"
    for key in sorted(other.keys() - english.keys()):
        yield f"{where}.{key}: English lacks it"
    for key in sorted(english.keys() & other.keys()):
        if places(english[key]) != places(other[key]):
            yield f"{where}.{key}: places {sorted(places(other[key]))}, in English {sorted(places(english[key]))}"


def translated(english: Catalogue, other: Catalogue, where: str) -> Iterator[str]:
    """No sentence of the other language is still the English one."""
    for key in sorted(english.keys() & other.keys()):
        if other[key] == english[key] and len(words_of(english[key])) >= UNTRANSLATED_WORDS:
            yield f"{where}.{key}: still English: {other[key]!r}"


def words_of(text: str) -> list[str]:
    """The words of a text; a place counts as one."""
    return re.findall(r"[^\W_]+(?:['’.:/-][^\W_]+)*", re.sub(r"\{[^}]*\}", " place ", text))


def sentences_of(text: str) -> list[str]:
    """The sentences of a text: what ends in . ! ? … : or a line."""
    return [s for s in re.split(r"(?<=[.!?…:])\s+|\n+", text) if words_of(s)]


def mean_length(catalogue: Catalogue) -> float:
    """Words in a sentence, on average over a catalogue. Labels and single words count as nothing."""
    lengths = [len(words_of(s)) for text in catalogue.values() for s in sentences_of(text)]
    sentences = [n for n in lengths if n > 2]
    return sum(sentences) / len(sentences) if sentences else 0.0


def jargon(catalogue: Catalogue, language: str, where: str) -> Iterator[str]:
    """What a first screen must not say."""
    for key, text in catalogue.items():
        plain = re.sub(r"\{[^}]*\}", "", text).replace(SAVE_AS, "CSV")
        for pattern in (JARGON, SIGNATURE[language], *((NEVER_WORDS,) if language == "en" else ())):
            for hit in pattern.finditer(plain):
                yield f"{where}.{key}: {hit[0]!r} in {text!r}"


def claims(catalogue: Catalogue, language: str) -> Iterator[tuple[str, str]]:
    """(key, what it claims) wherever a text claims what no software can give."""
    for key, text in catalogue.items():
        for hit in CLAIMS[language].finditer(text):
            yield key, hit[0]

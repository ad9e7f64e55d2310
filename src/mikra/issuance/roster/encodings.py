"""In which encoding a text file is written: proven, or else asked for. Never guessed.

A mark at the start or valid UTF-8 settle it. Of the encodings of one byte, each that cannot be right is put aside:
its reading has undefined bytes, control characters, signs within words, capitals after small letters, or words that
no language of that encoding could spell (`encodings.json`). Readings that are left and differ are put to the person.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

import orjson

from mikra.errors import InputError
from mikra.issuance.roster.refusal import refusal

_MARKS = (
    (codecs.BOM_UTF32_LE, ""),
    (codecs.BOM_UTF32_BE, ""),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""What a file may begin with (Unicode, 23.8). UTF-32 is not taken."""

_FURTHER = frozenset(
    {"utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "iso-8859-4", "iso-8859-9", "iso-8859-10"}
)
_OLDER = frozenset(
    {"iso-8859-14", "cp437", "cp737", "cp775", "cp855", "cp857", "cp866", "koi8-r", "koi8-u", "mac-greek"}
)
"""Encodings that are taken when they are named, besides those that are detected."""

_ASKED = frozenset({"cp850", "cp852"})
"""Code pages of DOS are proposed and never settled: those that are not in the table read much like them."""

_WORD = re.compile(rb"[A-Za-z'\x80-\xff]{1,80}")
_LETTERS = re.compile(r"[^\W\d_]+")
_MOST_WORDS = 5_000
_WITHIN_WORDS = frozenset("‘’·–\u00a0\u00ad")
_PROOF_OF_UTF8 = 20
"""Different words beyond which valid UTF-8 is no accident."""
_BESIDE_LATIN = ("LATIN", "COMBINING", "MODIFIER", "REPLACEMENT", "ZERO", "LEFT", "RIGHT", "FEMININE", "MASCULINE")
_PROOF_WORDS, _PROOF_LANGUAGES, _PROOF_IMPOSSIBLE = 3, 2, 2
"""A reading in one language is right when, of so many words at least, each other takes two languages more."""


@dataclass(slots=True)
class Probe:
    """What is learnt from the bytes of a file, fed in whole lines; its size does not matter."""

    start: bytes = b""
    size: int = 0
    utf8: bool = True
    zeros: list[int] = field(default_factory=lambda: [0, 0])
    words: set[bytes] = field(default_factory=set)
    _decoder: codecs.IncrementalDecoder = field(default_factory=lambda: codecs.getincrementaldecoder("utf-8")())

    def feed(self, piece: bytes, *, last: bool = False) -> None:
        """Take the next bytes."""
        if not self.size:
            self.start = piece[:4]
        self._count_zeros(piece)
        self.size += len(piece)
        if self.utf8:
            try:
                self._decoder.decode(piece, last)
            except UnicodeDecodeError:
                self.utf8 = False
        if len(self.words) < (_MOST_WORDS if not self.utf8 else _PROOF_OF_UTF8):
            self._collect(piece)

    def _count_zeros(self, piece: bytes) -> None:
        odd = self.size % 2
        if b"\0" in piece:
            self.zeros[odd] += piece[::2].count(0)
            self.zeros[1 - odd] += piece[1::2].count(0)

    def _collect(self, piece: bytes) -> None:
        for line in piece.split(b"\n"):
            if not line.isascii():
                self.words.update(word for word in _WORD.findall(line) if not word.isascii())


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One encoding: how its words read, which of them nobody would write, how many languages the others take."""

    encoding: str
    readings: tuple[str, ...]
    bad: int
    languages: int

    @property
    def excluded(self) -> bool:
        """Three impossible words, or every fifth of few, are proof enough."""
        return self.bad >= 3 or self.bad * 5 >= max(len(self.readings), 1)


def find_encoding(probe: Probe, given: str, language: str) -> str:
    """The encoding (a Python codec). Raises InputError encoding_unclear, with the readings to choose from."""
    marked = next((name for mark, name in _MARKS if probe.start.startswith(mark)), None)
    if given:
        return _named(given, marked, language)
    if marked is not None:
        if not marked:
            raise refusal("encoding_unclear", "encoding_not_taken", language, found="UTF-32")
        return marked
    if wide := _two_bytes(probe):
        return wide
    if probe.utf8 and not _by_accident(probe.words):
        return "utf-8"
    return _one_byte(sorted(probe.words), language)


def _by_accident(words: set[bytes]) -> bool:
    """Whether letters of other encodings happen to be valid UTF-8: then they read as Latin mixed with other scripts."""
    if not 0 < len(words) < _PROOF_OF_UTF8:
        return False
    return all(_is_mixed(word.decode("utf-8", errors="replace")) for word in words)


def _is_mixed(word: str) -> bool:
    plain = any(c.isascii() and c.isalpha() for c in word)
    return plain and any(not c.isascii() and not unicodedata.name(c, "LATIN").startswith(_BESIDE_LATIN) for c in word)


def _two_bytes(probe: Probe) -> str:
    """UTF-16 without a mark: every second byte of Latin text is zero, and no other."""
    half = probe.size // 2
    first, second = probe.zeros
    if probe.size % 2 == 0 and half and second * 10 > half * 6 and first * 50 < half:
        return "utf-16-le"
    if probe.size % 2 == 0 and half and first * 10 > half * 6 and second * 50 < half:
        return "utf-16-be"
    return ""


def _named(given: str, marked: str | None, language: str) -> str:
    name = given.strip().lower().replace("_", "-").replace("cp125", "windows-125").replace("latin-1", "iso-8859-1")
    name = {"utf8": "utf-8", "utf16": "utf-16", "latin1": "iso-8859-1"}.get(name, name)
    if name not in _FURTHER | _OLDER and name not in _table()["encodings"]:
        known = ", ".join(("utf-8", "utf-16", *_table()["encodings"]))
        raise refusal("encoding_unclear", "encoding_unknown", language, found=given, expected=known)
    if marked is not None and marked.split("-")[1] not in name.split("-"):
        raise refusal("encoding_unclear", "encoding_contradicts", language, found=marked, expected=given)
    return marked or name


def _one_byte(words: list[bytes], language: str) -> str:
    possible = [one for one in (_candidate(encoding, words) for encoding in _table()["encodings"]) if one]
    likely = _simplest([one for one in possible if not one.excluded])
    by_reading: dict[tuple[str, ...], Candidate] = {}
    for one in likely or sorted(possible, key=lambda one: one.bad)[:4]:
        by_reading.setdefault(one.readings, one)
    if likely and len(by_reading) == 1 and likely[0].encoding not in _ASKED:
        return likely[0].encoding
    raise _unclear(list(by_reading.values()), language)


def _simplest(likely: list[Candidate]) -> list[Candidate]:
    """The likely ones, best first. Beside one without any impossible word, those with two of them are put aside;
    beside one language for all words, those that take two languages more.
    """
    ranked = sorted(likely, key=lambda one: (one.bad, one.languages))
    if ranked and not ranked[0].bad:
        ranked = [one for one in ranked if one.bad < _PROOF_IMPOSSIBLE]
    if not ranked or ranked[0].languages > 1 or len(ranked[0].readings) < _PROOF_WORDS:
        return ranked
    return [one for one in ranked if one.languages < ranked[0].languages + _PROOF_LANGUAGES]


def _candidate(encoding: str, words: list[bytes]) -> Candidate | None:
    """None where some byte has no meaning in this encoding, or is a control character."""
    try:
        readings = tuple(word.decode(encoding) for word in words)
    except UnicodeDecodeError:
        return None
    if any("\x80" <= c <= "\x9f" for reading in readings for c in reading):
        return None
    bad, spoken = 0, []
    for reading in readings:
        languages = _languages_of(reading, encoding)
        bad += not languages
        spoken.append(languages)
        if bad >= 3:
            break
    return Candidate(encoding=encoding, readings=readings, bad=bad, languages=_fewest([s for s in spoken if s]))


def _fewest(spoken: list[frozenset[str]]) -> int:
    """How many languages it takes to write all words, taking the most useful one first."""
    taken = 0
    while spoken:
        counts = Counter(language for languages in spoken for language in languages)
        best = max(counts, key=counts.__getitem__)
        spoken = [languages for languages in spoken if best not in languages]
        taken += 1
    return taken


def _languages_of(reading: str, encoding: str) -> frozenset[str]:
    """The languages in which this may be written; none where nobody would write it so."""
    letters = [sign if sign.isalpha() or sign.isascii() or sign in _WITHIN_WORDS else "\0" for sign in reading]
    if "\0" in letters and any(sign.isalpha() for sign in letters):
        return frozenset()
    alphabets = _alphabets(encoding)
    found = frozenset(alphabets)
    for word in _LETTERS.findall(reading):
        foreign = {c for c in word if not c.isascii()}
        if not _natural(word, foreign):
            return frozenset()
        found = frozenset(language for language in found if foreign <= alphabets[language])
    return found


def _natural(word: str, foreign: set[str]) -> bool:
    """One script, and capitals where people put them: at the start, or throughout."""
    plain = [c for c in word if c.isascii()]
    if plain and any(not unicodedata.name(c, "").startswith("LATIN") for c in foreign):
        return False
    if any(not c.isascii() and c.isupper() for c in word[1:]) and any(c.islower() for c in word):
        return False
    shouting = len(plain) > 1 and all(c.isupper() for c in plain)
    return not (shouting and any(c.islower() and c != "ß" for c in foreign))


def _unclear(choices: list[Candidate], language: str) -> InputError:
    differing = [
        i
        for i, readings in enumerate(zip(*(c.readings for c in choices), strict=True))
        if len(set(readings)) > 1 or len(choices) == 1
    ]
    samples = [f"{c.encoding}: {', '.join(c.readings[i] for i in differing[:3])}" for c in choices[:5]]
    names = [c.encoding for c in choices[:5]]
    if not names:
        return refusal("encoding_unclear", "encoding_none", language)
    found, expected = "; ".join(samples), ", ".join(names)
    return refusal("encoding_unclear", "encoding_unclear", language, found=found, expected=expected, example=names[0])


@cache
def _table() -> Mapping[str, Mapping[str, list[str] | str]]:
    table: Mapping[str, Mapping[str, list[str] | str]] = orjson.loads(
        files(__package__).joinpath("encodings.json").read_bytes()
    )
    return table


@cache
def _alphabets(encoding: str) -> Mapping[str, frozenset[str]]:
    """Language -> the letters beyond ASCII with which it is written, small and capital."""
    letters = {language: str(_table()["letters"][language]) for language in _table()["encodings"][encoding]}
    return {language: frozenset(small + small.upper()) for language, small in letters.items()}

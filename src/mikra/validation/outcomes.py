"""An outcome that is not an outcome: "know about X", a heading of the syllabus, what the teacher does.

A learning outcome says what the learner is able to do, so that an assessment can show it (Recommendation, 5(a); Annex
II, principles 2 and 4). The lists in `words/` hold, per language, how weak ones begin or end. Only what the lists name
is said to be weak, so an unknown verb is never a fault; and "knows the rules and applies them" is none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files

import orjson

from mikra.vocabulary import fold

LANGUAGES = ("en", "ro", "bg", "cs", "lt", "de", "fr", "es", "it", "pl", "el")
"""Languages with word lists; for any other nothing is said."""

_TOKEN = re.compile(r"[^\W_]+|[,;:]")
_NUMBERING = re.compile(r"^(?:(?:lo ?)?(?:\d+(?:\.\d+)*|[a-z]) ?[.):] |(?:lo ?)?\d+(?:\.\d+)* |\W)+")


class Weakness(StrEnum):
    """Why an outcome is none: nothing to be seen, a heading, what somebody else does."""

    VAGUE = "vague"
    CONTENT = "content"
    TEACHING = "teaching"


class Phrases:
    """Some phrases, found by their first word. `*` ends a word that may go on; `#` is a number."""

    __slots__ = ("_by_first", "_open")

    def __init__(self, phrases: Iterable[tuple[str, ...]]) -> None:
        self._by_first: dict[str, list[tuple[str, ...]]] = {}
        self._open: list[tuple[str, ...]] = []
        for phrase in phrases:
            if phrase[0].endswith(("*", "#")):
                self._open.append(phrase)
            else:
                self._by_first.setdefault(phrase[0], []).append(phrase)

    def at_head(self, tokens: Sequence[str]) -> int:
        """How many tokens the longest phrase takes at the head; 0 if none stands there."""
        if not tokens:
            return 0
        return max((_length(tokens, phrase) for phrase in (*self._by_first.get(tokens[0], ()), *self._open)), default=0)

    def at_end(self, tokens: Sequence[str]) -> bool:
        """Whether one of them is the end."""
        return any(self.at_head(tokens[index:]) == len(tokens) - index for index in range(len(tokens)))


def _length(tokens: Sequence[str], phrase: tuple[str, ...]) -> int:
    return len(phrase) if len(tokens) >= len(phrase) and all(map(_is, tokens, phrase)) else 0


def _is(token: str, word: str) -> bool:
    if word.endswith("*"):
        return token.startswith(word[:-1])
    return token == word or (word == "#" and token.isdigit())


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """The word lists of one language (`words/<language>.json`)."""

    fold: bool
    verb_last: bool
    both: frozenset[str]
    lead: Phrases
    vague: Phrases
    vague_end: Phrases
    content: Phrases
    content_end: Phrases
    teaching: Phrases
    active: Phrases
    low: Phrases
    high: Phrases

    def tokens(self, text: str) -> list[str]:
        """Words in small letters, with , ; : between them, without numbering at the head."""
        plain = fold(text) if self.fold else unicodedata.normalize("NFC", text.casefold())
        return _TOKEN.findall(_NUMBERING.sub("", plain[:500], count=1))


@cache
def lists(language: str) -> Lists | None:
    """The lists of a language (BCP 47 tag; the region does not matter), None where there are none."""
    short = language.split("-")[0].lower()
    if short not in LANGUAGES:
        return None
    data = orjson.loads(files("mikra.validation").joinpath("words", f"{short}.json").read_bytes())
    folded = bool(data["fold"])
    phrases = {name: [_phrase(text, folded) for text in data[name]] for name in (*_NAMES, "and")}
    both = frozenset(word for phrase in phrases.pop("and") for word in phrase) | {";"}
    named = {name: Phrases(found) for name, found in phrases.items()}
    return Lists(fold=folded, verb_last=data["verb_last"], both=both, **named)


_NAMES = ("lead", "vague", "vague_end", "content", "content_end", "teaching", "active", "low", "high")


def _phrase(text: str, folded: bool) -> tuple[str, ...]:
    return tuple((fold(text) if folded else text.casefold()).split())


@lru_cache(maxsize=4096)
def weakness(text: str, language: str) -> Weakness | None:
    """Why a text is no learning outcome; None where it may well be one, or the language has no lists."""
    known = lists(language)
    tokens = known.tokens(text) if known else []
    if known is None or not tokens:
        return None
    for rest in _beginnings(tokens, known):
        if known.teaching.at_head(rest):
            return Weakness.TEACHING
        if known.content.at_head(rest):
            return Weakness.CONTENT
        if known.vague.at_head(rest):
            return None if _acts_too(rest, known) else Weakness.VAGUE
    if len([token for token in tokens if token.isalnum()]) == 1 or known.content_end.at_end(tokens):
        return Weakness.CONTENT
    return Weakness.VAGUE if known.vague_end.at_end(tokens) else None


def _beginnings(tokens: Sequence[str], known: Lists) -> Iterator[Sequence[str]]:
    """The text, then what is left without "the learner", "will be able to" and the like, one by one."""
    rest = tokens
    while rest:
        yield rest
        taken = known.lead.at_head(rest) or int(rest[0] in ",:;")
        if not taken:
            return
        rest = rest[taken:]


def _acts_too(tokens: Sequence[str], known: Lists) -> bool:
    """Whether after an "and" (in German anywhere: the verb comes last) something is done."""
    joined = known.verb_last
    for index, token in enumerate(tokens):
        joined = joined or token in known.both
        if joined and known.active.at_head(tokens[index:]):
            return True
    return False


@lru_cache(maxsize=4096)
def level_verbs(text: str, language: str) -> str:
    """ "low" or "high" where an outcome begins with a verb typical of the lowest or highest levels, else ""."""
    known = lists(language)
    for rest in _beginnings(known.tokens(text), known) if known else ():
        if known is not None and known.high.at_head(rest):
            return "high"
        if known is not None and known.low.at_head(rest):
            return "low"
    return ""

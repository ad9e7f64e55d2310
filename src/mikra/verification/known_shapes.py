"""Credentials of one design differ in little. What was judged of their common shape is not judged again.

The shape of a credential is its text with these leaves renamed, the same leaf everywhere by the same name:

    ids that are UUIDs, the learner's names in one language, birth dates, addresses of e-mail, status indexes

Checks of content (profile, meter, principles) ask of such leaves whether they are there, never what they say. Nobody
has to believe that: a shape is known only after one credential of it was judged both ways and both reports were equal,
to the last finding. A renamed leaf is a plain text without escapes, so a text of a known shape is strict JSON like the
one that was read in full.

The first credential of a shape is only noted, so that a file that comes once costs no more than before.
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import orjson

from mikra.messages.spoken import Said
from mikra.report import Report, Stated
from mikra.verification.case import Case
from mikra.verification.policy import Policy
from mikra.verification.question import Question
from mikra.verification.shape_text import MARK, MARK_END, Kind, Pattern, is_plain

LARGEST = 256 * 1024
"""Bytes of a payload that is looked at: beyond it the page images alone cost more than judging."""

KEPT, KEPT_BYTES = 64, 2 * 1024 * 1024
"""Shapes that are remembered, and bytes of their texts. One holds a decoded credential, without what was renamed."""

_MOST_TRIED = 16
"""Patterns that are tried before a payload is renamed: few, so that what fits none costs hardly more."""


_MADE_ID = "5a7e9c3b-0000-4000-8000-{:012x}"
_MADE_NAME = "Zq7f {}"
_MADE_DATE = "1970-01-{:02d}"
_MADE_MAIL = "zq7f{}@mail.example"
_MADE_INDEX = "70405{:04d}"
_OURS = (b"5a7e9c3b-0000-4000-8000-", b"Zq7f", b"zq7f")
"""What no payload may hold beforehand: made-up names are turned back wherever they stand in a summary."""

_UNTOLD = (_MADE_ID, _MADE_DATE, _MADE_INDEX)
"""Leaves that are not turned back: where a summary tells one of them, the shape is not kept."""


def _rule(prefix: bytes, value: str, after: bytes, made: str) -> tuple[bytes, re.Pattern[bytes], str]:
    pattern = re.escape(prefix) + b"(" + value.encode() + b")(?=" + re.escape(after) + b")"
    return prefix, re.compile(pattern), made


_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[1-4678][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
"""Not version 5 (RFC 9562, 5.5): those are names, the same in every credential, and may mean something."""
_PLAIN = '[a-z]{2}":"[^"\\\\\\x00-\\x1f]{1,200}'
_BORN = "(?:19[0-9]{2}|200[0-9]|201[0-9])-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
_MAIL = "[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,190}"
_INDEX = "[0-9]{1,9}"

_RULES = (
    _rule(b"urn:uuid:", _UUID, b"", _MADE_ID),
    _rule(b"urn:credential:", _UUID, b"", _MADE_ID),
    _rule(b'"givenName":{"', _PLAIN, b'"}', _MADE_NAME),
    _rule(b'"familyName":{"', _PLAIN, b'"}', _MADE_NAME),
    _rule(b'"fullName":{"', _PLAIN, b'"}', _MADE_NAME),
    _rule(b'"dateOfBirth":"', _BORN, b"T", _MADE_DATE),
    _rule(b'"mailto:', _MAIL, b'"', _MADE_MAIL),
    _rule(b'"statusListIndex":"', _INDEX, b'"', _MADE_INDEX),
    _rule(b"#", _INDEX, b'"', _MADE_INDEX),
)
_LANGUAGE = 5
"""Bytes of `en":"` before the text of a name."""

_MOST_DATES = 28

_LETTERS = {_MADE_ID: "i", _MADE_NAME: "n", _MADE_DATE: "d", _MADE_MAIL: "m", _MADE_INDEX: "x"}
_KINDS = {
    "i": Kind(match=re.compile(_UUID.encode()).match, name=""),
    "n": Kind(match=re.compile(rb'[^"\\\x00-\x1f#:]{1,200}(?=")').match, name=_MADE_NAME, plain=True),
    "d": Kind(match=re.compile(_BORN.encode() + b"(?=T)").match, name=""),
    "m": Kind(match=re.compile(_MAIL.encode() + b'(?=")').match, name=_MADE_MAIL),
    "x": Kind(match=re.compile(_INDEX.encode() + b'(?=")').match, name=""),
}
"""The same leaves in a pattern (`shape_text`). A name there has no `#` and no `:`, so that no other rule is at work."""


@dataclass(frozen=True, slots=True)
class Renamed:
    """The shape of one payload, and what its leaves were called: made-up name -> real one."""

    text: bytes
    names: Mapping[str, str]


def rename(payload: bytes) -> Renamed:
    """The payload with its leaves renamed."""
    work = _Renaming({}, {})
    text = work.all(payload)
    return Renamed(text, {new: old.decode() for old, (new, made) in work.given.items() if made not in _UNTOLD})


@dataclass(slots=True)
class _Renaming:
    """`given`: leaf -> its made-up name, and of which kind. `marked`: whether names are marks for a pattern."""

    given: dict[bytes, tuple[str, str]]
    counts: dict[str, int]
    marked: bool = False
    mixed: bool = False

    def all(self, text: bytes) -> bytes:
        for prefix, pattern, made in _RULES:
            if prefix in text:
                text = self.by(text, prefix, pattern, made)
        return text

    def by(self, text: bytes, prefix: bytes, pattern: re.Pattern[bytes], made: str) -> bytes:
        parts: list[bytes] = []
        done, at = 0, text.find(prefix)
        while at >= 0:
            match = pattern.match(text, at)
            if match is None:
                at = text.find(prefix, at + 1)
                continue
            start, end = match.span(1)
            if made is _MADE_NAME:
                start += _LANGUAGE
            parts += (text[done:start], self.name(text[start:end], made))
            done, at = end, text.find(prefix, end)
        return b"".join((*parts, text[done:])) if parts else text

    def name(self, real: bytes, made: str) -> bytes:
        """The same made-up name for the same leaf; itself where it is no plain text, or the made-up ones run out."""
        known = self.given.get(real)
        if known is not None:
            self.mixed = self.mixed or known[1] is not made
            return known[0].encode()
        number = self.counts.get(made, 0) + 1
        plain = made is not _MADE_NAME or is_plain(real.decode("utf-8", "replace"))
        if not plain or (made is _MADE_DATE and number > _MOST_DATES):
            return real
        self.counts[made] = number
        new = f"{MARK}{_LETTERS[made]}{number}{MARK_END}" if self.marked else made.format(number)
        self.given[real] = (new, made)
        return new.encode()


def _pattern(payload: bytes, renamed: Renamed, digest: bytes) -> Pattern | None:
    """The shape as a text with holes; None where one leaf stands in places of two kinds, or a name is an odd one."""
    work = _Renaming({}, {}, marked=True)
    pattern = Pattern(work.all(payload), _KINDS, digest, _OURS)
    return None if work.mixed or pattern.fits(payload) != renamed.names else pattern


@dataclass(slots=True)
class _Known:
    """What is known of a shape: a twin that was judged once, None while it is only noted, or that it does not hold.

    `varying`: the rows of its summary in which something was renamed. `size`: bytes of its text.
    """

    policy: Policy
    size: int
    twin: Case | None = None
    varying: frozenset[str] = frozenset()
    holds: bool = True


@dataclass(frozen=True, slots=True)
class Shape:
    """The shape of one payload under one question. `twin`: a credential of that shape that was judged already."""

    key: tuple[bytes, date]
    payload: bytes
    renamed: Renamed
    twin: Case | None
    varying: frozenset[str]


_seen: OrderedDict[tuple[bytes, date], _Known] = OrderedDict()
_patterns: OrderedDict[bytes, Pattern] = OrderedDict()
"""Digest of a shape's text -> the pattern by which it is found; the one that fitted last comes last."""


def look(payload: bytes, question: Question) -> Shape | None:
    """The shape of a payload; None where it is not worth looking at."""
    limits = question.policy.limits
    if len(payload) > min(LARGEST, limits.text, limits.json.max_bytes):
        return None
    shape = _fitting(payload, question)
    if shape is not None:
        return shape
    if any(ours in payload for ours in _OURS):
        return None
    renamed = rename(payload)
    key = (hashlib.sha256(renamed.text).digest(), question.at.date())
    known = _seen.get(key)
    if known is None or known.policy != question.policy:
        return Shape(key, payload, renamed, None, frozenset())
    return Shape(key, payload, renamed, known.twin, known.varying)


def _fitting(payload: bytes, question: Question) -> Shape | None:
    """By its text alone: the shape that fitted last is tried first."""
    for digest in list(reversed(_patterns))[:_MOST_TRIED]:
        pattern = _patterns.get(digest)
        names = pattern.fits(payload) if pattern is not None else None
        if names is None:
            continue
        key = (digest, question.at.date())
        known = _seen.get(key)
        if (
            known is None
            or known.twin is None
            or (known.policy is not question.policy and known.policy != question.policy)
        ):
            return None
        with suppress(KeyError):  # another thread has just forgotten it
            _patterns.move_to_end(digest)
        return Shape(key, payload, Renamed(b"", names), known.twin, known.varying)
    return None


def learn(shape: Shape, case: Case, report: Report, judge: Callable[[Case], Report]) -> None:
    """Notes a shape that was judged in full; the second time it is judged the short way too, and kept where equal."""
    known = _seen.pop(shape.key, None)
    if known is None or known.policy != case.question.policy:
        known = _Known(case.question.policy, len(shape.payload))
    elif known.holds and known.twin is None:
        twin = Case(question=Question(at=case.question.at, policy=case.question.policy), document=_document(shape))
        rows, names = twin.rows or {}, shape.renamed.names
        varying = frozenset(name for name, row in rows.items() if _row(row, names) != row)
        known.holds = judge(replace(case, twin=twin, names=names, varying=varying)) == report
        known.twin, known.varying = (twin, varying) if known.holds else (None, frozenset())
        _find_by_text(shape, known)
    _seen[shape.key] = known
    while len(_seen) > KEPT or sum(one.size for one in _seen.values()) > KEPT_BYTES:
        forgotten, _ = _seen.popitem(last=False)
        _patterns.pop(forgotten[0], None)


def _find_by_text(shape: Shape, known: _Known) -> None:
    digest = shape.key[0]
    pattern = _pattern(shape.payload, shape.renamed, digest) if known.twin is not None else None
    if pattern is not None:
        _patterns[digest] = pattern


def _document(shape: Shape) -> Mapping[str, Any]:
    document: Mapping[str, Any] = orjson.loads(shape.renamed.text)
    return document


def forget() -> None:
    """Nothing is known any more."""
    _seen.clear()
    _patterns.clear()


def told(case: Case, rows: Mapping[str, Stated]) -> Mapping[str, Stated]:
    """A summary of the twin (`rows`), in the words of the real one."""
    return {key: _row(row, case.names) if key in case.varying else row for key, row in rows.items()}


def _row(row: Stated, names: Mapping[str, str]) -> Stated:
    values = tuple(_value(value, names) for value in row.values)
    codes = tuple(names.get(code, code) for code in row.codes)
    return row if values == row.values and codes == row.codes else replace(row, values=values, codes=codes)


def _value(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, Said) and any(text in names for text in value.texts.values()):
        return replace(value, texts={language: names.get(text, text) for language, text in value.texts.items()})
    return names.get(value, value) if isinstance(value, str) else value

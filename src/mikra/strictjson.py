"""RFC 8259 and RFC 7493 (I-JSON): the one reader for JSON that came from outside.

Two readers must never understand one text differently, so what I-JSON leaves out is refused, not mended:

    no byte order mark, UTF-8 only, no lone surrogates, no escaped NUL     json_bom, json_bad_unicode
    no member twice in an object, escapes resolved                         json_duplicate_key
    no NaN, no Infinity, nothing beyond a double, no integer of 2^53       json_not_a_number, json_number_range
    nothing before, after or between that the grammar lacks                json_malformed
    bytes, depth and number of values within `Limits`                      too_large, json_too_deep, json_too_many_nodes

How it is fast: orjson reads, and cheap laws prove that it read what stands there (`_is_plain`). Where a law does not
hold, the exact reader below reads again, value by value, and says what is wrong and where.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any, NoReturn

import orjson

from mikra.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one document may cost. `max_nodes` counts every value: members, elements and the root."""

    max_bytes: int = 1024 * 1024
    max_depth: int = 40  # a container in a container is depth 2; the exact reader recurses, so keep it under 200
    max_nodes: int = 50_000


LIMITS = Limits()
"""docs/design.md, limits. The EU's own sample has 996 values; 50,000 leaves room for fifty times that."""

LIMITS_WITH_IMAGES = Limits(max_bytes=5 * 1024 * 1024)
"""docs/design.md, limits: a credential that carries its page images."""

MAX_INTEGER = 2**53 - 1
"""RFC 7493, 2.2: beyond it two readers see two numbers."""


def parse(data: bytes, limits: Limits = LIMITS) -> Any:
    """The value that `data` holds: dict, list, str, int, float, bool or None.

    Raises InputError with a code of `codes.CODES`; `where` is a JSON Pointer, or "byte N" where the text breaks off.
    """
    if len(data) > limits.max_bytes:
        raise InputError(
            "This file is larger than we accept.",
            found=f"{len(data)} bytes",
            expected=f"at most {limits.max_bytes} bytes",
            code="too_large",
        )
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        return _Exact(_decode(data), limits).document()
    if _is_plain(data, value, limits):
        return value
    return _Exact(_decode(data), limits).document()


_HIDDEN = re.compile(rb"\\u00(?:3[aA]|00)")
"""A colon or a NUL, written as an escape."""

_NUL = b"\\u0000"
_SMALL = 4096
"""Bytes: a longer text is likely to have more brackets than it may be deep."""

_FEW = 4
"""Members of a sealed file or of a proof at most; a credential has more."""


def _is_plain(data: bytes, value: Any, limits: Limits) -> bool:
    """True when orjson's answer is surely what stands in `data`; False when the exact reader must look.

    Written out again, the value is the text: then nothing is lost or read in another way, unless it holds a NUL.
    Where it is written otherwise (white space, escapes):

    1. No NUL is written as an escape, and no colon, because of law 3.
    2. No number is out of range.
    3. Written out again, the value has as many colons as the text: a member given twice loses at least one.

    In both cases depth and count keep the limits.
    """
    try:
        text = orjson.dumps(value, option=orjson.OPT_STRICT_INTEGER)
    except orjson.JSONEncodeError:
        return False  # an integer beyond 53 bits, or deeper than orjson writes
    if text == data:
        if value.__class__ is dict and len(value) <= _FEW:  # has few values, and long ones: walked sooner than searched
            return _within(value, limits) and _holds_no_nul(value)
        first = data.find(b"\\")
        return (first < 0 or data.find(_NUL, first) < 0) and keeps_limits(data, value, limits)
    if b"\\" in data and b"\\u00" in data and _HIDDEN.search(data):
        return False
    return _within(value, limits) and data.count(b":") == text.count(b":")


def keeps_limits(data: bytes, value: Any, limits: Limits) -> bool:
    """True when depth and count are surely within `limits`; `data` is the value as orjson writes it.

    A text of n values has at least 2n - 1 bytes, and it is no deeper than it has brackets. Written with indentation,
    what is in the n-th container stands after 2n spaces, and no text holds a bare line feed.
    """
    if len(data) >= 2 * limits.max_nodes:
        return _within(value, limits)
    if len(data) < _SMALL and data.count(b"{") + data.count(b"[") <= limits.max_depth:
        return True
    return b"\n" + b"  " * limits.max_depth not in orjson.dumps(value, option=orjson.OPT_INDENT_2)


def _holds_no_nul(root: Any) -> bool:
    """True when no text and no name within holds the character NUL."""
    level = [root]
    while level:
        below: list[Any] = []
        for value in level:
            if value.__class__ is dict:
                below += value
                below += value.values()
            else:
                below += value
        if any(b"\0" in value.encode() for value in below if value.__class__ is str):  # bytes are searched faster
            return False
        level = [value for value in below if value.__class__ is dict or value.__class__ is list]
    return True


def _within(root: Any, limits: Limits) -> bool:
    """True when every number is in range and depth and count are surely within `limits`: level by level, for speed."""
    level, nodes = [root], 1
    for _ in range(limits.max_depth):
        below: list[Any] = []
        for value in level:
            kind = value.__class__
            if kind is dict:
                below += value.values()
            elif kind is list:
                below += value
            elif (kind is int or kind is float) and not -MAX_INTEGER <= value <= MAX_INTEGER:
                return False
        level = [value for value in below if value.__class__ is not str]
        nodes += len(below)
        if nodes > limits.max_nodes:
            return False
        if not level:
            return True
    return False


def _decode(data: bytes) -> str:
    if data.startswith(b"\xef\xbb\xbf"):
        raise _error("json_bom", "The file begins with a byte order mark.", where="byte 0", found="EF BB BF")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        found = data[error.start : error.end].hex(" ").upper()
        raise _error("json_bad_unicode", "The text is not UTF-8.", where=f"byte {error.start}", found=found) from None


def _error(code: str, message: str, *, where: str, found: str = "", expected: str = "") -> InputError:
    fix = "Ask the issuer for a corrected file."
    return InputError(message, where=where, found=found[:80], expected=expected, fix=fix, code=code)


_SPACE = re.compile(r"[ \t\n\r]*")
_STRING = re.compile(r'"[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*+)*+"')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*+)(\.[0-9]++)?([eE][+-]?[0-9]++)?")
_WORD = re.compile(r"true|false|null")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_NOT_A_NUMBER = re.compile(r"-?(?:NaN|Infinity)")
_LONGEST_INTEGER = 17
"""Characters of -9007199254740991; a longer one is out of range without being read."""


class _Exact:
    """A reader by the grammar of RFC 8259, for what the fast path does not vouch for: slow, and says where."""

    def __init__(self, text: str, limits: Limits) -> None:
        self.text = text
        self.limits = limits
        self.at = 0
        self.nodes = 0

    def document(self) -> Any:
        self.skip()
        value = self.value("", 1)
        if self.at != len(self.text):
            self.malformed("the end of the file")
        return value

    def value(self, path: str, depth: int) -> Any:
        """The value here and the white space after it. `depth` is that of a container, were there one here."""
        self.nodes += 1
        if self.nodes > self.limits.max_nodes:
            self.refuse(
                "json_too_many_nodes", path, "The file holds more values than we accept.", self.limits.max_nodes
            )
        start = self.text[self.at : self.at + 1]
        if start in ("{", "["):
            if depth > self.limits.max_depth:
                self.refuse("json_too_deep", path, "The file is nested deeper than we accept.", self.limits.max_depth)
            value: Any = self.object(path, depth) if start == "{" else self.array(path, depth)
        elif start == '"':
            value = self.string(path)
        else:
            value = self.scalar(path)
        self.skip()
        return value

    def object(self, path: str, depth: int) -> dict[str, Any]:
        members: dict[str, Any] = {}
        self.take("{")
        if self.peek("}"):
            return members
        while True:
            if self.text[self.at : self.at + 1] != '"':
                self.malformed('a name in "quotes"')
            name = self.string(path)
            here = f"{path}/{name.replace('~', '~0').replace('/', '~1')}"
            if name in members:
                raise _error("json_duplicate_key", "A member is given twice in one object.", where=here, found=name)
            self.skip()
            self.take(":")
            members[name] = self.value(here, depth + 1)
            if self.peek("}"):
                return members
            self.take(",")

    def array(self, path: str, depth: int) -> list[Any]:
        elements: list[Any] = []
        self.take("[")
        if self.peek("]"):
            return elements
        while True:
            elements.append(self.value(f"{path}/{len(elements)}", depth + 1))
            if self.peek("]"):
                return elements
            self.take(",")

    def string(self, path: str) -> str:
        match = _STRING.match(self.text, self.at)
        if match is None:
            self.malformed("a string, closed and with valid escapes")
        value, self.at = scanstring(self.text, self.at + 1, True)
        if "\x00" in value:
            raise _error("json_bad_unicode", "A text holds the character NUL.", where=path, found="\\u0000")
        try:
            value.encode()
        except UnicodeEncodeError as error:
            found = f"\\u{ord(value[error.start]):04x}"
            raise _error("json_bad_unicode", "A text holds half a character.", where=path, found=found) from None
        return str(value)

    def scalar(self, path: str) -> Any:
        if match := _WORD.match(self.text, self.at):
            self.at = match.end()
            return _WORDS[match.group()]
        if match := _NOT_A_NUMBER.match(self.text, self.at):
            raise _error("json_not_a_number", "A number is no number.", where=path, found=match.group())
        match = _NUMBER.match(self.text, self.at)
        if match is None:
            self.malformed("a value")
        self.at = match.end()
        return self.number(path, match)

    def number(self, path: str, match: re.Match[str]) -> int | float:
        text = match.group()
        if match.group(1) or match.group(2):
            real = float(text)
            if abs(real) != float("inf"):
                return real
        elif len(text) <= _LONGEST_INTEGER and -MAX_INTEGER <= int(text) <= MAX_INTEGER:
            return int(text)
        raise _error(
            "json_number_range",
            "A number is too large to be read the same way everywhere.",
            where=path,
            found=text,
            expected=f"at most {MAX_INTEGER}",
        )

    def skip(self) -> None:
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def peek(self, mark: str) -> bool:
        """Pass over `mark` where it stands next (white space aside) and say so."""
        self.skip()
        found = self.text.startswith(mark, self.at)
        self.at += found
        return found

    def take(self, mark: str) -> None:
        if not self.text.startswith(mark, self.at):
            self.malformed(f"“{mark}”")
        self.at += 1
        self.skip()

    def malformed(self, expected: str) -> NoReturn:
        offset = len(self.text[: self.at].encode())
        found = self.text[self.at : self.at + 12] or "the end of the file"
        raise _error("json_malformed", "This is not JSON.", where=f"byte {offset}", found=found, expected=expected)

    def refuse(self, code: str, path: str, message: str, most: int) -> NoReturn:
        raise _error(code, message, where=path, found=f"more than {most}", expected=f"at most {most}")

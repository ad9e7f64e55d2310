"""ISO 32000-2, 9.4 and 9.10: what the pages of a PDF file say, for comparing: letters alone, without space and hyphens.

The text is what a program that copies text would give: by the map of each font to Unicode (ToUnicode), or by WinAnsi
for simple fonts without one. Pictures say nothing, and hidden text is text. Where nothing can be read, it is None.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Object, Stream, String

from mikra.formats.pdf_stream import unpacked
from mikra.formats.squeezed import squeezed

_DEEPEST = 8
"""Forms within forms, and folders of pages within folders."""

_MAP = 200_000
"""Bytes of a map to Unicode."""

_BLOCK = re.compile(rb"begin(bfchar|bfrange|codespacerange)(.*?)end\1", re.DOTALL)
_ITEM = re.compile(rb"<([0-9A-Fa-f\s]*)>|(\[)|(\])")
_OPERATORS = ("Tf", "Tj", "TJ", "'", '"', "Do")


@dataclass(frozen=True, slots=True)
class Font:
    """Codes of `width` bytes -> text."""

    width: int
    codes: Mapping[int, str] = field(default_factory=dict)

    def text(self, data: bytes) -> str:
        if not self.codes and self.width == 1:
            return data.decode("cp1252", "replace")
        numbers = (int.from_bytes(data[i : i + self.width]) for i in range(0, len(data), self.width))
        return "".join(self.codes.get(number, "") for number in numbers)


class _Reader:
    """One file; counts down what it may still unpack."""

    def __init__(self, pdf: pikepdf.Pdf, budget: int) -> None:
        self.pdf = pdf
        self.left = budget
        self.fonts: dict[tuple[int, int], Font] = {}

    def page(self, page: Any) -> Iterator[str]:
        contents = page.get("/Contents")
        parts = list(contents) if isinstance(contents, Array) else [contents]
        data = b"\n".join(self._unpacked(part) for part in parts if isinstance(part, Stream))
        yield from self._said(data, self._resources(page), 0)

    def _resources(self, page: Any) -> Any:
        """Those of the page, or of the folder that it lies in."""
        for _ in range(_DEEPEST):
            if not isinstance(page, Dictionary):
                break
            if isinstance(page.get("/Resources"), Dictionary):
                return page["/Resources"]
            page = page.get("/Parent")
        return Dictionary()

    def _unpacked(self, stream: Any) -> bytes:
        data = unpacked(stream, self.left) or b""
        self.left -= len(data)
        return data

    def _said(self, data: bytes, resources: Any, depth: int) -> Iterator[str]:
        font = Font(1)
        for instruction in self._instructions(data):
            operands, operator = instruction.operands, str(instruction.operator)
            if operator == "Tf" and operands:
                font = self._font(resources, str(operands[0]))
            elif operator == "Do" and operands and depth < _DEEPEST:
                yield from self._form(resources, str(operands[0]), depth)
            else:
                yield from (font.text(bytes(one)) for one in _strings(operands))

    def _instructions(self, data: bytes) -> Any:
        with warnings.catch_warnings():  # of streams that end too early: what could be read counts
            warnings.simplefilter("ignore")
            return pikepdf.parse_content_stream(self.pdf.make_stream(data), " ".join(_OPERATORS))

    def _form(self, resources: Any, name: str, depth: int) -> Iterator[str]:
        forms = resources.get("/XObject")
        form = forms.get(name) if isinstance(forms, Dictionary) else None
        if isinstance(form, Stream) and str(form.get("/Subtype", "")) == "/Form":
            inside = form.get("/Resources")
            yield from self._said(
                self._unpacked(form), inside if isinstance(inside, Dictionary) else resources, depth + 1
            )

    def _font(self, resources: Any, name: str) -> Font:
        fonts = resources.get("/Font")
        font = fonts.get(name) if isinstance(fonts, Dictionary) else None
        if not isinstance(font, Dictionary):
            return Font(1)
        place = font.objgen
        if place not in self.fonts or place == (0, 0):
            self.fonts[place] = self._read_font(font)
        return self.fonts[place]

    def _read_font(self, font: Any) -> Font:
        width = 2 if str(font.get("/Subtype", "")) == "/Type0" else 1
        to_unicode = font.get("/ToUnicode")
        if not isinstance(to_unicode, Stream):
            return Font(width)
        return Font(width, dict(_codes(self._unpacked(to_unicode)[:_MAP])))


def read(pdf: pikepdf.Pdf, budget: int, most: int) -> str | None:
    """What the first `most` pages say, squeezed; None where nothing could be read."""
    reader = _Reader(pdf, budget)
    said = squeezed("".join(text for page in _pages(pdf, most) for text in reader.page(page)))
    return said or None


def _pages(pdf: pikepdf.Pdf, most: int) -> list[Any]:
    """The pages in order; a folder that is met again, or lies too deep, is passed over."""
    found: list[Any] = []
    met: set[tuple[int, int]] = set()

    def walk(node: Any, depth: int) -> None:
        if not isinstance(node, Dictionary) or depth > _DEEPEST or node.objgen in met or len(found) >= most:
            return
        met.add(node.objgen)
        kids = node.get("/Kids")
        if isinstance(kids, Array):
            for kid in kids:
                walk(kid, depth + 1)
        else:
            found.append(node)

    walk(pdf.Root.get("/Pages"), 0)
    return found


def _strings(operands: Any) -> Iterator[Object]:
    for one in operands:
        if isinstance(one, String):
            yield one
        elif isinstance(one, Array):
            yield from (part for part in one if isinstance(part, String))


def _codes(cmap: bytes) -> Iterator[tuple[int, str]]:
    """Code -> text, from `bfchar` and `bfrange` of a map (ISO 32000-2, 9.10.3)."""
    for kind, body in _BLOCK.findall(cmap):
        if kind == b"codespacerange":
            continue
        items = [_text(a) if a or not (b or c) else (b or c).decode() for a, b, c in _ITEM.findall(body)]
        yield from _chars(items) if kind == b"bfchar" else _ranges(items)


def _text(digits: bytes) -> bytes:
    plain = bytes(digits.translate(None, b" \t\r\n"))
    return bytes.fromhex((plain + b"0" * (len(plain) % 2)).decode())


def _chars(items: list[Any]) -> Iterator[tuple[int, str]]:
    for code, text in zip(items[::2], items[1::2], strict=False):
        if isinstance(code, bytes) and isinstance(text, bytes):
            yield int.from_bytes(code), text.decode("utf-16-be", "replace")


def _ranges(items: list[Any]) -> Iterator[tuple[int, str]]:
    place = 0
    while place + 2 < len(items):
        first, last, target = items[place : place + 3]
        if not (isinstance(first, bytes) and isinstance(last, bytes)):
            return
        start, end = int.from_bytes(first), min(int.from_bytes(last), int.from_bytes(first) + 65_535)
        if isinstance(target, bytes):
            yield from ((code, _shifted(target, code - start)) for code in range(start, end + 1))
            place += 3
        else:
            closed = items.index("]", place + 2)
            yield from (
                (start + n, one.decode("utf-16-be", "replace"))
                for n, one in enumerate(items[place + 3 : closed])
                if isinstance(one, bytes)
            )
            place = closed + 1


def _shifted(text: bytes, by: int) -> str:
    """The text whose last unit is that of `text`, `by` further."""
    last = (int.from_bytes(text[-2:]) + by) & 0xFFFF
    return (text[:-2] + last.to_bytes(2)).decode("utf-16-be", "replace")

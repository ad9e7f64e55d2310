"""Open Badges 3.0, 5.3.2 (and 2.0 baking): a credential in an SVG drawing, in one `openbadges:credential` element.

Read with expat, strictly: UTF-8, no DOCTYPE, no entities of its own, bounded in depth and number, nothing that acts or
calls elsewhere (`svg_safety`), one credential at most. An address in an attribute is never asked here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from mikra.errors import InputError
from mikra.formats import svg_safety
from mikra.formats.baked import Baked, Edition, check_bakeable, malformed, nothing_inside, several_inside

NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
NAMESPACE_2 = "http://openbadges.org"
_HOLDERS = {(NAMESPACE, "credential"): Edition.V3, (NAMESPACE_2, "assertion"): Edition.V2}
MAX_DEPTH = 64
MAX_ELEMENTS = 50_000
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""What XML 1.0 cannot hold (2.2)."""


@dataclass(slots=True)
class _Found:
    """One element that holds a credential: its attribute `verify` and its text."""

    edition: Edition
    verify: str
    body: list[str] = field(default_factory=list)

    def baked(self) -> Baked:
        body, verify = "".join(self.body).strip(), self.verify.strip()
        if body and verify and (self.edition is Edition.V3 or f'"{verify}"' not in body):
            raise several_inside("verify and text")
        if not (body or verify):
            raise nothing_inside()
        return Baked(text=body or verify, edition=self.edition)


@dataclass(slots=True)
class _Reader:
    """What expat tells, gathered."""

    depth: int = 0
    elements: int = 0
    found: list[_Found] = field(default_factory=list)
    root_at: int = -1
    declares: bool = False
    styles: list[str] = field(default_factory=list)
    _open: int = 0
    _in_style: int = 0

    def start(self, full: str, attributes: dict[str, str]) -> None:
        namespace, _, name = full.rpartition(" ")
        self.depth += 1
        self.elements += 1
        if self.depth > MAX_DEPTH or self.elements > MAX_ELEMENTS:
            raise InputError("The drawing is larger or more complex than we accept.", code="image_too_large")
        if self.depth == 1 and (namespace, name) != (svg_safety.SVG, "svg"):
            raise malformed("no drawing")
        if self._open:
            raise malformed("something within the credential")
        if (namespace, name) in _HOLDERS:
            self._hold(_HOLDERS[namespace, name], attributes)
            return
        if namespace in (NAMESPACE, NAMESPACE_2):
            raise malformed("a credential under a name that is nearly the right one")
        svg_safety.check_element(namespace, name, attributes)
        if namespace in ("", svg_safety.SVG) and name.lower() == "style":
            self._in_style = self.depth

    def _hold(self, edition: Edition, attributes: Mapping[str, str]) -> None:
        if self.found:
            raise several_inside()
        self._open = self.depth
        self.found.append(_Found(edition=edition, verify=attributes.get("verify", "")))

    def end(self, _name: str) -> None:
        if self.depth == self._open:
            self._open = 0
        if self.depth == self._in_style:
            self._in_style = 0
        self.depth -= 1

    def text(self, data: str) -> None:
        if self._open:
            self.found[-1].body.append(data)
        elif self._in_style:
            self.styles.append(data)

    def declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if (encoding or "utf-8").lower() != "utf-8":
            raise malformed(f"text in {encoding}")

    def doctype(self, *_: Any) -> None:
        raise InputError(
            "The drawing begins with a document type, which we never read.", where="DOCTYPE", code="xml_doctype"
        )

    def instruction(self, target: str, _data: str) -> None:
        svg_safety.refuse_instruction(target)

    def namespace(self, prefix: str | None, uri: str | None) -> None:
        if prefix == "openbadges" and self.depth == 0:
            self.declares = uri == NAMESPACE


def _read(svg: bytes) -> _Reader:
    reader = _Reader()
    parser = expat.ParserCreate("utf-8", " ")

    def start(name: str, attributes: dict[str, str]) -> None:
        if reader.root_at < 0:
            reader.root_at = parser.CurrentByteIndex
        reader.start(name, attributes)

    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.XmlDeclHandler = reader.declaration
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.ProcessingInstructionHandler = reader.instruction
    parser.StartNamespaceDeclHandler = reader.namespace
    try:
        svg.decode("utf-8")
        parser.Parse(svg, True)
    except (expat.ExpatError, UnicodeDecodeError) as error:
        raise malformed(str(error)) from None
    svg_safety.check_style("".join(reader.styles))
    return reader


def extract(svg: bytes) -> Baked:
    """The one credential in a drawing.

    Raises InputError: image_malformed, image_ambiguous, image_no_credential, image_too_large, svg_active_content,
    svg_external_reference, xml_doctype.
    """
    found = _read(svg).found
    if not found:
        raise nothing_inside()
    return found[0].baked()


def bake(svg: bytes, text: str) -> bytes:
    """The same drawing with a credential in it, right behind its first tag. InputError as `extract`."""
    check_bakeable(text)
    reader = _read(svg)
    if reader.found:
        raise several_inside()
    end = _tag_end(svg, reader.root_at)
    declaration = b"" if reader.declares else f" xmlns:openbadges={quoteattr(NAMESPACE)}".encode()
    return svg[:end] + declaration + b">" + _element(text).encode() + svg[end + 1 :]


def _element(text: str) -> str:
    if not text.lstrip().startswith("{"):
        return f"<openbadges:credential verify={quoteattr(text)}></openbadges:credential>"
    # JSON may write any character as an escape; so nothing in it ends the section or is lost in XML.
    plain = _UNPRINTABLE.sub(lambda hit: f"\\u{ord(hit[0]):04x}", text).replace("]]>", "]]\\u003e")
    return f"<openbadges:credential><![CDATA[{plain}]]></openbadges:credential>"


def _tag_end(svg: bytes, start: int) -> int:
    """Where the first tag's `>` stands: quotes are passed over."""
    quote = 0
    for index in range(start, len(svg)):
        byte = svg[index]
        if quote:
            quote = 0 if byte == quote else quote
        elif byte in b"\"'":
            quote = byte
        elif byte == 0x3E:
            if svg[index - 1] == 0x2F:
                raise malformed("a drawing with nothing in it")
            return index
    raise malformed("a drawing that breaks off")

"""XML 1.0 (W3C, fifth edition), read strictly: one reading only, and nothing that leads elsewhere.

Refused before anything is made of it: document types and entities, processing instructions, XInclude, any encoding but
UTF-8, two elements of one Id, too much depth or too many elements. Comments are let through; whoever reads the text of
an element must read it from its canonical form, which has none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, NoReturn
from xml.etree import ElementTree
from xml.parsers import expat

from mikra.errors import InputError

XINCLUDE = "http://www.w3.org/2001/XInclude"
_ID_NAMES = frozenset({"Id", "ID", "id", "http://www.w3.org/XML/1998/namespace id"})
"""What XML signatures (XML-DSig 1.1, 4.4.3) and those who read them take for an element's identifier."""

_DECLARATION = re.compile(rb"(?:\xef\xbb\xbf)?<\?xml[ \t\r\n]([^?]*)\?>")
_ENCODING = re.compile(rb"""encoding[ \t\r\n]*=[ \t\r\n]*["']([^"']*)["']""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one file may cost."""

    size: int = 20_000_000
    depth: int = 40
    elements: int = 500_000


LIMITS = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """The form of a document: names are "namespace local". `nested`: how often an element occurs below the root."""

    root: str
    root_id: str
    nested: dict[str, int]


def outline(data: bytes, limits: Limits = LIMITS) -> Outline:
    """Read strictly, and say what is where. Raises InputError: xml_doctype, xml_malformed, xml_too_deep, too_large,
    trusted_list_malformed (for what XML allows and no list of ours holds: instructions, XInclude, doubled Ids)."""
    if len(data) > limits.size:
        raise InputError("This file is larger than we accept.", expected=f"{limits.size} bytes", code="too_large")
    _refuse_encoding(data)
    scan = _Scan(limits)
    try:
        scan.parser.Parse(data, True)
    except (expat.ExpatError, ValueError) as error:
        raise InputError("This is not well-formed XML.", found=str(error)[:80], code="xml_malformed") from error
    return Outline(root=scan.root, root_id=scan.root_id, nested=scan.nested)


def tree(data: bytes, limits: Limits = LIMITS) -> ElementTree.Element:
    """The elements of a document that `outline` takes. Raises as `outline`."""
    outline(data, limits)
    try:
        return ElementTree.fromstring(data)
    except (ElementTree.ParseError, ValueError) as error:
        raise InputError("This is not well-formed XML.", found=str(error)[:80], code="xml_malformed") from error


def _refuse_encoding(data: bytes) -> None:
    """UTF-8, said or unsaid: whoever reads it otherwise reads something else."""
    declared = _DECLARATION.match(data)
    encoding = _ENCODING.search(declared[1]) if declared else None
    if encoding and encoding[1].lower() not in (b"utf-8", b"utf8"):
        found = encoding[1].decode("ascii", "replace")[:40]
        raise InputError("Only UTF-8 is read.", found=found, expected="UTF-8", code="xml_malformed")
    try:
        data.decode()
    except UnicodeDecodeError as error:
        raise InputError("Only UTF-8 is read.", expected="UTF-8", code="xml_malformed") from error


class _Scan:
    """One pass of expat over a document."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.root = self.root_id = ""
        self.nested: dict[str, int] = {}
        self.depth = self.count = 0
        self.ids: set[str] = set()
        self.parser = expat.ParserCreate("UTF-8", namespace_separator=" ")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = _doctype
        self.parser.EntityDeclHandler = _doctype
        self.parser.ProcessingInstructionHandler = _instruction

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.count += 1
        if self.depth > self.limits.depth or self.count > self.limits.elements:
            raise InputError("This file is more complex than we accept.", code="xml_too_deep")
        if name.startswith(f"{XINCLUDE} "):
            raise _odd("It takes in other files.", name)
        for identifier in (attributes[key] for key in attributes if key in _ID_NAMES):
            if identifier in self.ids:
                raise _odd("Two elements bear one Id.", identifier)
            self.ids.add(identifier)
        if self.depth == 1:
            self.root, self.root_id = name, attributes.get("Id", "")
        else:
            self.nested[name] = self.nested.get(name, 0) + 1

    def _end(self, _: str) -> None:
        self.depth -= 1


def _doctype(*_: Any) -> NoReturn:
    raise InputError("This file brings a document type.", expected="none", code="xml_doctype")


def _instruction(target: str, _: str) -> NoReturn:
    raise _odd("It gives instructions to its reader.", target)


def _odd(message: str, found: str) -> InputError:
    return InputError(message, found=found[:80], code="trusted_list_malformed")

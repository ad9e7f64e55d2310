"""XML parts of a workbook, parsed by expat with no doctype, no entities of its own, no depth without end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from xml.parsers import expat

from mikra.errors import InputError
from mikra.issuance.roster.refusal import refusal

Start = Callable[[str, Mapping[str, str]], None]


class Part:
    """One part, fed to handlers. Raises InputError: xml_doctype, file_damaged, xml_too_deep."""

    def __init__(self, name: str, language: str, *, namespaces: bool = True) -> None:
        self.name, self.language = name, language
        self.parser = expat.ParserCreate(namespace_separator=" ") if namespaces else expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype

    def _doctype(self, *_: object) -> None:
        raise refusal("xml_doctype", "xml_doctype", self.language, where=self.name)

    def parse(self, data: bytes) -> None:
        """Feed the whole part. What handlers raise passes through."""
        try:
            self.parser.Parse(data, True)
        except (expat.ExpatError, ValueError, UnicodeError) as error:
            raise damaged(self.name, self.language) from error


def damaged(name: str, language: str) -> InputError:
    """A part that cannot be read."""
    return refusal("file_damaged", "damaged_part", language, where=name)


def local(name: str) -> str:
    """The name of an element or attribute without its namespace."""
    return name.rpartition(" ")[2]


def elements(data: bytes, name: str, language: str) -> list[tuple[str, dict[str, str]]]:
    """All elements of a small part in order: local name, and attributes by local name."""
    found: list[tuple[str, dict[str, str]]] = []
    part = Part(name, language)

    def start(element: str, attributes: dict[str, str]) -> None:
        found.append((local(element), {local(key): value for key, value in attributes.items()}))

    part.parser.StartElementHandler = start
    part.parse(data)
    return found

"""Office Open XML and OpenDocument packages: what is inside, and what must not be.

Only parts that were looked at are ever opened. Macros, embedded objects, links to other files and data connections
are refused by name; links that a person may click (a `mailto:` in a cell) are left alone.
ECMA-376-2 (packages), ECMA-376-1, 12 and 13 (parts and relationships); OpenDocument 1.3, part 2.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mikra.formats.containers import Entry, ZipLimits, inspect_zip, read_entry
from mikra.issuance.roster.refusal import refusal
from mikra.issuance.roster.result import RosterLimits
from mikra.issuance.roster.xml_parts import Part, elements, local

_MACROS = re.compile(
    r"vbaProject|(?:^|/)macrosheets/|(?:^|/)activeX/|(?:^|/)embeddings/|^Basic/|^Scripts/|(?:^|/)ctrlProps/|^Object ",
    re.IGNORECASE,
)
_LINKED = re.compile(
    r"(?:^|/)externalLinks/|(?:^|/)connections\.xml$|(?:^|/)queryTables/|(?:^|/)webExtensions/", re.IGNORECASE
)
DESIGN_PROPERTY = "mikra-design"
"""The property of our templates that holds the code of the design."""
_LARGEST_ODDMENT = 5_000_000
"""Bytes of a part that is only looked at for links and types."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package and its entries by name."""

    data: bytes
    entries: Mapping[str, Entry]
    language: str

    def read(self, name: str) -> bytes:
        """The bytes of a part. Raises InputError file_damaged where there is none."""
        if name not in self.entries:
            raise refusal("file_damaged", "damaged_part", self.language, where=name)
        return read_entry(self.data, self.entries[name], language=self.language)

    def has(self, name: str) -> bool:
        return name in self.entries


def open_package(data: bytes, limits: RosterLimits, language: str) -> Package:
    """The package. Raises what `inspect_zip` does, macro_not_allowed, external_link_not_allowed, file_type_mismatch."""
    entries = inspect_zip(data, ZipLimits(total=limits.unpacked, large=10_000_000), language=language)
    package = Package(data=data, entries={entry.name: entry for entry in entries}, language=language)
    for entry in entries:
        if _MACROS.search(entry.name):
            raise refusal("macro_not_allowed", "macro", language, where=entry.name)
        if _LINKED.search(entry.name):
            raise refusal("external_link_not_allowed", "external_link", language, where=entry.name)
    _check_types(package)
    _check_relationships(package)
    return package


def _check_types(package: Package) -> None:
    """No part is declared as one that may hold macros, whatever it is called."""
    if not package.has("[Content_Types].xml"):
        return
    for _, attributes in elements(package.read("[Content_Types].xml"), "[Content_Types].xml", package.language):
        kind = attributes.get("ContentType", "").lower()
        if "macroenabled" in kind or "vbaproject" in kind or "oleobject" in kind or "activex" in kind:
            raise refusal("macro_not_allowed", "macro", package.language, where=attributes.get("PartName", ""))


def _check_relationships(package: Package) -> None:
    """Nothing outside is fetched: only links that a person may click point out of the file."""
    for name, entry in package.entries.items():
        if not name.endswith(".rels") or entry.size > _LARGEST_ODDMENT:
            continue
        for _, attributes in elements(package.read(name), name, package.language):
            kind = attributes.get("Type", "").rpartition("/")[2]
            if attributes.get("TargetMode") == "External" and kind != "hyperlink":
                raise refusal("external_link_not_allowed", "external_link", package.language, where=name, found=kind)


def relationships(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Id -> (last word of the type, name of the part) of everything that `part` refers to."""
    folder, _, file = part.rpartition("/")
    name = f"{folder}/_rels/{file}.rels".lstrip("/")
    if not package.has(name):
        return {}
    found = {}
    for element, attributes in elements(package.read(name), name, package.language):
        if element == "Relationship" and attributes.get("TargetMode") != "External":
            kind = attributes.get("Type", "").rpartition("/")[2]
            found[attributes.get("Id", "")] = (kind, resolve(folder, attributes.get("Target", "")))
    return found


def own_property(package: Package, name: str) -> str:
    """A custom property of the document (ECMA-376-1, 22.3); "" where it has none of that name."""
    part = "docProps/custom.xml"
    if not package.has(part) or package.entries[part].size > _LARGEST_ODDMENT:
        return ""
    found: dict[str, str] = {}
    current = [""]
    reader = Part(part, package.language)

    def start(element: str, attributes: dict[str, str]) -> None:
        current[0] = attributes.get("name", "") if local(element) == "property" else current[0]

    def text(characters: str) -> None:
        found[current[0]] = found.get(current[0], "") + characters

    reader.parser.StartElementHandler = start
    reader.parser.CharacterDataHandler = text
    reader.parse(package.read(part))
    return found.get(name, "").strip()


def resolve(folder: str, target: str) -> str:
    """The name of a part from a reference to it (ECMA-376-2, 6.5)."""
    parts = [] if target.startswith("/") else [part for part in folder.split("/") if part]
    for part in target.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)

"""Text in languages, notes, concepts of controlled vocabularies, and the node that every part of the model is.

European Learning Model 3.2 (application profile EDC 1.2.0, LTS names): rdf:langString, `Note`, `skos:Concept`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Any, Final

EMPTY: Final[Mapping[str, Any]] = MappingProxyType({})
UNTYPED: Final = ("",)
"""`Node.types` of a node whose JSON says no type."""


class Written(StrEnum):
    """How a plain text has to be written where a person gives it; what is read from documents is taken as it is."""

    DATE = "date"
    ADDRESS = "web-address"
    EMAIL = "e-mail"
    IRI = "iri"
    COLOUR = "colour"


IsoDate = Annotated[str, Written.DATE]
"""ISO 8601: 2026-05-20."""

WebAddress = Annotated[str, Written.ADDRESS]
EmailAddress = Annotated[str, Written.EMAIL]
Iri = Annotated[str, Written.IRI]
Colour = Annotated[str, Written.COLOUR]
"""As HTML writes it: #1c3f9f."""


class Text(Mapping[str, str]):
    """One text in one or more languages: BCP 47 tag -> value, in the order given. Immutable; false if empty."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, str] | None = None, /, **languages: str) -> None:
        self._values = {**(values or {}), **languages}

    def __getitem__(self, language: str) -> str:
        return self._values[language]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __hash__(self) -> int:
        return hash(frozenset(self._values.items()))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mapping) and self._values == dict(other)

    def __repr__(self) -> str:
        return f"Text({self._values!r})"

    def best(self, *languages: str) -> str:
        """The value in the first of `languages` that there is, else in English, else the first; "" if empty."""
        for language in (*languages, "en"):
            if language in self._values:
                return self._values[language]
        return next(iter(self._values.values()), "")


NO_TEXT: Final = Text()


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Anything with an id.

    `types` is empty when the JSON `type` is just the class's own name, `UNTYPED` when the JSON has none. `extra` holds
    every JSON member that the class has no place for, or whose form is not the expected one, unchanged: nothing that
    was read is lost.
    """

    id: str = ""
    types: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=lambda: EMPTY, hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptScheme(Node):
    """The controlled vocabulary that a concept is from; `id` is its IRI."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept(Node):
    """A value of a controlled vocabulary; `id` is its IRI."""

    in_scheme: tuple[ConceptScheme, ...] = ()
    pref_label: Text = NO_TEXT
    notation: str = ""
    definition: Text = NO_TEXT

    @property
    def scheme(self) -> str:
        """IRI of the (first) scheme, or ""."""
        return self.in_scheme[0].id if self.in_scheme else ""

    @property
    def code(self) -> str:
        """The last part of the IRI: "6", "IRL", "de4d165a6c"."""
        return self.id.rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Note(Node):
    """A free text, with what it is about where that is said."""

    note_literal: Text = NO_TEXT
    subject: Concept | None = None
    note_format: Concept | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebResource(Node):
    """A page or file on the web."""

    content_url: str = ""
    title: Text = NO_TEXT
    language: Concept | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaObject(Node):
    """A file within the document: `content` is base64 text as `content_encoding` says."""

    content: str = ""
    content_encoding: Concept | None = None
    content_type: Concept | None = None
    content_size: int | None = None
    content_url: str = ""
    attachment_type: Concept | None = None
    title: Text = NO_TEXT
    description: Text = NO_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier(Node):
    """An identifier under some scheme."""

    notation: str = ""
    scheme_name: str = ""
    scheme_id: str = ""
    scheme_version: str = ""
    scheme_agency: Text = NO_TEXT
    creator: str = ""
    date_issued: str = ""
    dc_type: tuple[Concept, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalIdentifier(Identifier):
    """An identifier given under the law of a country (`spatial`)."""

    spatial: Concept | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodOfTime(Node):
    """From, to; either may be open. xsd:dateTime texts."""

    start_date: str = ""
    end_date: str = ""
    pref_label: Text = NO_TEXT

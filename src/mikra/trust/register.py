"""A register of providers: who knows an organisation, as of when, and what they say. Never yes or no.

Sources are data: exports of DEQAR, lists of a country, entries of one's own. Each keeps its name, its day and the
digest of the file that it was read from. An organisation is found by identifiers (`identity`). A name alone gives
"possibly".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Any

import orjson

from mikra.errors import InputError
from mikra.trust.accreditation import Decision, Kind, Scope
from mikra.trust.identity import Identity, folded

FORMAT = "mikra-register/1"
MAX_SIZE = 300_000_000
"""Bytes of a register: DEQAR with all its reports has under 100 MB."""


class Certainty(StrEnum):
    """How an entry was found: by an identifier, or by name alone."""

    KNOWN = "known"
    POSSIBLY = "possibly"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where entries come from. `as_of` is the day for which the source speaks; `digest` the SHA-256 of its file."""

    id: str
    title: str
    kind: str
    as_of: date
    digest: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One entry. `country` is ISO 3166-1 alpha-2; `says` the source's own words; `closed` when it ceased to be."""

    key: str
    names: tuple[str, ...]
    identities: tuple[Identity, ...] = ()
    country: str = ""
    says: str = ""
    closed: date | None = None
    url: str = ""
    scopes: tuple[Scope, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Known by `source` as of its day, or possibly; `by` is the identifier or the name that was the same."""

    source: Source
    provider: Provider
    certainty: Certainty
    by: Identity


@dataclass(frozen=True, kw_only=True)
class Register:
    """Sources with their entries. `found` are those that were ever an answer: (source, key) of each."""

    sources: tuple[Source, ...] = ()
    providers: Mapping[str, tuple[Provider, ...]] = field(default_factory=dict, hash=False)
    found: set[tuple[str, str]] = field(default_factory=set, compare=False, repr=False)

    def find(self, identities: Iterable[Identity], names: Iterable[str] = (), country: str = "") -> tuple[Answer, ...]:
        """Every entry that bears one of the identifiers; then those that bear one of the names alone.

        Another country is another organisation; an entry or a question without a country leaves that open.
        """
        found: dict[tuple[str, str], Answer] = {}
        for wanted in identities:
            for answer in self._answers(self._by_identity.get(wanted, ()), Certainty.KNOWN, wanted):
                found.setdefault((answer.source.id, answer.provider.key), answer)
        for name in names:
            wanted = Identity("NAME", name)
            same = self._by_name.get(folded(name), ()) if folded(name) else ()
            for answer in self._answers(same, Certainty.POSSIBLY, wanted):
                if not country or answer.provider.country in ("", country):
                    found.setdefault((answer.source.id, answer.provider.key), answer)
        self.found.update(found)
        return tuple(found.values())

    def used(self) -> Register:
        """The same with only the entries that were an answer: it gives the same answers."""
        kept = {
            source: tuple(each for each in listed if (source, each.key) in self.found)
            for source, listed in self.providers.items()
        }
        return Register(sources=self.sources, providers=kept)

    def with_source(self, source: Source, providers: Sequence[Provider]) -> Register:
        """The same with one more source, or with a newer state of it."""
        others = tuple(each for each in self.sources if each.id != source.id)
        return Register(sources=(*others, source), providers={**self.providers, source.id: tuple(providers)})

    def _answers(
        self, places: Iterable[tuple[Source, Provider]], certainty: Certainty, by: Identity
    ) -> Iterator[Answer]:
        for source, provider in places:
            yield Answer(source=source, provider=provider, certainty=certainty, by=by)

    def _entries(self) -> Iterator[tuple[Source, Provider]]:
        return ((source, each) for source in self.sources for each in self.providers.get(source.id, ()))

    @cached_property
    def _by_identity(self) -> Mapping[Identity, tuple[tuple[Source, Provider], ...]]:
        table: dict[Identity, list[tuple[Source, Provider]]] = {}
        for source, provider in self._entries():
            for one in provider.identities:
                table.setdefault(one, []).append((source, provider))
        return {key: tuple(found) for key, found in table.items()}

    @cached_property
    def _by_name(self) -> Mapping[str, tuple[tuple[Source, Provider], ...]]:
        table: dict[str, list[tuple[Source, Provider]]] = {}
        for source, provider in self._entries():
            for name in dict.fromkeys(map(folded, provider.names)):
                table.setdefault(name, []).append((source, provider))
        return {key: tuple(found) for key, found in table.items()}


def write(register: Register) -> bytes:
    """One JSON file; the same register gives the same bytes."""
    table = {
        "format": FORMAT,
        "sources": [
            _plain(source) | {"providers": [_plain(each) for each in register.providers.get(source.id, ())]}
            for source in sorted(register.sources, key=lambda s: s.id)
        ],
    }
    return orjson.dumps(table, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE | orjson.OPT_PASSTHROUGH_SUBCLASS)


def _plain(value: Source | Provider | Scope) -> dict[str, Any]:
    """What is empty is left out: a register of thousands stays small."""
    members = {name: found for name in _KINDS[type(value).__name__] if (found := getattr(value, name))}
    if isinstance(value, Provider):
        members["identities"] = [list(one) for one in value.identities]
        members["scopes"] = [_plain(scope) for scope in value.scopes]
    return {name: str(found) if isinstance(found, StrEnum) else found for name, found in members.items()}


def read(data: bytes) -> Register:
    """A register as `write` gives it. InputError where it is none."""
    try:
        document = orjson.loads(data) if len(data) <= MAX_SIZE else None
    except orjson.JSONDecodeError as error:
        raise _none("", str(error)) from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise _none("format", str(document.get("format") if isinstance(document, dict) else ""))
    register = Register()
    sources = document.get("sources")
    for number, each in enumerate(sources if isinstance(sources, list) else []):
        where = f"/sources/{number}"
        source = _made(Source, each, where)
        entries = each.get("providers", [])
        if not isinstance(entries, list):
            raise _none(f"{where}/providers", "")
        made = [_provider(one, f"{where}/providers/{i}") for i, one in enumerate(entries)]
        register = register.with_source(source, made)
    return register


def _provider(members: Any, where: str) -> Provider:
    provider: Provider = _made(Provider, members, where)
    pairs = [pair for pair in provider.identities if isinstance(pair, list) and len(pair) == 2]
    if len(pairs) != len(provider.identities) or not all(isinstance(part, str) for pair in pairs for part in pair):
        raise _none(f"{where}/identities", "")
    scopes = tuple(_made(Scope, each, f"{where}/scopes/{i}") for i, each in enumerate(provider.scopes))
    return replace(provider, identities=tuple(Identity(scheme, value) for scheme, value in pairs), scopes=scopes)


_KINDS: Mapping[str, Mapping[str, str]] = {
    cls.__name__: {one.name: str(one.type) for one in fields(cls)} for cls in (Source, Provider, Scope)
}
"""Class -> member -> its type, as it is written down."""


def _made(cls: type[Any], members: Any, where: str) -> Any:
    """A value of a dataclass from its JSON: dates and closed lists of words are made, all else must be as declared."""
    if not isinstance(members, dict):
        raise _none(where, type(members).__name__)
    readers = _READERS[cls.__name__]
    try:
        return cls(**{name: readers[name](value) for name, value in members.items() if name in readers})
    except (TypeError, ValueError, KeyError) as error:
        raise _none(where, str(error)) from error


def _text(value: Any) -> str:
    if type(value) is str:
        return value
    raise TypeError("a text is expected")


def _list(value: Any) -> tuple[Any, ...]:
    if type(value) is list:
        return tuple(value)
    raise TypeError("a list is expected")


def _texts(value: Any) -> tuple[str, ...]:
    if type(value) is list and set(map(type, value)) <= {str}:
        return tuple(value)
    raise TypeError("a list of texts is expected")


@lru_cache(maxsize=65_536)
def _day(text: str) -> date:
    return date.fromisoformat(text)


def _reader(kind: str) -> Callable[[Any], Any]:
    """What reads a value of a declared type. Raises TypeError, ValueError or KeyError where it is not of its kind."""
    if kind == "str":
        return _text
    if kind.startswith("tuple"):
        return _texts if "[str" in kind else _list
    return _day if kind.startswith("date") else _WORDS[kind].__getitem__


_WORDS: Mapping[str, Mapping[str, StrEnum]] = {
    kind.__name__: {one.value: one for one in kind} for kind in (Decision, Kind)
}
_READERS: Mapping[str, Mapping[str, Callable[[Any], Any]]] = {
    name: {member: _reader(kind) for member, kind in kinds.items()} for name, kinds in _KINDS.items()
}
"""Class -> member -> what reads it."""


def _none(where: str, found: str) -> InputError:
    return InputError(
        "This is not a register of providers.",
        where=where,
        found=found[:80],
        expected="a file that `mikra register import` wrote",
        code="file_type_mismatch",
    )

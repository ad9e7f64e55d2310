"""One-change mutations of a document, the same on every machine: seed and number say which."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from typing import Any

Site = tuple[Any, Any]
"""A dict or list, and a key or index in it."""

WORDS = ("text", "", "not a date", "2026-01-15", "2026-01-15T10:00:00Z", "P1Y", "-3", "101", "0", "true", "urn:x:other")
VALUES: tuple[Any, ...] = (
    *WORDS,
    None,
    True,
    7,
    -7,
    101,
    1.5,
    2.0,
    [],
    {},
    [None],
    {"id": "urn:x:other"},
    {"id": "relative"},
    {"id": "_:b0", "type": "Concept"},
    {"type": "Concept"},
    {"@value": "text"},
    {"@value": "text", "@language": "en"},
    {"@value": "text", "@type": "xsd:string"},
    {"@value": "2026-01-15T10:00:00Z", "@type": "xsd:dateTime"},
    {"@value": None},
    {"en": "text"},
    {"en": ["one", "two"]},
    {"en": "one", "EN": "two"},
    {"unknown": 1},
    ["one", "two"],
)
NAMES = ("unknown", "title", "type", "dcType", "prefLabel", "dc:title", "http://purl.org/dc/terms/title", "dateIssued")
TYPES = (
    "Concept",
    "Organisation",
    "Person",
    "Agent",
    "Note",
    "LearningOutcome",
    "unknown",
    "elm:Note",
    "ConceptScheme",
)


def sites(value: Any, top: bool = True) -> Iterator[Site]:
    """Every place in the document but its context, in document order."""
    if isinstance(value, dict):
        for key, member in value.items():
            if not (top and key == "@context"):
                yield value, key
                yield from sites(member, False)
    elif isinstance(value, list):
        for n, item in enumerate(value):
            yield value, n
            yield from sites(item, False)


def drop(site: Site, rng: random.Random, document: Any) -> None:
    del site[0][site[1]]


def replace(site: Site, rng: random.Random, document: Any) -> None:
    site[0][site[1]] = copy.deepcopy(rng.choice(VALUES))


def wrap(site: Site, rng: random.Random, document: Any) -> None:
    value = site[0][site[1]]
    site[0][site[1]] = value[0] if isinstance(value, list) and value else [value]


def double(site: Site, rng: random.Random, document: Any) -> None:
    value = site[0][site[1]]
    site[0][site[1]] = [value, copy.deepcopy(rng.choice((value, rng.choice(VALUES))))]


def rename(site: Site, rng: random.Random, document: Any) -> None:
    holder, key = site
    if isinstance(holder, dict):
        holder[rng.choice(NAMES)] = holder.pop(key)


def retype(site: Site, rng: random.Random, document: Any) -> None:
    holder = site[0]
    if isinstance(holder, dict):
        kind = rng.choice(TYPES)
        holder["type"] = rng.choice((kind, [kind], [*_listed(holder.get("type")), kind], []))


def reidentify(site: Site, rng: random.Random, document: Any) -> None:
    holder = site[0]
    ids = [h["id"] for h, k in sites(document) if k == "id" and isinstance(h["id"], str)]
    if isinstance(holder, dict):
        holder["id"] = rng.choice((rng.choice(ids), "urn:x:new", "relative", "_:x", "elm:x", "has blank"))


def anonymise(site: Site, rng: random.Random, document: Any) -> None:
    if isinstance(site[0], dict):
        site[0].pop("id", None)


def swap(site: Site, rng: random.Random, document: Any) -> None:
    holder, key = rng.choice(list(sites(document)))
    site[0][site[1]] = copy.deepcopy(holder[key])


def relabel(site: Site, rng: random.Random, document: Any) -> None:
    maps = [h for h, k in sites(document) if k == "en" and isinstance(h, dict)]
    if maps:
        chosen = rng.choice(maps)
        extra = rng.choice(({"fr": "texte"}, {"en": "other"}, {"en": ["one", "two"]}, {"EN": "other"}, {"@none": "x"}))
        chosen.update(extra)


KINDS: tuple[Callable[[Site, random.Random, Any], None], ...] = (
    drop,
    drop,
    replace,
    replace,
    wrap,
    double,
    rename,
    retype,
    reidentify,
    anonymise,
    swap,
    relabel,
)


def mutant(document: Any, seed: int) -> Any:
    """A copy of the document with one change, decided by the seed alone."""
    rng = random.Random(seed)
    changed = copy.deepcopy(document)
    kind = rng.choice(KINDS)
    kind(rng.choice(list(sites(changed))), rng, changed)
    return changed


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []

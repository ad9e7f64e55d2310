"""Finding a concept: `entry` by a key that a person wrote, `search` by what somebody types."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache

from mikra.errors import NotFoundError
from mikra.vocabulary.entries import Entry
from mikra.vocabulary.folding import fold, words
from mikra.vocabulary.labels import EU_LANGUAGES
from mikra.vocabulary.tables import entries, scheme

COUNTRY_ALIASES = {"EL": "GR", "UK": "GB"}
"""What the EU's institutions write instead of ISO 3166-1 alpha-2 (Interinstitutional style guide, 7.1)."""


_LONGEST = 100
"""Characters of a key that are worth comparing with every entry; the longest labels have about 150."""


@cache
def _exact(name: str) -> dict[str, Entry]:
    """Slug, code and IRI, in small letters -> entry. The slug goes before the code, should they ever clash."""
    found: dict[str, Entry] = {}
    for attribute in ("slug", "code", "iri"):
        for one in entries(name):
            found.setdefault(getattr(one, attribute).casefold(), one)
    if name == "country":
        found.update({alias.casefold(): found[slug.casefold()] for alias, slug in COUNTRY_ALIASES.items()})
    return found


@cache
def _labels(name: str) -> dict[str, tuple[Entry, ...]]:
    """Folded English label -> the entries that bear it."""
    found: dict[str, list[Entry]] = {}
    for one in entries(name):
        found.setdefault(fold(one.label()), []).append(one)
    return {label: tuple(same) for label, same in found.items()}


def entry(name: str, key: str) -> Entry:
    """The concept of the vocabulary `name` with this slug, code, IRI or English label; case does not matter.

    Countries are also found by alpha-3 and by EL and UK. Raises NotFoundError with what is close, also where
    several concepts bear the label.
    """
    name = scheme(name).name
    found = _exact(name).get(key.strip().casefold())
    if found:
        return found
    same = _labels(name).get(fold(key.strip()), ())
    if len(same) == 1:
        return same[0]
    raise _not_found(name, key, same)


def _not_found(name: str, key: str, same: tuple[Entry, ...]) -> NotFoundError:
    close = same or (_close(name, key) if 0 < len(key.strip()) <= _LONGEST else ())
    few = entries(name) if len(entries(name)) <= 20 else ()
    options = ", ".join(f"{one.slug} ({one.label()})" for one in close)
    reason = "Several entries of the vocabulary have this name." if same else "The vocabulary has no such entry."
    return NotFoundError(
        reason,
        where=f"vocabulary {name}",
        found=key[:_LONGEST],
        expected="one of " + ", ".join(one.slug for one in few) if few else scheme(name).title,
        fix=f"Did you mean {options}?" if options else f"Look it up with: mikra vocabulary {name}",
        code="not_found",
    )


def _close(name: str, key: str) -> tuple[Entry, ...]:
    exact, labels = _exact(name), _labels(name)
    found = [exact[match] for match in get_close_matches(key.casefold(), exact, n=3, cutoff=0.7)]
    found += [one for match in get_close_matches(fold(key), labels, n=3) for one in labels[match]]
    found += search(name, key, limit=3)
    return tuple({one.iri: one for one in found}.values())[:4]


Row = tuple[Entry, str, tuple[str, ...]]


@cache
def _folded(name: str, language: str) -> tuple[Row, ...]:
    """Every entry once per different label in `language` and in English, folded, with its words."""
    rows: dict[tuple[str, str], Row] = {}
    for one in entries(name):
        for text in (one.label(language), one.label("en"), f"{one.slug} {one.code}"):
            rows.setdefault((one.iri, fold(text)), (one, fold(text), words(text)))
    return tuple(rows.values())


def search(name: str, text: str, language: str = "en", limit: int = 20) -> list[Entry]:
    """Entries whose label (in `language` or English), slug or code has every word of `text` as the start of a word.

    Case, diacritics and Greek tonos do not matter. First the labels that start with the text, then the rest, each
    in the vocabulary's own order. An empty text finds the first entries.
    """
    name, wanted, start = scheme(name).name, words(text), fold(text.strip())
    if not text.strip():
        return list(entries(name)[:limit])
    hits = [(one, label) for one, label, has in _folded(name, language) if wanted and _matches(wanted, has)]
    hits.sort(key=lambda hit: (hit[1] != start, not hit[1].startswith(start)))
    return list({one.iri: one for one, _ in hits}.values())[:limit]


def search_everywhere(name: str, text: str, language: str = "en", limit: int = 20) -> list[Entry]:
    """The same in any language of the EU: first in `language` and English, where that finds nothing in the others."""
    found = search(name, text, language, limit)
    for other in EU_LANGUAGES if not found and text.strip() else ():
        found += [one for one in search(name, text, other, limit) if one not in found]
    return found[:limit]


def _matches(wanted: Iterable[str], has: tuple[str, ...]) -> bool:
    return all(any(word.startswith(part) for word in has) for part in wanted)

"""The terms of the Recommendation on micro-credentials (2022/C 243/02) in five languages, as the law has them.

Keys: `1` .. `11` and `o1` .. `o5` for the elements of Annex I, `short.*` the same for narrow places; `supervision.*`
(the four of Annex I), `supervised.*`, `stackability.*`, `provider.*` (point 5(b)), `quality.*` and `external.*`
(principle 1), `principle.1` .. `principle.10`, `term.*` (point 5), `mandatory`, `optional`, `annex1`, `annex2`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from mikra.errors import NotFoundError
from mikra.vocabulary.tables import read

MANDATORY_ELEMENTS: tuple[str, ...] = tuple(str(number) for number in range(1, 12))
"""Keys of the eleven mandatory elements, in the order of Annex I."""

OPTIONAL_ELEMENTS: tuple[str, ...] = tuple(f"o{number}" for number in range(1, 6))
"""Keys of the five optional elements, in the order of Annex I."""


@cache
def _annex() -> Mapping[str, Any]:
    return dict(read("annex1"))


def annex_keys() -> tuple[str, ...]:
    """All keys of `annex_term`."""
    return tuple(_annex()["terms"])


def annex_term(key: str, language: str = "en") -> str:
    """The law's term, in English where we do not have the language. Raises NotFoundError for an unknown key."""
    terms = _annex()["terms"]
    if key not in terms:
        raise NotFoundError(
            "The Recommendation has no such term.", where="annex term", found=key, expected="a key of annex_keys()"
        )
    return str(terms[key].get(language, terms[key]["en"]))


def annex_source(key: str, language: str = "en") -> str:
    """Where the term stands in that language; says so when we shortened it or changed its grammatical form."""
    annex_term(key, language)
    language = language if language in _annex()["sources"] else "en"
    source = str(_annex()["sources"][language])
    return f"{source} (shortened or inflected)" if key in _annex()["adapted"][language] else source

"""The EU's authority codes and the codes of everybody else, both ways: "en" - ENG, "IE" - IRL.

Covered: every country of the EU's table (ISO 3166-1 and XK, EU, CP), every language of ISO 639-1 but the
deprecated `sh`, and the EU's other labelled languages by their ISO 639-3 code.
"""

from __future__ import annotations

from functools import cache

from mikra.vocabulary.lookup import entry
from mikra.vocabulary.tables import by_iri


@cache
def language_iri(tag: str) -> str:
    """ "en" or "en-IE" -> the EU's IRI of English. Raises NotFoundError."""
    return entry("language", tag.partition("-")[0]).iri


@cache
def country_iri(code: str) -> str:
    """ "IE" or "IRL" -> the EU's IRI of Ireland. Raises NotFoundError."""
    return entry("country", code).iri


def language_tag(iri: str) -> str | None:
    """The EU's IRI of a language -> its tag ("en"), None for any other IRI."""
    return _slug("language", iri)


def country_code(iri: str) -> str | None:
    """The EU's IRI of a country -> ISO 3166-1 alpha-2 ("IE"), None for any other IRI."""
    return _slug("country", iri)


def _slug(scheme: str, iri: str) -> str | None:
    found = by_iri(iri)
    return found.slug if found and found.scheme == scheme else None

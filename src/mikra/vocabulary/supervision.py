"""Supervision and identity verification during assessment (Recommendation, Annex I, optional elements).

Annex I tells apart whether somebody supervised (not at all, online, on site) and whether identity was verified. The
EU's list has four concepts: supervised or not, identity verified or not. Online or on site is not a fifth concept
but a second fact (the mode of the assessment). For two of the four the EU's files at hand give no label; what they
mean is in each entry's `source`, one of them by elimination, not confirmed.
"""

from __future__ import annotations

from mikra.vocabulary.entries import Entry
from mikra.vocabulary.lookup import entry

_SLUGS = {
    (False, False): "unsupervised-without-id",
    (False, True): "unsupervised-with-id",
    (True, False): "supervised-without-id",
    (True, True): "supervised-with-id",
}
"""(supervised, identity verified) -> slug in the scheme `supervision`."""

_FACTS = {slug: facts for facts, slug in _SLUGS.items()}


def supervision_concept(kind: str, identity_verified: bool) -> Entry:
    """The EU's concept for a `supervision_kind` (none, online, on-site) and whether identity was verified.

    Raises NotFoundError for another kind.
    """
    supervised = entry("supervision_kind", kind).slug != "none"
    return entry("supervision", _SLUGS[supervised, identity_verified])


def supervision_of(code: str) -> tuple[bool, bool]:
    """(supervised, identity verified) of an EU concept, by its code, IRI or slug. Raises NotFoundError."""
    return _FACTS[entry("supervision", code).slug]

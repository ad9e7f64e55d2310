"""Unicode (UAX #15, NFKC): what a text says, for comparing it with what a page says."""

from __future__ import annotations

import unicodedata

_HYPHENS = "-\u2010\u2011\u2012\u2013\u2014\u2212"


def squeezed(text: str) -> str:
    """Letters, digits and signs alone: in one form, without case, gaps, hyphens and invisible characters."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in plain if unicodedata.category(c)[0] not in "ZC" and c not in _HYPHENS)

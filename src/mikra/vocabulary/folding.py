"""Folding text for search: case, diacritics and letters that Unicode does not decompose.

Only for comparing: what is stored and shown is never folded (docs/design.md, decision 15).
"""

from __future__ import annotations

import re
import unicodedata

_LETTERS = str.maketrans(
    {"ł": "l", "ħ": "h", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ŧ": "t", "ŋ": "n"}
)
"""Letters without a decomposition in Unicode, as people without that keyboard type them."""

_WORD = re.compile(r"[^\W_]+")


class _Folds(dict[int, str]):
    """Character -> what it folds to, filled in as characters come: a text folds character by character."""

    def __missing__(self, point: int) -> str:
        decomposed = unicodedata.normalize("NFKD", chr(point).casefold())
        self[point] = "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_LETTERS)
        return self[point]


_FOLDS = _Folds()


def fold(text: str) -> str:
    """The text in small letters without diacritics: "Ħarġa" and "harga", "ανάλυση" and "αναλυση" fold alike."""
    return text.lower() if text.isascii() else text.translate(_FOLDS)


def words(text: str) -> tuple[str, ...]:
    """The folded words of a text: letters and digits only."""
    return tuple(_WORD.findall(fold(text)))

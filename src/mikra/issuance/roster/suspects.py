"""Which rows of a long list may be one learner twice, found in bounded memory before the rows are checked.

A Bloom filter over coarse keys of the raw cells: two rows of one learner always share one, so that what it leaves out
is no double. Only the keys that it has seen before are kept, and only rows with such a key are compared in full.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from mikra.issuance.roster.result import Raw
from mikra.vocabulary import fold

_BITS_PER_KEY = 16
"""With two probes, 14 of 1,000 keys are kept for nothing."""

_FEWEST_BITS, _MOST_BITS = 20, 30
"""Powers of two: 128 KB to 128 MB."""


class Suspects:
    """Coarse keys that occurred more than once. `rows`: about how many there will be."""

    def __init__(self, rows: int) -> None:
        power = min(max((rows * 4 * _BITS_PER_KEY).bit_length(), _FEWEST_BITS), _MOST_BITS)
        self._mask = (1 << power) - 1
        self._bits = bytearray(1 << (power - 3))
        self._kept: set[int] = set()

    def add(self, keys: Sequence[str]) -> None:
        """One more row with these keys."""
        bits, mask = self._bits, self._mask
        for number in map(hash, keys):
            one, other = number & mask, (number >> 31) & mask
            if bits[one >> 3] & 1 << (one & 7) and bits[other >> 3] & 1 << (other & 7):
                self._kept.add(number)
            else:
                bits[one >> 3] |= 1 << (one & 7)
                bits[other >> 3] |= 1 << (other & 7)

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and hash(coarse(key)) in self._kept


def coarse(key: str) -> str:
    """A learner's key (`learner_keys`) as `raw_keys` has it: of a date of birth, only the year."""
    kind, _, rest = key.partition(":")
    if kind != "person":
        return key
    name, _, birth = rest.rpartition("|")
    return f"person:{name}|{birth[:4]}"


def raw_keys(row: Sequence[Raw], places: Mapping[str, int]) -> list[str]:
    """The coarse keys of a row not yet checked. `places`: field -> position of its column."""
    cells = {name: _plain(row[place]) for name, place in places.items()}
    name, keys = _name(cells), []
    if number := cells.get("learner_id"):
        keys.append(f"id:{cells.get('learner_id_scheme', '')}:{number}".casefold())
    if number := cells.get("national_id"):
        keys.append(f"nid:{number}".casefold())
    if address := cells.get("email"):
        keys.append(f"mail:{address}".casefold())
    keys.extend(f"person:{name}|{year}" for year in _years(cells.get("date_of_birth", "")))
    return [f"name:{name}", *(keys or [f"learner:{name}||"])]


def _plain(cell: Raw) -> str:
    text = str(cell).strip()
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _name(cells: Mapping[str, str]) -> str:
    given, family = cells.get("given_name"), cells.get("family_name")
    if given and family:
        return f"{fold(given)} {fold(family)}"
    return fold(cells.get("full_name") or given or family or "")


def _years(birth: str) -> set[str]:
    """Whatever may be the year in a date: every four figures in a row."""
    return {birth[i : i + 4] for i in range(len(birth) - 3) if birth[i : i + 4].isdigit()}

"""The mosaic of a page: small tiles that make a whole, one of them gold. Each title has its own, always the same."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from hashlib import shake_256

COLUMNS, ROWS = 6, 8
_FILLED = (20, 60, 120, 190, 235, 256)
"""Of 256, per column from the left: how often there is a tile. The mosaic thins out towards the text."""

_SQUARES = 120
"""Of 256: how often a tile is a whole square."""


class Shape(StrEnum):
    """A square, or the half of one that holds the named corner."""

    SQUARE = "square"
    TOP_LEFT = "top-left"
    TOP_RIGHT = "top-right"
    BOTTOM_LEFT = "bottom-left"
    BOTTOM_RIGHT = "bottom-right"


_HALVES = (Shape.TOP_LEFT, Shape.TOP_RIGHT, Shape.BOTTOM_LEFT, Shape.BOTTOM_RIGHT)
_TONES = (1, 1, 1, 2, 2, 3, 3, 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """`tone`: 1 (palest lapis) to 4 (lapis), 0 is gold."""

    column: int
    row: int
    shape: Shape
    tone: int


def mosaic(seed: str) -> tuple[Tile, ...]:
    """The tiles for a title, from the top left; one gold square among those near the right edge."""
    chance = iter(shake_256(seed.encode("utf-8", "replace")).digest(4 * COLUMNS * ROWS + 1))
    gold = (COLUMNS - 2, 1 + next(chance) % (ROWS - 2))
    tiles = []
    for row in range(ROWS):
        for column in range(COLUMNS):
            filled, square, half, tone = (next(chance) for _ in range(4))
            if (column, row) == gold:
                tiles.append(Tile(column=column, row=row, shape=Shape.SQUARE, tone=0))
            elif filled < _FILLED[column]:
                shape = Shape.SQUARE if square < _SQUARES else _HALVES[half % len(_HALVES)]
                tiles.append(Tile(column=column, row=row, shape=shape, tone=_TONES[tone % len(_TONES)]))
    return tuple(tiles)

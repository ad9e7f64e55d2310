"""The mosaic: each title has its own, always the same, with one gold tile."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from mikra.rendering.mosaic import COLUMNS, ROWS, Shape, Tile, mosaic


@settings(max_examples=50)
@given(st.text())
def test_one_gold_tile_and_every_tile_in_its_own_place(title: str) -> None:
    tiles = mosaic(title)
    assert len([t for t in tiles if t.tone == 0]) == 1
    places = [(t.column, t.row) for t in tiles]
    assert len(places) == len(set(places))
    assert all(0 <= t.column < COLUMNS and 0 <= t.row < ROWS and 0 <= t.tone <= 4 for t in tiles)
    assert {t.row for t in tiles if t.column == COLUMNS - 1} == set(range(ROWS))


def test_the_same_title_has_the_same_mosaic_for_ever() -> None:
    """Pages of one edition, drawn years apart, look alike."""
    tiles = mosaic("Water quality monitoring in small catchments")
    assert tiles[0] == Tile(column=3, row=0, shape=Shape.SQUARE, tone=4)
    assert (len(tiles), next(t.row for t in tiles if t.tone == 0)) == (29, 6)
    assert tiles != mosaic("Water quality monitoring in large catchments")

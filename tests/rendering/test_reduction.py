"""A drawn page made small: each pixel gets the nearest colour of ours, and runs put together are the whole page."""

from __future__ import annotations

import re
import struct
import zlib
from importlib.resources import files

from hypothesis import given, settings
from hypothesis import strategies as st

from mikra.formats import png
from mikra.rendering.reduction import PALETTE, Run, plate, reduce
from tests.formats.drawn_png import image

Rgb = tuple[int, int, int]


def nearest(colour: Rgb) -> int:
    distances = [sum((a - b) ** 2 for a, b in zip(colour, own, strict=True)) for own in PALETTE]
    return distances.index(min(distances))


def pixels(data: bytes) -> list[list[int]]:
    """The numbers of the colours, by rows."""
    return [[n for byte in row for n in (byte >> 4, byte & 15)][:width] for width, row in png.rows(data)]


def drawn(width: int, rows: list[list[Rgb]]) -> bytes:
    return image(width, len(rows), lambda x, y: (*rows[y][x], 255), colour=6, filters=(2, 4, 1, 0, 3))


@st.composite
def drawings(draw: st.DrawFn) -> tuple[int, list[list[Rgb]]]:
    width = draw(st.integers(1, 40))
    colour = st.one_of(st.sampled_from(PALETTE), st.tuples(*[st.integers(0, 255)] * 3))
    row = st.lists(colour, min_size=width, max_size=width)
    rows = draw(st.lists(row, min_size=1, max_size=6))
    return width, [line for line in rows for _ in range(draw(st.integers(1, 2)))]


@settings(max_examples=60)
@given(drawings(), st.data())
def test_each_pixel_gets_the_nearest_colour_wherever_the_page_is_cut(
    drawing: tuple[int, list[list[Rgb]]], data: st.DataObject
) -> None:
    width, rows = drawing
    cuts = sorted(data.draw(st.lists(st.integers(0, len(rows)), max_size=3)))
    reduced = plate(drawn(width, rows), cuts).png()
    assert pixels(reduced) == [[nearest(colour) for colour in row] for row in rows]
    assert png.png_size(reduced) == (width, len(rows))


@settings(max_examples=30)
@given(drawings(), drawings())
def test_another_run_makes_another_page(one: tuple[int, list[list[Rgb]]], other: tuple[int, list[list[Rgb]]]) -> None:
    width = min(one[0], other[0])
    above, below = ([row[:width] for row in rows] for _, rows in (one, other))
    page = plate(drawn(width, above + above), [len(above)])
    spliced = page.with_run(1, Run.of(reduce(drawn(width, below)))).png()
    assert pixels(spliced) == pixels(plate(drawn(width, above + below)).png())


def test_the_stream_is_whole() -> None:
    """zlib checks the checksum over all runs; the last block is marked as such."""
    data = plate(drawn(5, [[PALETTE[n % 14]] * 5 for n in range(9)]), [3, 6]).png()
    stream = b"".join(part for kind, part in png.chunks(data) if kind == b"IDAT")
    unpacking = zlib.decompressobj()
    rows = unpacking.decompress(stream)
    assert unpacking.eof
    assert unpacking.unused_data == b""
    assert struct.unpack(">I", stream[-4:]) == (zlib.adler32(rows),)


def test_the_colours_of_the_look_are_all_there() -> None:
    """Each is in the palette, or, as a grey of text and lines, near one of it."""
    look = files("mikra.rendering").joinpath("typst", "look.typ").read_text("utf-8")
    said = dict(re.findall(r'#let ([\w-]+) = rgb\("#(\w{6})"\)', look))
    tones = re.findall(r'rgb\("#(\w{6})"\)', look.split("#let tones")[1].split("\n")[0])
    exact = [said.pop(name) for name in ("paper", "ink", "accent", "accent-soft", "gold", "warn", "warn-soft")]
    assert len(tones) == 3
    assert {tuple(bytes.fromhex(c)) for c in (*exact, *tones)} <= set(PALETTE)
    assert set(said) == {"ink-2", "ink-3", "line-colour"}
    for colour in map(bytes.fromhex, said.values()):
        own = PALETTE[nearest((colour[0], colour[1], colour[2]))]
        assert max(abs(a - b) for a, b in zip(colour, own, strict=True)) < 40


def test_at_most_sixteen_colours() -> None:
    assert len(set(PALETTE)) == len(PALETTE) <= 16

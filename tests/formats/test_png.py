"""PNG: an image is read as it was written, damage is seen, and a page that shows nothing is told from one that does."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mikra.errors import InputError
from mikra.formats import png
from tests.formats.drawn_png import CHANNELS, chunk, image, packed

FORMS = [
    (c, d)
    for c, depths in {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}.items()
    for d in depths
]
BLACK_AND_WHITE = (b"PLTE", bytes([255, 255, 255, 0, 0, 0]))


def white(colour: int, depth: int) -> tuple[int, ...]:
    full = (1 << depth) - 1
    return (0,) if colour == 3 else (full,) * CHANNELS[colour]


def dark(colour: int, depth: int) -> tuple[int, ...]:
    full = (1 << depth) - 1
    return (1,) if colour == 3 else {0: (0,), 2: (0, 0, 0), 4: (0, full), 6: (0, 0, 0, full)}[colour]


def parts_of(colour: int) -> list[tuple[bytes, bytes]]:
    return [BLACK_AND_WHITE] if colour == 3 else []


def plain(colour: int, depth: int, **how: object) -> bytes:
    return image(80, 70, lambda x, y: white(colour, depth), colour=colour, depth=depth, parts=parts_of(colour), **how)


def ruled(colour: int, depth: int, **how: object) -> bytes:
    """Dark lines, as a page with words has."""
    return image(
        80,
        70,
        lambda x, y: dark(colour, depth) if y % 10 == 5 and 10 < x < 60 else white(colour, depth),
        colour=colour,
        depth=depth,
        parts=parts_of(colour),
        **how,
    )


@st.composite
def drawings(draw: st.DrawFn) -> tuple[int, int, list[list[tuple[int, ...]]], int, int, list[int]]:
    colour, depth = draw(st.sampled_from(FORMS))
    width, height = draw(st.integers(1, 90)), draw(st.integers(1, 6))
    few = draw(st.lists(st.integers(0, (1 << depth) - 1), min_size=1, max_size=3))
    sample = st.sampled_from(few)
    rows = [
        [
            tuple(draw(sample) for _ in range(CHANNELS[colour]))
            if draw(st.integers(0, 5)) == 0
            else (few[0],) * CHANNELS[colour]
            for _ in range(width)
        ]
        for _ in range(height)
    ]
    return width, height, rows, colour, depth, draw(st.lists(st.integers(0, 4), min_size=1, max_size=5))


@settings(max_examples=60)
@given(drawings())
def test_what_was_written_is_read(drawing: tuple[int, int, list[list[tuple[int, ...]]], int, int, list[int]]) -> None:
    width, height, pixels, colour, depth, filters = drawing
    data = image(width, height, lambda x, y: pixels[y][x], colour=colour, depth=depth, filters=filters)
    assert list(png.rows(data)) == [(width, packed(row, depth)) for row in pixels]
    assert png.png_size(data) == (width, height)


@pytest.mark.parametrize("kind", range(5))
def test_every_filter_on_a_wide_row(kind: int) -> None:
    """Wider than the block that the Paeth filter takes at once; empty paper, then letters, then empty paper."""

    def pixel(x: int, y: int) -> tuple[int, int, int, int]:
        value = (x * 37 + y * 101) % 256 if 70 < x < 200 and y > 2 else 255
        return value, value // 2 if value < 255 else 255, value, 255

    data = image(300, 8, pixel, colour=6, filters=(kind,))
    assert [row for _, row in png.rows(data)] == [packed([pixel(x, y) for x in range(300)], 8) for y in range(8)]


@pytest.mark.parametrize(("colour", "depth"), FORMS)
@pytest.mark.parametrize("interlaced", [False, True])
def test_one_colour_is_blank_and_lines_are_not(colour: int, depth: int, interlaced: bool) -> None:
    assert png.is_blank(plain(colour, depth, interlaced=interlaced))
    assert not png.is_blank(ruled(colour, depth, interlaced=interlaced))


def test_what_is_transparent_is_not_seen() -> None:
    def lines(opacity: int) -> bytes:
        return image(80, 70, lambda x, y: (0, 0, 0, opacity if y % 10 == 5 else 0), colour=6)

    assert png.is_blank(lines(0))
    assert not png.is_blank(lines(255))


def test_white_on_a_transparent_ground_is_not_seen() -> None:
    assert png.is_blank(image(80, 70, lambda x, y: (255, 255 if y % 10 == 5 else 0), colour=4))
    assert not png.is_blank(image(80, 70, lambda x, y: (0, 255 if y % 10 == 5 else 0), colour=4))


@pytest.mark.parametrize(
    ("colour", "transparent", "seen"),
    [(0, struct.pack(">H", 0), False), (0, struct.pack(">H", 7), True), (3, bytes([255, 0]), False), (3, b"", True)],
)
def test_a_colour_that_is_declared_transparent(colour: int, transparent: bytes, seen: bool) -> None:
    data = image(
        80,
        70,
        lambda x, y: dark(colour, 8) if y % 10 == 5 else white(colour, 8),
        colour=colour,
        parts=[*parts_of(colour), (b"tRNS", transparent)],
    )
    assert png.is_blank(data) is not seen


@pytest.mark.parametrize(("width", "height"), [(1, 1), (2, 2), (63, 900), (900, 63)])
def test_nobody_reads_a_tiny_image(width: int, height: int) -> None:
    assert png.is_blank(image(width, height, lambda x, y: ((x + y) % 2 * 255,) * 3))


def test_one_speck_is_nothing_to_see() -> None:
    assert png.is_blank(image(100, 100, lambda x, y: (0, 0, 0) if (x, y) == (0, 0) else (255, 255, 255)))
    assert png.is_blank(image(100, 100, lambda x, y: (0, 0, 0) if (x, y) == (50, 50) else (255, 255, 255)))
    assert not png.is_blank(image(100, 100, lambda x, y: (0, 0, 0) if 50 <= x < 62 and y == 50 else (255, 255, 255)))


def test_shades_that_nobody_tells_apart_are_nothing_to_see() -> None:
    assert png.is_blank(image(80, 70, lambda x, y: (255 - (x + y) % 20,) * 3))
    assert not png.is_blank(image(80, 70, lambda x, y: (255 - (x + y) % 60,) * 3))


def test_a_page_of_one_colour_after_its_first_row_is_seen() -> None:
    assert not png.is_blank(image(80, 70, lambda x, y: (0, 0, 0) if y > 60 else (255, 255, 255)))


def resealed(data: bytes, head: bytes) -> bytes:
    """The image with another header."""
    return data[:8] + chunk(b"IHDR", head) + data[33:]


GOOD = ruled(2, 8)


def _header(**changes: int) -> bytes:
    values = {"width": 80, "height": 70, "depth": 8, "colour": 2, "method": 0, "filtering": 0, "interlace": 0} | changes
    return resealed(GOOD, struct.pack(">IIBBBBB", *values.values()))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(b"", "image_malformed", id="empty"),
        pytest.param(b"GIF89a" + GOOD, "image_malformed", id="another-format"),
        pytest.param(GOOD[:-1], "image_malformed", id="cut-off"),
        pytest.param(GOOD[:60], "image_malformed", id="cut-off-early"),
        pytest.param(GOOD[:45] + b"\x00\x01" + GOOD[47:], "image_malformed", id="a-byte-changed"),
        pytest.param(GOOD[:8] + GOOD[33:], "image_malformed", id="no-header"),
        pytest.param(_header(depth=3), "image_malformed", id="depth"),
        pytest.param(_header(colour=5), "image_malformed", id="colour"),
        pytest.param(_header(width=0), "image_malformed", id="no-width"),
        pytest.param(_header(interlace=2), "image_malformed", id="interlace"),
        pytest.param(_header(method=1), "image_malformed", id="another-packing"),
        pytest.param(_header(filtering=1), "image_malformed", id="another-filtering"),
        pytest.param(resealed(GOOD, GOOD[16:29] + b"\0"), "image_malformed", id="a-longer-header"),
        pytest.param(
            GOOD[:8] + chunk(b"IDHR", GOOD[16:29]) + GOOD[33:], "image_malformed", id="a-header-by-another-name"
        ),
        pytest.param(_header(height=71), "image_malformed", id="fewer-pixels-than-announced"),
        pytest.param(_header(width=100_000, height=100_000), "image_too_large", id="too-large"),
        pytest.param(GOOD[:33] + chunk(b"IDAT", b"abc") + chunk(b"IEND", b""), "image_malformed", id="not-deflated"),
        pytest.param(
            GOOD[:33] + chunk(b"IDAT", zlib.compress(b"\x05" + bytes(240) + bytes(241 * 69))) + chunk(b"IEND", b""),
            "image_malformed",
            id="unknown-filter",
        ),
    ],
)
def test_damage_is_said(data: bytes, code: str) -> None:
    with pytest.raises(InputError) as caught:
        png.is_blank(data)
    assert caught.value.code == code


def test_an_unknown_order_of_pixels_is_refused_by_the_header_alone() -> None:
    assert png.png_size(_header(interlace=1)) == (80, 70)
    with pytest.raises(InputError):
        png.png_size(_header(interlace=2))


def test_no_more_is_unpacked_than_was_announced() -> None:
    """64 MB of zeros behind a small header: what is too much is never made."""
    packing = zlib.compressobj()
    bomb = b"".join(packing.compress(bytes(1 << 20)) for _ in range(64)) + packing.flush()
    data = resealed(GOOD, struct.pack(">IIBBBBB", 80, 70, 8, 2, 0, 0, 0))[:33] + chunk(b"IDAT", bomb)
    assert png.is_blank(data + chunk(b"IEND", b""))


@pytest.mark.parametrize(
    ("name", "good"), [("png-good", True), ("png-bad-crc", False), ("png-length-lie", False), ("png-after-iend", True)]
)
def test_images_of_the_corpus(corpus: Path, name: str, good: bool) -> None:
    data = (corpus / "png" / f"{name}.png").read_bytes()
    if good:
        assert min(png.png_size(data)) > 0
        list(png.rows(data))
    else:
        with pytest.raises(InputError):
            list(png.rows(data))


def test_pillow_reads_the_same() -> None:
    pil = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    data = image(90, 9, lambda x, y: ((x * y) % 256, x, y, 255), colour=6, filters=(4, 3, 2, 1, 0))
    assert b"".join(row for _, row in png.rows(data)) == pil.open(io.BytesIO(data)).tobytes()

"""Badge images: what is baked comes out; whatever two programs could read differently is refused."""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mikra.codes import CODES
from mikra.errors import InputError
from mikra.formats import baked_png, baked_svg
from mikra.formats.baked import Baked, Edition
from tests.drills.mutants import mutants
from tests.formats.drawn_png import image

PLAIN_PNG = image(16, 16, lambda x, y: (x * 16, y * 16, 128))
PLAIN_SVG = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" '
    b'aria-label="a > b"><title>\xc5\xa0</title><rect width="9" height="9" fill="#1c3f9f"/></svg>'
)
JWS = "eyJhbGciOiJFUzI1NiJ9.e30.c2ln"
JSON = '{"type":["VerifiableCredential"],"name":"Zoë ]]> \\u0000 <&\'"}'


def png_of(*chunks: tuple[bytes, bytes], after: bytes = b"") -> bytes:
    """A PNG with further chunks behind its header."""
    head, *rest = baked_png.chunks(PLAIN_PNG)
    return of_chunks([head, *chunks, *rest]) + after


def itxt(text: str, keyword: bytes = baked_png.KEYWORD, packed: int = 0) -> tuple[bytes, bytes]:
    body = zlib.compress(text.encode()) if packed else text.encode()
    return b"iTXt", keyword + b"\0" + bytes([packed, 0]) + b"\0\0" + body


def of_chunks(parts: Iterable[tuple[bytes, bytes]]) -> bytes:
    """A PNG of these chunks."""
    return baked_png.SIGNATURE + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(body, zlib.crc32(kind)))
        for kind, body in parts
    )


def replaced(png: bytes, kind: bytes, by: bytes, body: bytes) -> bytes:
    return of_chunks((by, body) if k == kind else (k, b) for k, b in baked_png.chunks(png))


def without(png: bytes, kind: bytes) -> bytes:
    return of_chunks((k, b) for k, b in baked_png.chunks(png) if k != kind)


def before_end(png: bytes, kind: bytes, body: bytes) -> bytes:
    *parts, end = baked_png.chunks(png)
    return of_chunks([*parts, (kind, body), end])


def svg_of(inner: str = "", attributes: str = "", before: str = "") -> bytes:
    held = f'<openbadges:credential xmlns:openbadges="{baked_svg.NAMESPACE}" verify="{JWS}"/>'
    return f'{before}<svg xmlns="http://www.w3.org/2000/svg" {attributes}>{held}{inner}</svg>'.encode()


def code_of(read: Callable[[bytes], Baked], data: bytes) -> str:
    with pytest.raises(InputError) as caught:
        read(data)
    assert caught.value.code in CODES
    return caught.value.code


@pytest.mark.parametrize("text", [JWS, JSON])
def test_what_is_baked_comes_out(text: str) -> None:
    assert baked_png.extract(baked_png.bake(PLAIN_PNG, text)) == Baked(text=text, edition=Edition.V3)
    assert baked_png.extract(baked_png.bake(PLAIN_PNG, text, Edition.V2)) == Baked(text=text, edition=Edition.V2)


def test_a_drawing_gives_back_the_text_and_json_as_the_same_value() -> None:
    import json

    assert baked_svg.extract(baked_svg.bake(PLAIN_SVG, JWS)).text == JWS
    inside = baked_svg.extract(baked_svg.bake(PLAIN_SVG, JSON)).text
    assert json.loads(inside) == json.loads(JSON)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_text_in_json_survives_both_images(value: str) -> None:
    import json

    text = json.dumps({"name": value, "type": ["VerifiableCredential"]}, ensure_ascii=False)
    text = text.replace("\x7f", "\\u007f").replace("\r", "\\r")
    assert json.loads(baked_png.extract(baked_png.bake(PLAIN_PNG, text)).text)["name"] == value
    assert json.loads(baked_svg.extract(baked_svg.bake(PLAIN_SVG, text)).text)["name"] == value


def test_the_picture_stays_the_same() -> None:
    before = list(baked_png.chunks(PLAIN_PNG))
    after = [c for c in baked_png.chunks(baked_png.bake(PLAIN_PNG, JWS)) if c[0] != b"iTXt"]
    assert before == after
    assert baked_svg.bake(PLAIN_SVG, JWS).endswith(PLAIN_SVG[-60:])


def test_nothing_is_baked_twice_or_into_nothing() -> None:
    assert code_of(lambda b: baked_png.bake(b, JWS), baked_png.bake(PLAIN_PNG, JWS)) == "image_ambiguous"
    assert code_of(lambda b: baked_svg.bake(b, JWS), baked_svg.bake(PLAIN_SVG, JWS)) == "image_ambiguous"
    assert code_of(lambda b: baked_png.bake(b, " "), PLAIN_PNG) == "empty_upload"
    for bake, plain in ((baked_png.bake, PLAIN_PNG), (baked_svg.bake, PLAIN_SVG)):
        with pytest.raises(InputError):
            bake(plain, JWS + "\0")
    empty = b'<svg xmlns="http://www.w3.org/2000/svg"/>'
    assert code_of(lambda b: baked_svg.bake(b, JWS), empty) == "image_malformed"


@pytest.mark.parametrize(
    ("png", "code"),
    [
        (PLAIN_PNG, "image_no_credential"),
        (png_of(itxt(JWS), itxt(JWS)), "image_ambiguous"),
        (png_of(itxt(JWS), itxt(JWS, baked_png.KEYWORD_2)), "image_ambiguous"),
        (png_of(itxt(JWS, packed=1)), "image_malformed"),
        (png_of((b"tEXt", baked_png.KEYWORD + b"\0" + JWS.encode())), "image_malformed"),
        (png_of((b"zTXt", baked_png.KEYWORD_2 + b"\0\0" + zlib.compress(JWS.encode()))), "image_malformed"),
        (png_of(itxt(JWS, b"OpenBadgeCredential")), "image_malformed"),
        (png_of(itxt(JWS, b"openbadgecredential ")), "image_malformed"),
        (png_of(itxt(JWS), after=b"\0"), "image_malformed"),
        (png_of(itxt(JWS), after=png_of(itxt(JWS))), "image_malformed"),
        (png_of(itxt(JWS), (b"XYZZ", b"")), "image_malformed"),
        (png_of(itxt(JWS), (b"IHDR", bytes(13))), "image_malformed"),
        (png_of((b"iTXt", baked_png.KEYWORD + b"\0\0\0")), "image_malformed"),
        (png_of((b"iTXt", baked_png.KEYWORD + b"\0\0\0\0")), "image_malformed"),
        (png_of((b"iTXt", baked_png.KEYWORD + b"\0\0\0en\0no end")), "image_malformed"),
        (png_of((b"iTXt", baked_png.KEYWORD + b"\0\0\1\0\0" + JWS.encode())), "image_malformed"),
        (png_of(itxt(JWS + "\0")), "image_malformed"),
        (png_of((b"zTXt", baked_png.KEYWORD_2 + b"\0" + JWS.encode())), "image_malformed"),
        (png_of(itxt(JWS), (b"a1Bc", b"")), "image_malformed"),
        (replaced(png_of(itxt(JWS)), b"IEND", b"IEND", b"more"), "image_malformed"),
        (without(png_of(itxt(JWS)), b"IDAT"), "image_malformed"),
        (before_end(png_of(itxt(JWS)), b"PLTE", bytes(3)), "image_malformed"),
        (png_of((b"iTXt", baked_png.KEYWORD + b"\0\0\0\0\0\xff\xfe")), "image_malformed"),
        (png_of(itxt("")), "image_no_credential"),
        (PLAIN_PNG[:40], "image_malformed"),
        (b"\x89PNG", "image_malformed"),
    ],
)
def test_pictures_that_are_refused(png: bytes, code: str) -> None:
    assert code_of(baked_png.extract, png) == code


@pytest.mark.parametrize(
    "inner",
    [
        "<g><title>t</title><path d='M0 0h3v3z'/></g>",
        "<style>.a{fill:#fff}.b{fill:url(#g)}</style><rect class='a' style='fill:url(&quot;#g&quot;)'/>",
        "<image href='data:image/png;base64,AAAA'/>",
        "<use href='#x'/><animate attributeName='opacity' values='0;1'/>",
        "<metadata><r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#' r:about='http://x.example/'/></metadata>",
    ],
)
def test_drawings_that_only_draw(inner: str) -> None:
    assert baked_svg.extract(svg_of(inner)).text == JWS


@pytest.mark.parametrize(
    ("svg", "code"),
    [
        (PLAIN_SVG, "image_no_credential"),
        (svg_of("<script/>"), "svg_active_content"),
        (svg_of("<SCRIPT/>"), "svg_active_content"),
        (svg_of("<s:script xmlns:s='http://www.w3.org/2000/svg'/>"), "svg_active_content"),
        (svg_of("<h:img xmlns:h='http://www.w3.org/1999/xhtml' src='x'/>"), "svg_active_content"),
        (svg_of("<foreignObject/>"), "svg_active_content"),
        (svg_of(attributes="ONLOAD='x'"), "svg_active_content"),
        (svg_of("<a href='java&#10;script:alert(1)'/>"), "svg_active_content"),
        (svg_of("<image href='data:image/svg+xml,x'/>"), "svg_active_content"),
        (svg_of("<set attributeName='href' to='javascript:x'/>"), "svg_active_content"),
        (svg_of("<animate attributeName='xlink:href' values='#a'/>"), "svg_active_content"),
        (svg_of("<rect style='fill:\\75rl(http://x)'/>"), "svg_active_content"),
        (svg_of("<rect style='-moz-binding:url(#x)'/>"), "svg_active_content"),
        (svg_of("<a href='https://x.example/'/>"), "svg_external_reference"),
        (svg_of("<use href='/other.svg#x'/>"), "svg_external_reference"),
        (svg_of("<rect fill='url(https://x.example/#a)'/>"), "svg_external_reference"),
        (svg_of("<rect filter=\"url('x.svg#a')\"/>"), "svg_external_reference"),
        (svg_of("<style>@import 'x.css';</style>"), "svg_external_reference"),
        (svg_of("<style><![CDATA[.a{background:image-set('x.png' 1x)}]]></style>"), "svg_external_reference"),
        (svg_of(attributes="xml:base='https://x.example/'"), "svg_external_reference"),
        (svg_of(before="<?xml-stylesheet href='x.css'?>"), "svg_external_reference"),
        (svg_of(before="<?php x?>"), "svg_active_content"),
        (svg_of(before="<!DOCTYPE svg>"), "xml_doctype"),
        (svg_of(before="<!DOCTYPE svg [<!ENTITY a 'b'>]>", inner="&a;"), "xml_doctype"),
        (svg_of(before="<?xml version='1.0' encoding='iso-8859-1'?>"), "image_malformed"),
        (svg_of("<g>"), "image_malformed"),
        (svg_of("\xff".encode("latin-1").decode("latin-1") + "<x:y/>"), "image_malformed"),
        (svg_of("<g>" * 70 + "</g>" * 70), "image_too_large"),
        (svg_of("<g/>" * 50_001), "image_too_large"),
        (svg_of(f"<o:assertion xmlns:o='{baked_svg.NAMESPACE_2}' verify='x'/>"), "image_ambiguous"),
        (svg_of(f"<o:Credential xmlns:o='{baked_svg.NAMESPACE}' verify='x'/>"), "image_malformed"),
        (
            baked_svg.bake(PLAIN_SVG, JSON).replace(
                b"<openbadges:credential>", b"<openbadges:credential verify='a.b.c'>"
            ),
            "image_ambiguous",
        ),
        (baked_svg.bake(PLAIN_SVG, JSON).replace(b"<![CDATA[", b"<g/><![CDATA["), "image_malformed"),
        (svg_of().replace(JWS.encode(), b" "), "image_no_credential"),
        (b"<html/>", "image_malformed"),
        (b'<svg xmlns="http://www.w3.org/2000/sv"/>', "image_malformed"),
    ],
)
def test_drawings_that_are_refused(svg: bytes, code: str) -> None:
    assert code_of(baked_svg.extract, svg) == code


def test_a_hosted_badge_of_version_2_gives_its_json() -> None:
    url = "https://badges.example/1"
    held = f"<o:assertion xmlns:o='{baked_svg.NAMESPACE_2}' verify='{url}'>{{\"id\":\"{url}\"}}</o:assertion>"
    svg = f'<svg xmlns="http://www.w3.org/2000/svg">{held}</svg>'.encode()
    assert baked_svg.extract(svg) == Baked(text=f'{{"id":"{url}"}}', edition=Edition.V2)
    other = svg.replace(b'{"id":"https://badges', b'{"id":"https://other')
    assert code_of(baked_svg.extract, other) == "image_ambiguous"


IMAGES = {
    "png": (baked_png.extract, baked_png.bake(PLAIN_PNG, JWS)),
    "svg": (baked_svg.extract, baked_svg.bake(PLAIN_SVG, JSON)),
}


@pytest.mark.drill("R5")
@pytest.mark.parametrize("kind", IMAGES)
def test_damaged_images_give_only_our_errors(kind: str, amount: Callable[[int, int], int]) -> None:
    read, good = IMAGES[kind]
    chance = random.Random(5)
    for _ in range(amount(1_000, 100_000)):
        mutant = bytearray(good)
        for _ in range(chance.choice([1, 1, 2, 5, 30])):
            at = chance.randrange(len(mutant))
            mutant[at : at + chance.randrange(9)] = chance.choice([chance.randbytes(chance.randrange(6)), b"<", b"&x;"])
        try:
            read(bytes(mutant))
        except InputError as error:
            if error.code not in CODES:
                raise


def test_every_byte_of_a_picture_counts() -> None:
    """A PNG has a checksum for every part: whatever is changed within it is refused."""
    read, good = IMAGES["png"]
    for _, mutant in mutants(good, 500, seed=3):
        assert mutant == good or code_of(read, mutant)

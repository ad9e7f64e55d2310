"""Badge images: one picture per title and language, nothing of the learner, words that fit and stand out."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from mikra.conversion.wording import languages
from mikra.errors import InputError
from mikra.formats import baked_png, baked_svg
from mikra.formats.png import is_blank, png_size
from mikra.model import Credential, Text
from mikra.rendering.badge_image import SIZE, badge_png, badge_svg
from tests.conversion import made

JWS = "eyJhbGciOiJFUzI1NiJ9.e30.c2ln"


def titled(title: str) -> Credential:
    credential = made.award()
    learner, claim = credential.learner, credential.achievement
    assert learner is not None
    assert claim is not None
    return replace(credential, credential_subject=replace(learner, has_claim=(replace(claim, title=Text(en=title)),)))


@pytest.mark.parametrize("name", made.EXAMPLES)
def test_it_can_be_baked_and_holds_nothing_of_the_learner(name: str) -> None:
    credential = made.award(name)
    for language in languages(credential):
        svg = badge_svg(credential, language)
        assert baked_svg.extract(baked_svg.bake(svg, JWS)).text == JWS
        text = svg.decode()
        assert not any(secret in text for secret in ("O'Brien", "Zoë", "M0419", "2026-06-15"))
        assert f'lang="{language}"' in text
        assert "3 ECTS" in text or name != made.EXAMPLES[0]


def test_the_same_title_gives_the_same_picture_and_another_another() -> None:
    assert badge_svg(made.award(), "en") == badge_svg(made.award(), "en")
    tiles = re.compile(r"<path.*opacity.*/>")
    one, other = (tiles.findall(badge_svg(titled(t), "en").decode()) for t in ("Water", "Wine"))
    assert one != other


def test_a_demonstration_says_so() -> None:
    assert b"Demonstration, no value" in badge_svg(made.award(), "en")
    assert b"Demonstra" not in badge_svg(replace(made.award(), identifier=()), "en")


@pytest.mark.parametrize("title", ["A", "W" * 200, "word " * 60, "Ш" * 40, "<script>&\"'</script>", "\u202eabc", ""])
def test_any_title_gives_a_drawing(title: str) -> None:
    svg = badge_svg(titled(title), "en")
    assert baked_svg.extract(baked_svg.bake(svg, JWS)).text == JWS
    sizes = [int(y) for y in re.findall(r'<text x="\d+" y="(\d+)"', svg.decode())]
    assert max(sizes) < SIZE


@pytest.mark.parametrize("accent", ["red", "#fff", "#ffff00", "#9aa0ff", "url(#x)", '#000000"'])
def test_colours_that_do_not_serve_are_refused(accent: str) -> None:
    with pytest.raises(InputError):
        badge_svg(made.award(), "en", accent=accent)


@pytest.mark.extra("pdf")
def test_the_same_in_pixels() -> None:
    png = badge_png(badge_svg(made.award(), "bg"))
    assert png_size(png) == (SIZE, SIZE)
    assert not is_blank(png)
    assert baked_png.extract(baked_png.bake(png, JWS)).text == JWS
    assert len(png) < 60_000

"""WCAG 2.2, 1.4.3 and 1.4.11: an institution's colour and logo on its certificates, and colours that can be read.

Brand(accent="#7a1f3d", logo=svg_or_png)
tint("#ffcc00").accent                       "#816700": the same hue, dark enough for text on white and on its tint
"""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from functools import lru_cache

from mikra.errors import InputError
from mikra.formats.png import png_size

LAPIS = "#1c3f9f"
"""Mikra's own accent, for who has none."""

LEGIBLE = 5.0
"""To one. WCAG asks for 4.5 of text; the rest is for printers."""

MAX_LOGO = 200_000
"""Bytes. It is in every certificate."""

_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_SVG = re.compile(rb"\s*(?:<\?xml[^>]*\?>)?\s*(?:<!--.*?-->\s*)*<svg[\s>]", re.DOTALL)
_ACTIVE = re.compile(
    rb"<script|<foreignObject|<!ENTITY|<!DOCTYPE|(?:xlink:)?href\s*=\s*[\"'](?!#|data:image/)", re.IGNORECASE
)

Rgb = tuple[float, float, float]
_WHITE: Rgb = (255.0, 255.0, 255.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """`accent` as "#rrggbb"; `logo` is a PNG or SVG picture, or nothing. Raises InputError where one cannot be used."""

    accent: str = LAPIS
    logo: bytes = b""

    def __post_init__(self) -> None:
        tint(self.accent)
        if self.logo:
            _check_logo(self.logo)

    def logo_svg(self) -> str:
        """The logo as SVG, whatever it was; "" for none."""
        if not self.logo or _SVG.match(self.logo):
            return self.logo.decode()
        width, height = png_size(self.logo)
        picture = b64encode(self.logo).decode()
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
            f'<image width="{width}" height="{height}" href="data:image/png;base64,{picture}"/></svg>'
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tint:
    """The colours of a certificate. `tones` go from the palest to the accent; `darkened`: it was too pale as given."""

    accent: str
    soft: str
    tones: tuple[str, str, str, str]
    darkened: bool


@lru_cache(maxsize=64)
def tint(accent: str) -> Tint:
    """The colours that go with an accent, made darker until text in it can be read. Raises InputError."""
    if not _COLOUR.fullmatch(accent):
        raise InputError(
            "This is not a colour.",
            where="accent",
            found=accent[:40],
            expected="six digits from 0 to 9 and a to f after #, such as #1c3f9f",
            fix="Take the colour from your institution's style guide, as HTML writes it.",
            code="design_value",
        )
    given = _rgb(accent)
    dark = given
    while contrast(dark, _mixed(dark, _WHITE, 0.9)) < LEGIBLE:
        dark = (dark[0] * 0.97, dark[1] * 0.97, dark[2] * 0.97)
    pale, middle, deep = (_hex(_mixed(dark, _WHITE, share)) for share in (0.85, 0.62, 0.4))
    return Tint(
        accent=_hex(dark),
        soft=_hex(_mixed(dark, _WHITE, 0.9)),
        tones=(pale, middle, deep, _hex(dark)),
        darkened=dark != given,
    )


def contrast(one: Rgb, other: Rgb) -> float:
    """WCAG 2.2, contrast ratio: 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Rgb) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def _rgb(text: str) -> Rgb:
    return (float(int(text[1:3], 16)), float(int(text[3:5], 16)), float(int(text[5:7], 16)))


def _hex(colour: Rgb) -> str:
    return "#" + "".join(f"{round(part):02x}" for part in colour)


def _mixed(one: Rgb, other: Rgb, share: float) -> Rgb:
    """`share` of `other` in `one`."""
    red, green, blue = (a + (b - a) * share for a, b in zip(one, other, strict=True))
    return (red, green, blue)


def _check_logo(logo: bytes) -> None:
    if len(logo) > MAX_LOGO:
        raise _not_a_logo(f"{len(logo)} bytes", f"at most {MAX_LOGO} bytes")
    if logo.startswith(b"\x89PNG"):
        png_size(logo)
        return
    if not _SVG.match(logo) or _ACTIVE.search(logo):
        raise _not_a_logo("neither", "a PNG picture, or an SVG drawing that is only drawn")


def _not_a_logo(found: str, expected: str) -> InputError:
    return InputError(
        "This logo cannot be used.",
        where="logo",
        found=found,
        expected=expected,
        fix="Export the logo again as PNG, not more than 1000 dots wide.",
        code="image_malformed",
    )


MIKRA = Brand()
"""Our own colour, and no logo."""

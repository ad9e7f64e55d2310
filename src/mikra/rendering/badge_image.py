"""The image of a micro-credential's badge: SVG 2, and PNG through typst. One picture per edition and language.

    svg = badge_svg(credential, "ro", accent="#7a1f3d")
    png = badge_png(svg)                    UnavailableError without the extra `pdf`

Nothing in it is the learner's; what is baked into it is (`formats.baked_png`, `formats.baked_svg`). The tiles are drawn
from the title: each title has its own, always the same, with one of gold. All texts stand on white, in ink.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import shake_256
from xml.sax.saxutils import escape, quoteattr

from mikra import messages
from mikra.errors import InputError
from mikra.model import Credential, LearningAchievement, LearningAchievementSpecification, Organisation, Qualification
from mikra.rendering.facts import interface_language
from mikra.rendering.wording import NO_HYPHEN, best, credit, label
from mikra.sealing.certificates import DEMONSTRATION

SIZE = 512
LAPIS = "#1c3f9f"
_INK, _SOFT, _GOLD = "#12161f", "#434b5a", "#e0a526"
_NOTICE, _NOTICE_GROUND = "#875000", "#fdf1d9"
_MARGIN = 40
_WIDTH = SIZE - 2 * _MARGIN
_BAND = 176
_TILE, _GAP = 37, 3
_COLUMNS, _ROWS = 12, 4
_STRENGTHS = (0.16, 0.24, 0.34, 0.5)
_FILLED = (235, 190, 130, 70)
"""Of 256, row by row from the top: how often there is a tile. The mosaic thins out towards the text."""

_SIZES = ((46, 2), (40, 3), (34, 3), (29, 4), (25, 5))
"""Sizes of the title, each with the lines for which there is room."""

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_NARROW, _WIDE = frozenset(" .,:;'’|!()[]ijlIftr-–"), frozenset("mwMWШЩЖЮФшщжюф@%—")


def badge_svg(credential: Credential, language: str, *, accent: str = LAPIS) -> bytes:
    """The image in one language. InputError for an accent that is no colour, or on which white would not stand out."""
    _check_accent(accent)
    title = best(credential.title, language, 220).replace(NO_HYPHEN, "").replace("\u00ad", "")
    notice = tuple(_notice(credential, language))
    parts = [
        f'<rect width="{SIZE}" height="{SIZE}" rx="24" fill="#ffffff"/>',
        f'<path d="M0 {_BAND}V24a24 24 0 0 1 24-24H{SIZE - 24}a24 24 0 0 1 24 24v{_BAND - 24}z" fill="{accent}"/>',
        *_tiles(credential.title.best("en"), rows=_ROWS - 1 if notice else _ROWS),
        *notice,
        *_words(credential, title, language, accent),
        f'<rect x="3" y="3" width="{SIZE - 6}" height="{SIZE - 6}" rx="21" fill="none" stroke="{accent}" '
        'stroke-width="6"/>',
    ]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" width="{SIZE}" height="{SIZE}" '
        f'role="img" aria-label={quoteattr(title)} lang={quoteattr(language)} font-family="\'Noto Sans\', sans-serif">'
    )
    return "\n".join([head, *parts, "</svg>\n"]).encode()


def badge_png(svg: bytes, *, pixels: int = SIZE) -> bytes:
    """The same picture in pixels, with our own fonts. UnavailableError without typst."""
    from mikra.rendering.typesetter import Typesetter

    return Typesetter("badge.typ").drawn(round(72 * pixels / SIZE), svg=svg.decode())


def _check_accent(accent: str) -> None:
    if not _COLOUR.fullmatch(accent):
        raise InputError("This is not a colour.", where="accent", found=accent[:20], expected="#rrggbb")
    channels = [int(accent[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    if 1.05 / (luminance + 0.05) < 4.5:
        raise InputError(
            "This colour is too pale for words on white.",
            where="accent",
            found=accent,
            expected="a contrast of 4.5 to 1 (WCAG 2.2, 1.4.3)",
        )


def _tiles(seed: str, rows: int) -> Iterator[str]:
    chance = iter(shake_256(seed.encode("utf-8", "replace")).digest(3 * _COLUMNS * _ROWS + 1))
    gold = next(chance) % (_COLUMNS - 4) + 2
    start = (SIZE - _COLUMNS * (_TILE + _GAP) + _GAP) // 2
    for row in range(rows):
        for column in range(_COLUMNS):
            filled, strength, shape = next(chance), next(chance), next(chance)
            x, y = start + column * (_TILE + _GAP), 12 + row * (_TILE + _GAP)
            if (column, row) == (gold, 1):
                yield f'<rect x="{x}" y="{y}" width="{_TILE}" height="{_TILE}" fill="{_GOLD}"/>'
            elif filled < _FILLED[row]:
                yield f'<path d="{_outline(x, y, shape)}" fill="#ffffff" opacity="{_STRENGTHS[strength % 4]}"/>'


def _outline(x: int, y: int, shape: int) -> str:
    """A square, or one of its four halves."""
    halves = (f"M{x} {y}h{_TILE}v{_TILE}z", f"M{x} {y}v{_TILE}h{_TILE}z", f"M{x} {y}h{_TILE}l-{_TILE} {_TILE}z")
    square = f"M{x} {y}h{_TILE}v{_TILE}h-{_TILE}z"
    return square if shape < 150 else halves[shape % 3]


def _notice(credential: Credential, language: str) -> Iterator[str]:
    """A strip at the lower edge of the band that says that it is a demonstration."""
    if not any(one.scheme_name == DEMONSTRATION for one in credential.identifier):
        return
    words = messages.text("page.demonstration", interface_language(language))
    yield f'<rect y="{_BAND - 32}" width="{SIZE}" height="32" fill="{_NOTICE_GROUND}"/>'
    yield _text(words, _BAND - 10, 17, _NOTICE, bold=True)


def _words(credential: Credential, title: str, language: str, accent: str) -> Iterator[str]:
    kind = messages.text("page.kind", interface_language(language))
    yield _text(kind, _BAND + 42, 19, accent, bold=True)
    size, lines = _fitting(title)
    y = _BAND + 60 + size
    for line in lines:
        yield _text(line, y, size, _INK, bold=True)
        y += round(size * 1.18)
    issuer = credential.issuing_organisation
    name = best(issuer.name, language, 90) if isinstance(issuer, Organisation) else ""
    facts = " · ".join(_facts(credential, language))
    bottom = SIZE - 66 if facts else SIZE - 36
    names = _wrapped(name, 20)
    names = names if len(names) < 3 else [names[0], " ".join(names[1:])]
    for number, line in enumerate(names):
        yield _text(_cut(line, 20), bottom - 26 * (len(names) - 1 - number), 20, _SOFT, bold=False)
    if facts:
        yield _text(_cut(facts, 19), SIZE - 36, 19, _SOFT, bold=False)


def _facts(credential: Credential, language: str) -> Iterator[str]:
    spec = (credential.achievement or LearningAchievement()).specified_by or LearningAchievementSpecification()
    yield from (credit(point, language) for point in spec.credit_point[:1])
    if isinstance(spec, Qualification) and spec.eqf_level is not None:
        known = spec.eqf_level.code.isdigit()
        yield (
            messages.text("page.eqf", interface_language(language), level=spec.eqf_level.code)
            if known
            else label(spec.eqf_level, language)
        )


def _fitting(title: str) -> tuple[int, list[str]]:
    """The largest size at which the title fits; at the smallest it is cut."""
    for size, most in _SIZES:
        lines = _wrapped(title, size)
        if len(lines) <= most and all(_long(line, size) <= _WIDTH for line in lines):
            return size, lines
    size, most = _SIZES[-1]
    lines = [_cut(line, size) for line in _wrapped(title, size)]
    return size, [*lines[: most - 1], _cut(" ".join(lines[most - 1 :]), size)]


def _wrapped(text: str, size: int) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        if lines and _long(f"{lines[-1]} {word}", size) <= _WIDTH:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _long(text: str, size: int) -> float:
    """How long a text will be, in bold Noto Sans: by classes of letters, on the safe side."""
    widths = (0.36 if c in _NARROW else 0.95 if c in _WIDE else 0.72 if c.isupper() else 0.63 for c in text)
    return size * sum(widths)


def _cut(text: str, size: int) -> str:
    if _long(text, size) <= _WIDTH:
        return text
    while text and _long(text + "…", size) > _WIDTH:
        text = text[:-1]
    return text.rstrip() + "…"


def _text(words: str, y: int, size: int, colour: str, *, bold: bool) -> str:
    weight = ' font-weight="700"' if bold else ""
    return f'<text x="{_MARGIN}" y="{y}" font-size="{size}"{weight} fill="{colour}">{escape(words)}</text>'

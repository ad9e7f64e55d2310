"""Colours stand in the tokens alone, and each pair in use can be read in both themes (WCAG 2.2, 1.4.3 and 1.4.11)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[3] / "src" / "mikra" / "server" / "static" / "mikra"
TOKENS = (STATIC / "tokens.css").read_text(encoding="utf-8")
SHEETS = {path.name: path.read_text(encoding="utf-8") for path in sorted(STATIC.glob("*.css"))}

TEXT, EDGE = 4.5, 3.0
STATES = ("good", "warn", "bad", "idle")
PAIRS = [
    *[(ink, on, TEXT) for ink in ("ink", "ink-2", "ink-3") for on in ("paper", "ground", "sunken", "accent-soft")],
    *[("accent", on, TEXT) for on in ("paper", "ground", "sunken", "accent-soft")],
    ("on-accent", "accent-fill", TEXT),
    ("on-accent", "accent-fill-hover", TEXT),
    *[(state, on, TEXT) for state in STATES for on in ("paper", "ground", f"{state}-soft")],
    *[(ink, f"{state}-soft", TEXT) for state in STATES for ink in ("ink", "ink-2")],
    *[("accent", f"{state}-soft", TEXT) for state in STATES],
    *[("on-status", state, TEXT) for state in STATES],
    *[("line-strong", on, EDGE) for on in ("paper", "ground", "sunken", "accent-soft")],
    *[("accent-fill", on, EDGE) for on in ("paper", "ground")],
    *[("focus", on, EDGE) for on in ("paper", "ground", "sunken", "accent-soft", *(f"{s}-soft" for s in STATES))],
    ("code-ink", "code-paper", TEXT),
]


def colours(css: str) -> dict[str, str]:
    """The tokens of one block that are colours: {"ink": "#12161f"}."""
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", css))


def themes(css: str) -> dict[str, dict[str, str]]:
    """The light theme, and the dark one with what it takes from the light."""
    light, dark = css.split("prefers-color-scheme: dark", 1)
    return {"light": colours(light), "dark": colours(light) | colours(dark)}


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: str, other: str) -> float:
    """From 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def unreadable(css: str) -> list[str]:
    """The pairs that fall short of their need, with what they reach."""
    return [
        f"{name}: {front} on {on} is {ratio(theme[front], theme[on]):.2f}, needs {needs}"
        for name, theme in themes(css).items()
        for front, on, needs in PAIRS
        if ratio(theme[front], theme[on]) < needs
    ]


def test_every_pair_can_be_read() -> None:
    assert unreadable(TOKENS) == []


@pytest.mark.parametrize(
    ("token", "paler"), [("--ink-3: #5a6374", "--ink-3: #8a93a4"), ("--bad: #ff98a4", "--bad: #8f3040")]
)
def test_a_paler_colour_is_noticed(token: str, paler: str) -> None:
    assert token in TOKENS
    assert unreadable(TOKENS.replace(token, paler))


def test_the_ratio_is_that_of_the_standard() -> None:
    assert ratio("#000000", "#ffffff") == pytest.approx(21)
    assert ratio("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_both_themes_name_the_same_colours() -> None:
    light, dark = (colours(part) for part in TOKENS.split("prefers-color-scheme: dark", 1))
    assert set(light) - set(dark) == {"code-ink", "code-paper"}  # cameras read dark on light
    assert set(dark) <= set(light)


RAW = re.compile(
    r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|rgba|hsl|hsla|oklch)\(|(?<![-\w])(?:white|black|red|green|blue|gray|grey)(?![-\w])"
)


def raw_colours(css: str) -> list[str]:
    """Colours that are written and not named."""
    return RAW.findall(re.sub(r"/\*.*?\*/", "", css, flags=re.S))


@pytest.mark.parametrize("name", [n for n in SHEETS if n != "tokens.css"])
def test_only_the_tokens_hold_colours(name: str) -> None:
    assert raw_colours(SHEETS[name]) == []


def test_a_written_colour_is_noticed() -> None:
    assert raw_colours(".a { color: #fff; }") == ["#fff"]
    assert raw_colours(".a { background: rgb(0 0 0); }") == ["rgb("]
    assert raw_colours(".a { color: red; white-space: nowrap }") == ["red"]


def unknown_tokens(css: str) -> set[str]:
    """Names that are used and set nowhere."""
    everything = "".join(SHEETS.values()) + css
    return set(re.findall(r"var\(--([\w-]+)", css)) - set(re.findall(r"--([\w-]+):", everything))


@pytest.mark.parametrize("name", SHEETS)
def test_every_token_that_is_used_is_set(name: str) -> None:
    assert unknown_tokens(SHEETS[name]) == set()


def test_an_unknown_token_is_noticed() -> None:
    assert unknown_tokens(".a { color: var(--inkk) }") == {"inkk"}


def test_no_sheet_fetches_from_elsewhere() -> None:
    for name, css in SHEETS.items():
        assert not re.search(r"@import|url\(", css), name

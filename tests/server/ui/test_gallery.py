"""All parts in a real browser: no barrier (WCAG 2.2 AA) in any theme, at any width, at any size of text (BAR, R17)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.plugins.browser import barriers, sideways
from tests.server.ui.conftest import Visit

pytestmark = [pytest.mark.sockets, pytest.mark.extra("server")]

THEMES = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "forced": {"forced_colors": "active"},
    "forced dark": {"forced_colors": "active", "color_scheme": "dark"},
}
CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary"


@pytest.mark.parametrize(
    ("theme", "width"),
    [("light", 390), ("light", 1280), ("dark", 390), ("dark", 1280), ("forced", 1280), ("forced dark", 390)],
)
def test_no_barrier(visit: Visit, theme: str, width: int) -> None:
    assert barriers(visit(width=width, **THEMES[theme])) == []


@pytest.mark.parametrize("page", ["error", "defect", "question"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_barrier_on_the_small_pages(visit: Visit, page: str, theme: str) -> None:
    shown = visit(f"/{page}.html", width=320, **THEMES[theme])
    assert barriers(shown) == []
    assert sideways(shown) == []


def test_a_form_that_came_back_leads_to_its_fault(visit: Visit) -> None:
    page = visit("/question.html")
    assert page.evaluate("document.activeElement.id") == "errors"
    page.click("#errors a")
    assert page.evaluate("document.activeElement.id") == "f-why"


def test_a_barrier_is_seen(visit: Visit) -> None:
    page = visit()
    page.evaluate("document.querySelector('label[for=f-title]').remove()")
    assert any(line.startswith("label") for line in barriers(page))


def test_no_barrier_in_a_dialog_and_an_open_menu(visit: Visit) -> None:
    page = visit(width=390)
    page.click("text=Withdraw …")
    assert barriers(page) == []
    page.keyboard.press("Escape")
    page.click("summary:has-text('Menu')")
    assert barriers(page) == []
    assert sideways(page) == []


@pytest.mark.parametrize("width", [320, 390, 768, 1024, 1280])
def test_nothing_stands_out_sideways(visit: Visit, width: int) -> None:
    assert sideways(visit(width=width)) == []


def test_what_stands_out_is_seen(visit: Visit) -> None:
    page = visit(width=320)
    page.evaluate("document.querySelector('h1').style.width = '400px'")
    assert sideways(page)


@pytest.mark.parametrize("width", [640, 1280])
def test_text_of_twice_the_size_stays_readable(visit: Visit, width: int) -> None:
    page = visit(width=width)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert sideways(page) == []
    assert _cut(page) == []


def test_spaced_text_stays_readable(visit: Visit) -> None:
    """WCAG 1.4.12: lines 1.5, paragraphs 2, letters 0.12, words 0.16 of the font's size."""
    page = visit(width=390)
    page.evaluate(
        """() => { for (const e of document.querySelectorAll('*')) {
            Object.assign(e.style, {lineHeight: '1.5', letterSpacing: '0.12em', wordSpacing: '0.16em'}); } }"""
    )
    assert sideways(page) == []
    assert _cut(page) == []


def _cut(page: Any) -> list[str]:
    """Elements whose own text is larger than they are, and hidden where it stands out."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('.btn, .chip, .mark, .tab, .field__label, h1, h2, h3, .stat, summary')]
            .filter(e => e.checkVisibility() && getComputedStyle(e).overflow === 'hidden'
                && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1))
            .map(e => e.className + ': ' + e.textContent.trim().slice(0, 40))"""
    )
    return found


@pytest.mark.parametrize("theme", ["light", "dark", "forced"])
def test_the_focus_is_seen_on_every_control(visit: Visit, theme: str) -> None:
    page = visit(**THEMES[theme])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
    assert _without_ring(page) == []


def _without_ring(page: Any) -> list[str]:
    """Controls that show no ring when they have the focus, on themselves or on what stands for them."""
    found: list[str] = page.evaluate(
        """(controls) => [...document.querySelectorAll(controls)].filter(e => {
            if (!e.checkVisibility() || e.disabled) return false;
            e.focus({focusVisible: true});
            const ring = s => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 3;
            return document.activeElement === e && ![getComputedStyle(e), getComputedStyle(e, '::after'),
                e.nextElementSibling ? getComputedStyle(e.nextElementSibling) : {outlineStyle: 'none'}].some(ring);
        }).map(e => e.outerHTML.slice(0, 90))""",
        CONTROLS,
    )
    return found


def test_a_control_without_a_ring_is_seen(visit: Visit) -> None:
    page = visit()
    page.keyboard.press("Tab")
    page.evaluate("document.querySelector('#f-title').style.outline = 'none'")
    assert len(_without_ring(page)) == 1


def test_controls_can_be_hit(visit: Visit) -> None:
    """WCAG 2.5.8: 24 pixels each way, but for links inside a sentence."""
    small = visit(width=390).evaluate(
        """(controls) => [...document.querySelectorAll(controls)].filter(e => e.matches(':not(a), .btn, .chip, .tab'))
            .filter(e => e.checkVisibility()).map(e => [e.closest('label, .grid__pick') ?? e, e])
            .filter(([t]) => t.getBoundingClientRect().height < 24 || t.getBoundingClientRect().width < 24)
            .map(([, e]) => e.outerHTML.slice(0, 80))""",
        CONTROLS,
    )
    assert small == []


def test_icons_are_drawn_from_the_one_file(visit: Visit) -> None:
    """An outside `use` needs the policy's img-src; an icon that is missing has no size."""
    page = visit()
    page.wait_for_function("[...document.querySelectorAll('main svg use')].every(u => u.getBBox().width > 0)")
    assert page.locator("main svg use").count() > 60


@pytest.mark.parametrize("theme", ["light", "dark", "forced", "forced dark"])
def test_the_sign_in_a_tile_is_seen(visit: Visit, theme: str) -> None:
    """The tick in the tile of "Genuine": pixels of two colours inside the tile, far apart."""
    page = visit(**THEMES[theme])
    tile = page.locator(".mark--l .mark__tile").first
    page.wait_for_function("[...document.querySelectorAll('main svg use')].every(u => u.getBBox().width > 0)")
    assert _spread(tile.screenshot()) > 100


FILLED = (".btn--main", ".ladder__step--here .ladder__n", ".segments :checked + span", ".chip[aria-current]", ".nav__n")


@pytest.mark.parametrize("theme", THEMES)
def test_text_on_a_filled_ground_is_seen(visit: Visit, theme: str) -> None:
    """By its pixels: with forced colours a browser lays a plate of its own under text."""
    page = visit(**THEMES[theme])
    unseen = [one for one in FILLED if _spread(page.screenshot(clip=_text_box(page, one))) < 90]
    assert unseen == []


def _text_box(page: Any, selector: str) -> dict[str, float]:
    """Where the text of an element stands, in the window."""
    element = page.locator(selector).first
    element.scroll_into_view_if_needed()
    box: dict[str, float] = element.evaluate(
        """e => { const range = document.createRange();
            range.selectNodeContents([...e.childNodes].find(n => n.nodeType === 3 && n.data.trim()));
            const {x, y, width, height} = range.getBoundingClientRect(); return {x, y, width, height}; }"""
    )
    return box


def _spread(png: bytes) -> int:
    """Between the darkest and the lightest grey of a picture's inner part, 0 to 255."""
    import io

    from PIL import Image

    image = Image.open(io.BytesIO(png)).convert("L")
    width, height = image.size
    low, high = image.crop((width // 5, height // 5, 4 * width // 5, 4 * height // 5)).getextrema()
    return int(high) - int(low)  # type: ignore[arg-type]


def test_nothing_moves_where_motion_is_not_wanted(visit: Visit) -> None:
    moving = """() => [...document.querySelectorAll('*')].filter(e => {
        const s = getComputedStyle(e);
        return s.transitionDuration.split(',').some(t => parseFloat(t) > 0) || s.animationName !== 'none'; }).length"""
    assert visit().evaluate(moving) > 0
    assert visit(reduced_motion="reduce").evaluate(moving) == 0


def test_paper_shows_what_was_said_and_no_buttons(visit: Visit) -> None:
    page = visit(color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    shown = "e => e.checkVisibility()"
    assert page.locator(".verdict__say").evaluate(shown)
    for hidden in (".nav", ".goon", ".btn--main", ".foot"):
        assert not page.locator(hidden).first.evaluate(shown), hidden
    assert page.evaluate("getComputedStyle(document.querySelector('.card')).backgroundColor") == "rgb(255, 255, 255)"


def _unseen(page: Any) -> list[str]:
    """Texts in the colour of the ground that they stand on."""
    found: list[str] = page.evaluate(
        """() => {
            const clear = 'rgba(0, 0, 0, 0)';
            const ground = e => { while (e && getComputedStyle(e).backgroundColor === clear) e = e.parentElement;
                return e ? getComputedStyle(e).backgroundColor : ''; };
            const spoken = e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
            return [...document.querySelectorAll('body *')].filter(e => e.checkVisibility() && spoken(e))
                .filter(e => getComputedStyle(e).color === ground(e))
                .map(e => `${e.className}: ${e.textContent.trim().slice(0, 30)}`);
        }"""
    )
    return found


@pytest.mark.parametrize("theme", THEMES)
def test_no_text_has_the_colour_of_its_ground(visit: Visit, theme: str) -> None:
    assert _unseen(visit(**THEMES[theme])) == []

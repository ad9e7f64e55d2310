"""Beyond axe: a page in a narrow window, with text twice as large, by keyboard, in system colours, without motion.

faults(page)        one line for each thing that is wrong; WCAG 2.2: 1.4.4, 1.4.10, 2.1.1, 2.4.7, 2.4.11, 2.3.3
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.plugins.browser import sideways

NARROW, WIDE = {"width": 320, "height": 640}, {"width": 1280, "height": 900}
STEPS = 60
"""Presses of Tab on one page; what comes later is of the kinds that came before."""

_FOCUSED = """
() => {
    const one = document.activeElement;
    if (!one || one === document.body) return null;
    const named = e => `${e.tagName.toLowerCase()}${e.id ? '#' + e.id : ''}.${e.className.baseVal ?? e.className}`;
    const shown = (e, part) => {
        const s = getComputedStyle(e, part);
        return (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 1 && s.outlineColor !== 'rgba(0, 0, 0, 0)')
            || s.boxShadow !== 'none';
    };
    // A card that is a link as a whole has its ring around all of it.
    const shows = e => [null, '::after', '::before'].some(part => shown(e, part));
    // A label that stands for a hidden box may show its focus.
    const around = [one, one.parentElement, ...(one.labels || []), one.nextElementSibling].filter(Boolean);
    const box = one.getBoundingClientRect();
    const label = one.labels && one.labels[0];
    const seen = box.width > 2 && box.height > 2 ? box : label ? label.getBoundingClientRect() : box;
    const inside = seen.bottom > 0 && seen.top < innerHeight && seen.right > 0 && seen.left < innerWidth;
    let covered = false;
    if (inside) {
        const clamp = (value, most) => Math.min(Math.max(value, 1), most - 1);
        const points = [[seen.left + 3, seen.top + 3], [seen.right - 3, seen.bottom - 3],
                        [(seen.left + seen.right) / 2, (seen.top + seen.bottom) / 2]];
        covered = points.every(([x, y]) => {
            const top = document.elementFromPoint(clamp(x, innerWidth), clamp(y, innerHeight));
            return !top || !(top === one || one.contains(top) || top.contains(one) || (label && label.contains(top)));
        });
    }
    const place = [...document.querySelectorAll('*')].indexOf(one);
    return {name: named(one), place, shows: around.some(shows), inside, covered};
}
"""

_STILL = """
async () => {
  await new Promise(go => requestAnimationFrame(() => requestAnimationFrame(go)));
  return document.getAnimations().filter(one => {
    const timing = one.effect && one.effect.getComputedTiming();
    return one.playState === 'running' && timing && (timing.duration > 50 || timing.iterations === Infinity);
}).map(one => one.animationName || one.transitionProperty || 'script');
}
"""

_LOST = """
() => {
    // Words that are cut: a box that hides what flows over, and more flows than it shows.
    const cut = e => {
        const s = getComputedStyle(e);
        const hides = o => o === 'hidden' || o === 'clip';
        const some = e.textContent.trim() && ![...e.children].some(c => c.textContent.trim());
        if (!some || s.position === 'absolute' || e.closest('[hidden], .visually-hidden, svg')) return false;
        const wide = hides(s.overflowX) && e.scrollWidth > e.clientWidth + 1 && s.textOverflow !== 'ellipsis';
        return wide || (hides(s.overflowY) && e.scrollHeight > e.clientHeight + 2);
    };
    return [...document.querySelectorAll('main *')].filter(e => e.clientHeight > 1 && cut(e))
        .map(e => `${e.tagName.toLowerCase()}.${e.className}`);
}
"""


def faults(page: Any) -> Iterator[str]:
    """Of the page that stands there; it is left as it was found, in a wide window."""
    page.set_viewport_size(NARROW)
    yield from (f"320 px: {one}" for one in sideways(page))
    page.set_viewport_size(WIDE)
    yield from _twice(page)
    page.emulate_media(forced_colors="active")
    yield from (f"system colours: {one}" for one in by_keyboard(page))
    page.emulate_media(forced_colors="none")
    yield from by_keyboard(page)
    page.emulate_media(reduced_motion="reduce")
    yield from (f"moves although no motion is wanted: {one}" for one in page.evaluate(_STILL))
    page.emulate_media(reduced_motion="no-preference")


def _twice(page: Any) -> Iterator[str]:
    """Text at 200 %, as a person sets it in the browser: the root's size, which all of ours follow."""
    page.evaluate("document.documentElement.style.setProperty('font-size', '200%')")
    yield from (f"text at 200 %: {one}" for one in sideways(page))
    yield from (f"text at 200 %: cut: {one}" for one in page.evaluate(_LOST))
    page.evaluate("document.documentElement.style.removeProperty('font-size')")


def by_keyboard(page: Any, steps: int = STEPS) -> Iterator[str]:
    """Tab from the top: each stop can be seen, is in the window, and lies under nothing; and the way leads on."""
    page.evaluate("() => { document.activeElement?.blur(); scrollTo(0, 0); }")
    seen: set[int] = set()
    for _ in range(steps):
        page.keyboard.press("Tab")
        found = page.evaluate(_FOCUSED)
        if found is None or found["place"] in seen:
            return
        seen.add(found["place"])
        for wrong, words in (
            (not found["shows"], "focus is not seen"),
            (not found["inside"], "focus is out of the window"),
            (found["covered"], "focus is covered"),
        ):
            if wrong:
                yield f"{words}: {found['name']}"

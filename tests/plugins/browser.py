"""A real browser, for tests of pages: `chromium`, Debian's own. Skipped, and said, where it is not installed.

The browser lives as long as a module's tests: Playwright keeps an event loop in this thread, and while it runs Django
lets nobody at the database from here. Tests that need both ask for the pages over HTTP and look at the database after.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A Playwright `Browser`. Each test makes its own context, and closes it."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not found:
        pytest.skip("no Chromium here (tools/install-test-system.sh installs it)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield browser
        browser.close()


def barriers(page: Any) -> list[str]:
    """What axe finds against WCAG 2.2 AA and its best practices: one line for each element."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"runOnly": list(RULES), "resultTypes": ["violations"]})
    return [
        f"{rule['id']}: {' '.join(node['target'][0]) if isinstance(node['target'][0], list) else node['target'][0]}: "
        f"{node['failureSummary']}"
        for rule in found.response["violations"]
        for node in rule["nodes"]
    ]


def sideways(page: Any) -> list[str]:
    """Elements that stand out of the window to the right, where the page would have to be scrolled that way.

    What lies in a part that is scrolled by itself does not count.
    """
    found: list[str] = page.evaluate(
        """() => {
            if (document.documentElement.scrollWidth <= innerWidth) return [];
            const held = e => e && e !== document.body &&
                (getComputedStyle(e).overflowX !== 'visible' || held(e.parentElement));
            return [...document.querySelectorAll('body *')]
                .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !held(e.parentElement))
                .map(e => `${e.tagName}.${e.className.baseVal ?? e.className}`).concat('the page');
        }"""
    )
    return found

"""Walks the learner's path in a demonstration, from the letter to a share that another browser opens, on a phone.

    make demo && python -m tools.screenshots_learner [FOLDER]

Says how long it took, keeps pictures of each step for docs/gallery/learner, and then looks at the wallet's other pages.
Needs Debian's chromium and playwright.
"""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path
from typing import Any

from tools.screenshots import HOME, NARROW, WIDE, Walk, code_of_last_letter, served


def letter_to_learner(seconds: float = 60) -> str:
    """The address in the first letter about a new award, none about a correction; the worker sends it soon."""
    for _try in range(int(seconds * 2)):
        for file in sorted((HOME / "mail").glob("*.eml")):
            text = file.read_text("utf-8", "replace").replace("=\n", "")
            found = re.search(r"/claim/[0-9A-Z]+/", text)
            if found and not text.startswith("Subject: Corrected"):
                return found[0]
        time.sleep(0.5)
    raise SystemExit("No letter about an award has come.")


def path(walk: Walk) -> tuple[Any, str]:
    """From the letter to the share; the learner's page, and the link."""
    address = letter_to_learner()
    begun = time.monotonic()
    phone = walk.desk("", NARROW)
    phone.goto("/mail/")
    walk.keep(phone, "mail")
    phone.goto(address)
    walk.keep(phone, "offer")
    if phone.get_by_role("button", name="Collect it").count():
        phone.get_by_role("button", name="Collect it").click()
    walk.keep(phone, "yours")
    phone.get_by_role("button", name="Keep it and show it").click()
    walk.keep(phone, "code")
    phone.locator("input[name=code]").fill(code_of_last_letter(HOME))
    phone.get_by_role("button", name="Open my wallet").click()
    phone.wait_for_url("**/wallet/show/**")
    walk.keep(phone, "choose")
    phone.locator("input[name=note]").fill("Application to the waterworks")
    phone.get_by_role("button", name="Make the link").click()
    phone.wait_for_url("**/wallet/shown/**")
    walk.keep(phone, "link")
    link = phone.locator("#share-link").input_value()
    other = walk.desk("", NARROW)
    other.goto(link)
    walk.keep(other, "shared")
    print(f"from the letter to the share: {time.monotonic() - begun:.1f} s, waiting for pictures included")
    print("  " + other.locator("h1").inner_text())
    return phone, link


def wallet(walk: Walk, phone: Any) -> None:
    """What else the learner finds."""
    for name, where in (
        ("wallet", "/wallet/"),
        ("shares", "/wallet/shown/"),
        ("you", "/wallet/you/"),
        ("add", "/wallet/add/"),
        ("erase", "/wallet/you/erase/"),
        ("several", "/wallet/show/"),
    ):
        phone.goto(where)
        walk.keep(phone, name)
    phone.goto("/wallet/")
    phone.locator("main li a").first.click()
    walk.keep(phone, "one")
    phone.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    for name, where in (("wide-wallet", "/wallet/"), ("wide-you", "/wallet/you/")):
        phone.goto(where)
        walk.keep(phone, name)
    phone.goto("/wallet/shown/")
    phone.locator("main .things a").first.click()
    walk.keep(phone, "wide-link")


def answered(walk: Walk, phone: Any) -> None:
    """Somebody asks on a screen of their own, and the wallet of this service answers."""
    desk = walk.desk("", NARROW)
    desk.goto("/present/")
    walk.keep(desk, "asks")
    desk.get_by_role("button", name="Show a code for a telephone").click()
    link = desk.get_by_label("the text of the code").input_value()
    walk.keep(desk, "asks-code")
    phone.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    phone.goto("/wallet/answer/")
    phone.get_by_label("Link or text of the code").fill(link)
    phone.get_by_role("button", name="See what is asked").click()
    phone.get_by_role("button", name="Yes, show it").wait_for()
    walk.keep(phone, "answers")
    phone.get_by_role("button", name="Yes, show it").click()
    phone.wait_for_url("**/wallet/shown/**")
    walk.keep(phone, "answered")
    desk.wait_for_url("**/answer/")
    walk.keep(desk, "asks-answer")


def main(folder: str = "docs/gallery/learner") -> None:
    """All of it."""
    from playwright.sync_api import sync_playwright

    with served(HOME) as origin, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"]
        )
        walk = Walk(browser, origin, Path(folder))
        phone, link = path(walk)
        wallet(walk, phone)
        answered(walk, phone)
        page = walk.desk("", WIDE)
        page.goto(link)
        walk.keep(page, "wide-shared")
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])

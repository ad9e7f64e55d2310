"""Walks the learner's path in a demonstration, from the letter to a share that another browser opens.

    make demo && python -m tools.screenshots_learner [FOLDER]

Says how long it took, keeps pictures of each step on a phone and on a desk for docs/gallery/learner, then looks at the
wallet's other pages, and answers an officer who asks. Needs Debian's chromium and playwright.
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
    walk.keep_both(phone, "mail")
    phone.goto(address)
    walk.keep_both(phone, "offer")
    if phone.get_by_role("button", name="Collect it").count():
        phone.get_by_role("button", name="Collect it").click()
    walk.keep_both(phone, "yours")
    phone.get_by_role("button", name="Keep it and show it").click()
    walk.keep_both(phone, "code")
    phone.locator("input[name=code]").fill(code_of_last_letter(HOME))
    phone.get_by_role("button", name="Open my wallet").click()
    phone.wait_for_url("**/wallet/show/**")
    walk.keep_both(phone, "choose")
    phone.locator("input[name=note]").fill("Application to the waterworks")
    phone.get_by_role("button", name="Make the link").click()
    phone.wait_for_url("**/wallet/shown/**")
    walk.keep_both(phone, "link")
    link = phone.locator("#share-link").input_value()
    other = walk.desk("", NARROW)
    other.goto(link)
    walk.keep_both(other, "shared")
    print(f"from the letter to the share: {time.monotonic() - begun:.1f} s, waiting for pictures included")
    print("  " + other.locator("h1").inner_text())
    return phone, link


def wallet(walk: Walk, phone: Any) -> None:
    """What else the learner finds."""
    pages = {
        "wallet": "/wallet/",
        "shares": "/wallet/shown/",
        "you": "/wallet/you/",
        "add": "/wallet/add/",
        "erase": "/wallet/you/erase/",
    }
    for name, where in pages.items():
        phone.goto(where)
        walk.keep_both(phone, name)
    phone.goto("/wallet/")
    phone.locator("main li a").first.click()
    walk.keep_both(phone, "one")


def answered(walk: Walk, phone: Any) -> None:
    """The recognition officer asks on a screen of their own, and the wallet of this service answers."""
    desk = walk.desk("recognition@university.example", WIDE)
    desk.goto("/console/university/ask-wallet/")
    desk.get_by_label("What is it for?").fill("Admission to the master's programme Water Engineering")
    walk.keep_both(desk, "asks")
    desk.get_by_role("button", name="Show a code for a telephone").click()
    link = desk.get_by_label("the text of the code").input_value()
    walk.keep_both(desk, "asks-code")
    phone.goto("/wallet/answer/")
    phone.get_by_label("Link or text of the code").fill(link)
    phone.get_by_role("button", name="See what is asked").click()
    phone.get_by_role("button", name="Yes, show it").wait_for()
    walk.keep_both(phone, "answers")
    phone.get_by_role("button", name="Yes, show it").click()
    phone.wait_for_url("**/wallet/shown/**")
    walk.keep_both(phone, "answered")
    desk.wait_for_url("**/answer/")
    walk.keep_both(desk, "asks-answer")


def main(folder: str = "docs/gallery/learner") -> None:
    """All of it."""
    from playwright.sync_api import sync_playwright

    with served(HOME) as origin, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"]
        )
        walk = Walk(browser, origin, Path(folder))
        phone, _link = path(walk)
        wallet(walk, phone)
        answered(walk, phone)
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Walks through the demonstration as a newcomer does, and keeps pictures of each step for docs/gallery/service.

    make demo && python -m tools.screenshots [FOLDER]

Signs in with the code of the letter, drops the messy class list, mends nothing, seals who is ready; then the other
roles look at their pages. Needs Debian's chromium and playwright.
"""

from __future__ import annotations

import email
import email.policy
import io
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HOME = Path("demo-output/service")
WIDE, NARROW = (1280, 900), (390, 844)


@contextmanager
def served(home: Path) -> Iterator[str]:
    """The demonstration, served as `mikra serve` does; its address."""
    with socket.socket() as found:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # the demonstration has just left
        found.bind(("127.0.0.1", 8000))  # where the demonstration says that its lists are
        port = found.getsockname()[1]
    origin = f"http://127.0.0.1:{port}"
    program = [sys.executable, "-c", "from mikra.cli import main; main()"]
    os.environ["MIKRA_MODE"] = "demonstration"
    command = [*program, "serve", "--home", str(home), "--port", str(port), "--origin", origin]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        for _try in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        yield origin
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)


def code_of_last_letter(home: Path) -> str:
    """From the newest letter in the folder."""
    newest = max((home / "mail").glob("*.eml"), key=lambda file: file.name)
    message: Any = email.message_from_bytes(newest.read_bytes(), policy=email.policy.default)
    found = re.search(r"\b([0-9A-Z]{3,4}-?[0-9A-Z]{3,4})\s*$", message.get_body().get_content().strip().splitlines()[0])
    assert found, message.get_body().get_content()
    return found[1]


class Walk:
    """One browser; each picture is small enough for a repository."""

    def __init__(self, browser: Any, origin: str, folder: Path) -> None:
        self.browser, self.origin, self.folder = browser, origin, folder
        self.number = 0
        folder.mkdir(parents=True, exist_ok=True)

    def desk(self, address: str, size: tuple[int, int] = WIDE) -> Any:
        """A browser in which somebody has signed in; nobody where no address is given."""
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]}, base_url=self.origin, locale="en-GB"
        )
        context.set_default_timeout(60_000)
        page = context.new_page()
        if address:
            page.goto("/sign-in/")
            page.locator("input[name=email]").fill(address)
            page.get_by_role("button", name="Send me a code").click()
            page.locator("input[name=code]").fill(code_of_last_letter(HOME))
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_url("**/console/**")
        return page

    def keep(self, page: Any, name: str) -> None:
        """One picture, of the whole page, in 128 colours."""
        self.number += 1
        self._picture(page, f"{self.number:02d}-{name}")

    def keep_both(self, page: Any, name: str) -> None:
        """On a phone, and on a desk: NAME.png and NAME-desk.png; the page is left on the phone."""
        self.number += 1
        for size, end in ((WIDE, "-desk"), (NARROW, "")):
            page.set_viewport_size({"width": size[0], "height": size[1]})
            self._picture(page, f"{self.number:02d}-{name}{end}")

    def _picture(self, page: Any, name: str) -> None:
        from PIL import Image

        page.wait_for_load_state("networkidle")
        picture = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")
        picture = picture.crop((0, 0, picture.width, min(picture.height, 2400)))
        picture.quantize(128).save(self.folder / f"{name}.png", optimize=True)
        print(name, page.url.removeprefix(self.origin))


def designer(walk: Walk) -> None:
    """The studio."""
    page = walk.desk("designer@university.example")
    page.goto("/console/university/designs/")
    walk.keep(page, "designs")
    page.locator("main a[href*='/designs/']").filter(has_text=re.compile("Water|quality", re.I)).last.click()
    walk.keep(page, "design")


def registrar(walk: Walk) -> None:
    """The class list, from the drop to the ledger."""
    page = walk.desk("registrar@university.example")
    walk.keep(page, "start")
    page.goto("/console/university/awards/new/")
    walk.keep(page, "choose")
    page.locator("main a[href*='/awards/new/']").first.click()
    page.get_by_role("button", name="Continue").click()
    walk.keep(page, "who")
    page.locator("input[type=file]").set_input_files(HOME / "class-list.csv")
    page.wait_for_url(re.compile("columns|check"))
    if "columns" in page.url:
        walk.keep(page, "columns")
        page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/check/**")
    walk.keep(page, "check")
    if page.get_by_role("link", name="Continue with").count():
        page.get_by_role("link", name="Continue with").click()
        walk.keep(page, "look")
        page.get_by_role("link", name="Continue", exact=True).click()
        walk.keep(page, "approve")
    page.goto("/console/university/awards/")
    walk.keep(page, "awards")
    page.goto("/console/university/awards/all/")
    page.locator("main td a, main th a").first.click()
    walk.keep(page, "award")
    page.goto("/console/university/ledger/")
    walk.keep(page, "ledger")


def others(walk: Walk) -> None:
    """The auditor, the administrator, and a learner on a phone."""
    page = walk.desk("auditor@university.example")
    page.goto("/console/university/audit/")
    walk.keep(page, "audit")
    page = walk.desk("admin@university.example")
    for name, where in (("keys", "settings/keys/"), ("health", "settings/health/"), ("settings", "settings/")):
        page.goto(f"/console/university/{where}")
        walk.keep(page, name)
    phone = walk.desk("", NARROW)
    for file in sorted((HOME / "mail").glob("*.eml"), reverse=True):
        found = re.search(r"/claim/[0-9A-Z]+/", file.read_text("utf-8", "replace"))
        if found:
            phone.goto(found[0])
            walk.keep(phone, "claim")
            break


def main(folder: str = "docs/gallery/service") -> None:
    """All of it."""
    from playwright.sync_api import sync_playwright

    with served(HOME) as origin, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"]
        )
        walk = Walk(browser, origin, Path(folder))
        front = walk.desk("")
        front.goto("/")
        walk.keep(front, "front")
        front.goto("/sign-in/")
        walk.keep(front, "sign-in")
        for part in (designer, registrar, others):
            part(walk)
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])

"""A learner sends credentials to a home institution, and its recognition officer opens them."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest

from tests.plugins.browser import barriers, sideways
from tests.plugins.installation import Running

pytestmark = [pytest.mark.sockets, pytest.mark.extra("server")]
ESI = "urn:schac:personalUniqueCode:int:esi:north.example:12345"
SIZES = ({"width": 1280, "height": 900}, {"width": 390, "height": 844})
KEPT = os.environ.get("MIKRA_PICTURES", "")
"""A folder for pictures of the pages; none are made otherwise."""


def seen(page: Any, name: str) -> None:
    """Without barriers, on a phone, and on a desk where pictures are made; R17 walks every page."""
    for size in SIZES if KEPT else SIZES[1:]:
        page.set_viewport_size(size)
        assert barriers(page) == []
        assert sideways(page) == []
        if KEPT:
            page.screenshot(path=Path(KEPT) / f"transfer-{name}-{size['width']}.png", full_page=True)


def test_from_the_wallet_to_the_desk(chromium: Any, installation: Running) -> None:
    learner = installation.context(chromium, role="wallet").new_page()
    learner.goto("/wallet/you/")
    learner.get_by_role("link", name="Send to my institution").click()
    seen(learner, "choose")
    learner.get_by_label("Your institution").fill("Northern University")
    learner.get_by_role("button", name="Make the file").click()
    learner.get_by_text("Without it your institution cannot tell whose file this is.", exact=True).wait_for()
    learner.locator("input[name=held]").first.check()
    learner.get_by_label("European Student Identifier").fill(ESI)
    learner.get_by_role("button", name="Make the file").click()
    learner.get_by_text("Nobody has fetched it yet.").wait_for()
    seen(learner, "made")
    link = learner.get_by_label("Link for your institution").input_value()

    anybody = installation.context(chromium, role="").new_page()
    anybody.goto(link)
    assert anybody.get_by_label("Code of the file").input_value() == link.partition("#")[2]
    seen(anybody, "fetch")
    with anybody.expect_download() as download:
        anybody.get_by_role("button", name="Save the file").click()
    file = Path(download.value.path())

    officer = installation.context(chromium, role="recognition").new_page()
    officer.goto("/console/north/ask-wallet/")
    seen(officer, "ask")
    officer.get_by_role("link", name="Open a file from another institution").click()
    seen(officer, "desk")
    officer.get_by_label("Or the link that the learner gave you").fill(link)
    officer.get_by_role("button", name="Open it").click()
    officer.get_by_text(ESI).wait_for()
    assert re.match(r"1 of 1 is genuine", officer.locator("h1").inner_text())
    seen(officer, "opened")
    officer.get_by_role("link", name="Open another one").click()
    officer.get_by_label("The sealed file").set_input_files(
        {"name": "file.json", "mimeType": "application/json", "buffer": file.read_bytes()}
    )
    officer.get_by_role("button", name="Open it").click()
    officer.get_by_text(ESI).wait_for()

    learner.reload()
    learner.get_by_text("Fetched on").wait_for()
    learner.get_by_role("button", name="Stop it").click()
    learner.get_by_text("It is gone: nobody can fetch it any more.").wait_for()
    anybody.get_by_role("button", name="Save the file").click()
    anybody.get_by_text("There is no file under this code.").first.wait_for()
    for page in (learner, anybody, officer):
        page.context.close()

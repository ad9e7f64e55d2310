"""What an employer prints: the answer of the verifier's page stands on one sheet (docs/ui.md)."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.test_learner import awarded as awarded
from tests.journeys.test_learner import browser as browser
from tests.journeys.test_learner import offer
from tests.journeys.test_wallet_answers import opened_wallet

pytestmark = [pytest.mark.sockets, pytest.mark.extra("server")]
KEPT = os.environ.get("MIKRA_PICTURES", "")


def sheets(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


def test_the_answer_stands_on_one_sheet(awarded: Any, browser: Callable[..., Any]) -> None:
    path = offer(awarded, 1)
    page = browser()
    page.goto(path)
    page.get_by_role("button", name="Collect it").click()
    file = page.request.get(f"{path}credential.jsonld")
    assert file.ok, file.status
    for language in ("en", "bg"):
        assert printed(browser(locale=language), file.body(), language) == 1


def test_what_a_learner_shows_stands_on_one_sheet_and_says_when(awarded: Any, browser: Callable[..., Any]) -> None:
    phone = browser()
    opened_wallet(phone, awarded, 2)
    phone.get_by_role("button", name="Make the link").click()
    link = phone.get_by_label("Link").input_value()
    page = browser()
    page.goto(link)
    page.locator(".verdict").wait_for()
    assert page.get_by_text("Checked on").is_hidden()
    page.emulate_media(media="print")
    assert page.get_by_text("Checked on").is_visible()
    assert sheets(page.pdf(prefer_css_page_size=True, format="A4", print_background=True)) == 1


def printed(page: Any, file: bytes, language: str) -> int:
    """Sheets of A4."""
    page.goto("/verify/")
    page.locator("input[type=file]").first.set_input_files(
        {"name": "credential.jsonld", "mimeType": "application/json", "buffer": file}
    )
    page.locator("form button.btn--main").first.click()
    page.locator(".verdict--good, .verdict").first.wait_for()
    made = page.pdf(prefer_css_page_size=True, format="A4", print_background=True)
    if KEPT:
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 673, "height": 980})
        page.screenshot(path=Path(KEPT) / f"print-{language}.png", full_page=True)
    return sheets(made)

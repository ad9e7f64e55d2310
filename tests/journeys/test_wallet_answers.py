"""Somebody asks for a credential on their own screen, and the learner answers with the wallet of this service."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.test_learner import PHONE, code, looked_at, offer
from tests.journeys.test_learner import browser as browser
from tests.journeys.test_wallet_asks import awarded as awarded
from tests.server.ops.conftest import environment
from tests.simulators.identity_service import identity_service

pytestmark = [pytest.mark.sockets, pytest.mark.extra("server")]
ROOT = Path(__file__).parents[2]
WIDE = {"width": 1280, "height": 900}
KEPT = os.environ.get("MIKRA_PICTURES", "")
"""A folder for pictures of the pages; none are made otherwise."""


def seen(page: Any, name: str) -> None:
    """Without barriers, on a phone, and on a desk where pictures are made; R17 walks every page."""
    for size in (WIDE, PHONE) if KEPT else (PHONE,):
        page.set_viewport_size(size)
        looked_at(page)
        if KEPT:
            page.screenshot(path=Path(KEPT) / f"answers-{name}-{size['width']}.png", full_page=True)


def opened_wallet(phone: Any, service: Any, number: int = 1) -> None:
    phone.goto(offer(service, number))
    phone.get_by_role("button", name="Collect it").click()
    phone.get_by_role("button", name="Keep it and show it").click()
    phone.get_by_label("Code").fill(code(service, f"p{number}@"))
    phone.get_by_role("button", name="Open my wallet").click()
    phone.wait_for_url("**/wallet/show/**")


def test_a_learner_answers_who_asks(awarded: Any, browser: Callable[..., Any]) -> None:
    phone, desk = browser(), browser()
    opened_wallet(phone, awarded)
    desk.goto("/present/")
    seen(desk, "ask")
    desk.get_by_role("button", name="Show a code for a telephone").click()
    link = desk.get_by_label("the text of the code").input_value()
    seen(desk, "code")
    phone.goto("/wallet/shown/")
    phone.get_by_role("link", name="Answer a verifier").click()
    phone.get_by_label("Link or text of the code").fill("hello")
    phone.get_by_role("button", name="See what is asked").click()
    phone.get_by_text("This link leads to no request.").wait_for()
    seen(phone, "paste")
    phone.get_by_label("Link or text of the code").fill(link)
    phone.get_by_role("button", name="See what is asked").press("Enter")
    phone.get_by_text("It is a page of this service, on which anybody may ask.").wait_for()
    seen(phone, "decide")
    phone.get_by_role("button", name="Yes, show it").click()
    phone.get_by_text("Your answer is with").wait_for()
    seen(phone, "shown")
    desk.wait_for_url("**/answer/")
    assert desk.locator("h1").inner_text().startswith("Genuine.")
    seen(desk, "answer")


def test_a_learner_without_it_can_say_so(awarded: Any, browser: Callable[..., Any]) -> None:
    page = browser()
    page.goto("/present/")
    page.get_by_role("button", name="The wallet is on this device").click()
    seen(page, "here")
    page.get_by_role("link", name="Use the wallet of this service").click()
    page.get_by_label("Your e-mail address").fill("nobody@student.example")
    page.get_by_role("button").last.click()
    page.get_by_label("Code").fill(code(awarded, "nobody@"))
    page.get_by_role("button", name="Open my wallet").click()
    page.get_by_text("asks for what you do not have").wait_for()
    seen(page, "nothing")
    page.get_by_role("button", name="Tell the verifier").click()
    page.get_by_text("You did not answer. Nothing was shown.").wait_for()


SERVICE = """
import sys, django; django.setup()
from mikra.server.store.sign_on import SignOn
from mikra.server.store.tenants import Tenant
row = SignOn(tenant=Tenant._default_manager.get(slug="zed"), kind="oidc", label="Zed account", enabled=True)
row.members = {"server_url": sys.argv[1], "client_id": "mikra", "secret": "s3cret"}
row.save()
"""


def test_an_institution_says_by_its_own_sign_in_who_this_is(awarded: Any, browser: Callable[..., Any]) -> None:
    """The browser leaves for another site and comes back, under the policy for forms."""
    env = {**environment(), "PYTHONPATH": str(ROOT / "src"), "MIKRA_HOME": str(awarded.home)}
    env |= {"DJANGO_SETTINGS_MODULE": "mikra.server.settings", "MIKRA_MODE": "development"}
    with identity_service("p2@student.example") as address:
        subprocess.run([sys.executable, "-c", SERVICE, address], env=env, check=True, timeout=120)
        phone = browser()
        phone.goto(offer(awarded, 2))
        phone.get_by_role("button", name="Collect it").click()
        phone.get_by_role("button", name="Keep it and show it").click()
        phone.get_by_label("Code").fill(code(awarded, "p2@"))
        phone.get_by_role("button", name="Open my wallet").click()
        phone.wait_for_url("**/wallet/show/**")
        phone.goto("/wallet/")
        phone.get_by_role("link", name="Water quality monitoring").first.click()
        seen(phone, "proof")
        phone.get_by_role("button", name="Show it by Zed account").click()
        phone.get_by_text("Your institution has said that this is you.").wait_for()
        assert phone.get_by_role("button", name="Show it by Zed account").count() == 0
        seen(phone, "proven")

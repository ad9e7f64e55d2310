"""Somebody asks for a credential on their own screen, and the learner answers with the wallet of this service."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.test_learner import PHONE, code, letters, looked_at, offer
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


def signed_in(page: Any, service: Any, address: str) -> None:
    page.goto("/wallet/")
    page.get_by_label("Your e-mail address").fill(address)
    page.get_by_role("button").last.click()
    page.get_by_label("Code").fill(code(service, f"{address.partition('@')[0]}@"))
    page.get_by_role("button", name="Open my wallet").click()
    page.wait_for_url("**/wallet/")


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
        phone.goto("/wallet/you/")
        phone.get_by_role("button", name="Allow it").click()
        phone.get_by_text("may open this wallet, three days after you ask").wait_for()
        seen(phone, "allowed")
        back_into_the_old_wallet(awarded, browser, phone, env)


OPENS_NOW = """
import django; django.setup()
from mikra.adapters.clock import now
from mikra.server.store.wallets import Return
print(Return._default_manager.update(opens=now()))
"""


def back_into_the_old_wallet(service: Any, browser: Callable[..., Any], old: Any, env: dict[str, str]) -> None:
    """Another phone and another address: the account asks, the old wallet is told, and after the days it opens."""
    phone = browser()
    signed_in(phone, service, "p2.new@mail.example")
    phone.goto("/wallet/you/")
    phone.get_by_role("link", name="Back into your old wallet").click()
    seen(phone, "return")
    phone.get_by_role("button", name="Sign in there").click()
    phone.get_by_role("heading", name="Your old wallet opens on").wait_for()
    seen(phone, "return-waits")
    assert phone.get_by_role("button", name="Open it").count() == 0, "it opens before anybody could say no"
    assert any("wallet" in text for text in letters(service, "p2@"))
    old.goto("/wallet/")
    old.get_by_text("Somebody wants to open this wallet").wait_for()
    seen(old, "return-told")
    done = subprocess.run(
        [sys.executable, "-c", OPENS_NOW], env=env, capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.strip() == "1"
    phone.reload()
    seen(phone, "return-opens")
    phone.get_by_role("button", name="Open it").press("Enter")
    phone.get_by_text("Your wallet is open again, for your new address too.").wait_for()
    phone.get_by_role("link", name="Water quality monitoring").first.wait_for()
    seen(phone, "returned")
    old.goto("/wallet/")
    assert "/wallet/sign-in/" in old.url, "the lost phone is still in it"


QUESTION = """
import json, sys, django; django.setup()
from mikra.exchange.oid4vp import Mode, Prefix
from mikra.server.actions import presenting, wallets
from mikra.server.actions.presenting import Asking
from mikra.server.store.awards import Award
wallet = wallets.open_for("p1@student.example")
for award in Award._default_manager.order_by("id"):
    wallets.keep(wallet, award)
asking = Asking(prefix=Prefix.REDIRECT_URI, mode=Mode.PLAIN, query=json.loads(sys.argv[1]))
begun = presenting.begin(asking)
print(presenting.link(begun.row, begun.secret))
"""


def asked(id: str, *names: str, **more: Any) -> dict[str, Any]:
    claims = [{"id": name[:2], "path": [name]} for name in names]
    return {"id": id, "format": "dc+sd-jwt", "meta": {}, "claims": claims, **more}


QUERY = {
    "credentials": [
        asked("whole", "achievement_title", "full_name"),
        asked("title", "achievement_title"),
        asked("many", "expected_study_time", multiple=True),
    ],
    "credential_sets": [
        {"options": [["whole"], ["title"]]},
        {"options": [["many"]], "required": False},
    ],
}


def question_of(service: Any) -> str:
    """The link of a question with alternatives, and with something that the verifier does without."""
    env = {**environment(), "PYTHONPATH": str(ROOT / "src"), "MIKRA_HOME": str(service.home)}
    env |= {"DJANGO_SETTINGS_MODULE": "mikra.server.settings", "MIKRA_MODE": "development"}
    env |= {"MIKRA_ORIGIN": f"http://127.0.0.1:{service.port}"}
    command = [sys.executable, "-c", QUESTION, json.dumps(QUERY)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]


def test_a_learner_chooses_among_alternatives_and_what_is_optional(awarded: Any, browser: Callable[..., Any]) -> None:
    phone = browser()
    signed_in(phone, awarded, "p1@student.example")
    for chosen in (False, True):
        phone.goto("/wallet/answer/")
        phone.get_by_label("Link or text of the code").fill(question_of(awarded))
        phone.get_by_role("button", name="See what is asked").click()
        phone.get_by_text("Which of these would you show?").wait_for()
        optional = phone.get_by_role("group", name="Would you show this too? The verifier does without it.")
        assert optional.get_by_label("No, do not show it").is_checked()
        ways = phone.get_by_role("group", name="Which of these would you show?").get_by_role("radio")
        ways.nth(ways.count() - 1).check()
        if chosen:
            optional.get_by_label("As many credentials as you choose").check()
            phone.get_by_role("button", name="Yes, show it").click()
            phone.get_by_text("Choose one of these credentials.").wait_for()
            seen(phone, "question-fault")
            boxes = phone.get_by_role("checkbox")
            assert boxes.count() == 2
            for number in range(2):
                boxes.nth(number).press("Space")
        seen(phone, f"question-{chosen}")
        phone.get_by_role("button", name="Yes, show it").click()
        phone.get_by_text("Your answer is with").wait_for()
        newest = phone.get_by_role("listitem").filter(has_text="Nobody confirmed who asked.").first.inner_text()
        assert "Title" in newest
        assert ("Workload" in newest) == chosen
        assert "Full name" not in newest, "the shorter way was chosen"
    seen(phone, "question-shown")

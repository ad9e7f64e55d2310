"""A learner's minute on a phone: from the letter to a link that somebody else opens, with the keyboard alone too.

The service is `mikra serve` as an operator starts it; letters are files of its folder.
"""

from __future__ import annotations

import email
import email.policy
import json
import os
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.journeys.test_registrar import ROOT
from tests.plugins.browser import barriers, sideways
from tests.server.ops.conftest import environment

pytestmark = [pytest.mark.sockets, pytest.mark.extra("server")]
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def awarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A service with two letters on their way, in whose address wallets take http."""
    from tests.plugins import installation

    made = installation.start(tmp_path_factory.mktemp("learner"), MIKRA_MODE="development")
    try:
        made.up()
        env = {**environment(), "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
        env |= {"MIKRA_ORIGIN": f"http://127.0.0.1:{made.port}", "MIKRA_MODE": "development"}
        command = [sys.executable, "-m", "tests.journeys.learner_seed", str(made.home)]
        done = subprocess.run(command, capture_output=True, text=True, env=env, cwd=ROOT, timeout=300, check=False)
        assert done.returncode == 0, done.stderr
        yield made
    finally:
        installation.stop(made)


@pytest.fixture
def browser(awarded: Any, chromium: Any) -> Iterator[Callable[..., Any]]:
    """Somebody's own browser: nobody has signed in."""
    contexts = []

    def opened(**options: Any) -> Any:
        context = chromium.new_context(viewport=PHONE, base_url=f"http://127.0.0.1:{awarded.port}", **options)
        context.set_default_timeout(60_000)
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


def letters(service: Any, to: str = "") -> list[str]:
    """The newest first, as text."""
    found = []
    for file in sorted((service.home / "mail").glob("*.eml"), reverse=True):
        message: Any = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        if to in str(message["To"]):
            found.append(message.get_body().get_content())
    return found


def offer(service: Any, number: int) -> str:
    """The path in the letter of the learner with this number."""
    for _try in range(240):
        for text in letters(service, f"p{number}@"):
            found = re.search(r"/claim/[0-9A-Z]{16}/", text)
            if found:
                return found.group()
        time.sleep(0.5)
    raise AssertionError("no letter has come")


def code(service: Any, to: str) -> str:
    for text in letters(service, to):
        found = re.search(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}\b", text)
        if found:
            return found.group()
    raise AssertionError("no code has come")


def looked_at(page: Any) -> None:
    assert barriers(page) == [], page.url
    assert sideways(page) == [], page.url


def test_from_the_letter_to_a_link_that_somebody_else_opens(awarded: Any, browser: Callable[..., Any]) -> None:
    letter = offer(awarded, 1)
    begun = time.monotonic()
    phone = browser()
    phone.goto(letter)
    looked_at(phone)
    phone.get_by_role("button", name="Collect it").click()
    phone.get_by_role("button", name="Keep it and show it").click()
    phone.wait_for_url("**/wallet/sign-in/code/**")
    looked_at(phone)
    phone.get_by_label("Code").fill(code(awarded, "p1@"))
    phone.get_by_role("button", name="Open my wallet").click()
    phone.wait_for_url("**/wallet/show/**")
    looked_at(phone)
    phone.get_by_text("Which facts are seen").click()
    phone.locator("input[name=fields][value=level]").uncheck()
    phone.get_by_label("What is it for?").fill("For the waterworks")
    phone.get_by_role("button", name="Make the link").click()
    phone.wait_for_url("**/wallet/shown/**")
    looked_at(phone)
    link = phone.get_by_label("Link", exact=True).input_value()
    other = browser()
    other.goto(link)
    assert other.locator("h1").inner_text().startswith("Genuine.")
    assert time.monotonic() - begun < 120, "it took longer than two minutes"
    assert other.get_by_text("For the waterworks").count() == 1
    assert other.get_by_text("The learner chose what you see here").count() == 1
    assert other.get_by_role("link", name="Download the sealed file").count() == 0
    looked_at(other)
    phone.reload()
    assert phone.get_by_role("row").filter(has_text="2026").count() or phone.locator(".bars").count()
    phone.get_by_role("button", name="Stop it").click()
    other.reload()
    assert other.locator("h1").inner_text() == "This link has ended"
    feedback = f"{offer(awarded, 1)}feedback/"
    own = ("/wallet/", "/wallet/shown/", "/wallet/you/", "/wallet/add/", "/wallet/you/erase/", "/wallet/show/")
    for path in (*own, "/wallet/you/adding/", feedback):
        phone.goto(path)
        looked_at(phone)
    choose_and_answer(phone, feedback)
    phone.goto("/wallet/")
    phone.locator("main li a").first.click()
    assert phone.locator("h1").inner_text().startswith("Genuine.")
    looked_at(phone)
    take_away(phone)


def choose_and_answer(phone: Any, feedback: str) -> None:
    """New awards without asking, and taken back; and the minute of feedback."""
    phone.goto("/wallet/you/adding/")
    phone.get_by_role("button", name="Add without asking").click()
    assert phone.get_by_text("Without asking, since").count() == 1
    phone.get_by_role("button", name="Ask me each time").click()
    assert phone.get_by_text("You are asked each time", exact=True).count() == 1
    phone.goto(feedback)
    phone.get_by_label("Yes, all of it").check()
    phone.get_by_role("button", name="Send it").click()
    assert phone.locator("h1").inner_text() == "Thank you"
    looked_at(phone)


def take_away(phone: Any) -> None:
    """Every form, sealed by the service's own signer; the badge holds on the verifier's page."""
    phone.get_by_role("link", name="All forms").click()
    phone.wait_for_url("**/take/")
    looked_at(phone)
    phone.get_by_text("What it shows").first.click()
    phone.locator("input[name=fields][value=full_name]").uncheck()
    with phone.expect_download() as attestation:
        phone.get_by_role("button", name="Download the attestation").click()
    assert attestation.value.suggested_filename == "credential.sd-jwt.txt"
    with phone.expect_download() as everything:
        phone.get_by_role("button", name="Download all").click()
    with zipfile.ZipFile(everything.value.path()) as archive:
        told = json.loads(archive.read("manifest.json"))
        assert told["not_made"] == []
        assert {"badge.png", "badge.svg", "certificate.pdf", "credential.jsonld"} <= set(archive.namelist())
        badge = archive.read("badge.png")
    phone.goto("/verify/")
    phone.locator("input[type=file]").set_input_files({"name": "b.png", "mimeType": "image/png", "buffer": badge})
    phone.get_by_role("button", name="Check").click()
    phone.wait_for_load_state()
    assert phone.locator("h1").inner_text().startswith("Genuine."), phone.locator("main").inner_text()


def test_with_the_keyboard_alone_and_without_script(awarded: Any, browser: Callable[..., Any]) -> None:
    page = browser(java_script_enabled=False)
    page.goto(offer(awarded, 2))

    def press(name: str, role: str = "button") -> None:
        target = page.get_by_role(role, name=name)
        for _step in range(80):
            page.keyboard.press("Tab")
            if _focused(target):
                break
        else:
            raise AssertionError(f"{name} is not reached by Tab")
        page.keyboard.press("Enter")
        page.wait_for_load_state()

    press("Collect it")
    press("Keep it and show it")
    page.get_by_label("Code").focus()
    page.keyboard.type(code(awarded, "p2@").lower())
    page.keyboard.press("Enter")
    page.wait_for_url("**/wallet/show/**")
    press("Make the link")
    page.wait_for_url("**/wallet/shown/**")
    link = page.get_by_label("Link", exact=True).input_value()
    other = browser(java_script_enabled=False)
    other.goto(link)
    assert other.locator("h1").inner_text().startswith("Genuine.")
    assert other.get_by_role("link", name="Download the sealed file").count() == 1


def _focused(target: Any) -> bool:
    return bool(target.count()) and (target.first.evaluate("e => String(e.matches(':focus'))")) == "true"

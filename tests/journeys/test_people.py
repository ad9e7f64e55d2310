"""What people do here, each in a browser of their own: a learner on a phone, a second person, an auditor."""

from __future__ import annotations

import email
import email.policy
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.plugins.browser import barriers, sideways
from tests.plugins.installation import Running

pytestmark = [pytest.mark.sockets, pytest.mark.extra("server")]

PHONE = {"viewport": {"width": 390, "height": 800}, "has_touch": True, "is_mobile": True}


def letters(home: Path) -> list[str]:
    """What was sent, newest last."""
    files = sorted((home / "mail").glob("*.eml"))
    read = [email.message_from_bytes(one.read_bytes(), policy=email.policy.default) for one in files]
    return [f"{one['Subject']}\n{one.get_content()}" for one in read]


@pytest.mark.parametrize("script", [True, False])
def test_a_learner_collects_on_a_phone(chromium: Any, installation: Running, script: bool) -> None:
    """From the letter, without an account; with script and without it."""
    code = installation.made["north"]["ids"]["free" if script else "free too"]
    (letter,) = [one for one in letters(installation.home) if f"/claim/{code}" in one]
    assert "Northern University has awarded" in letter
    link = re.search(r"https?://\S+/claim/\S+", letter)
    assert link
    context = installation.context(chromium, role="", java_script_enabled=script, **PHONE)
    page = context.new_page()
    page.goto(urlsplit(link[0]).path)
    assert page.locator("h1").inner_text() == "Water quality monitoring"
    if script:
        assert barriers(page) == []
        assert sideways(page) == []
    page.get_by_role("button", name="Collect it").click()
    page.get_by_role("heading", name="It is yours").wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the credential").click()
    assert b"EuropeanDigitalCredential" in Path(download.value.path()).read_bytes()
    context.close()


def check(page: Any) -> None:
    page.goto("/console/zed/audit/")
    page.locator("form[action$='/audit/check/'] button").click()
    page.wait_for_url("**/audit/check/")


def test_an_auditor_proves_an_edit_of_the_log(chromium: Any, installation: Running) -> None:
    """Somebody with the database in their hands changes one word of one line; the page says that it does not hold."""
    context = installation.context(chromium, "zed", "auditor")
    page = context.new_page()
    check(page)
    assert page.locator("h1").inner_text().startswith("The trail holds")
    with sqlite3.connect(installation.home / "mikra.sqlite3", timeout=30) as database:
        (number, reason) = database.execute(
            "select rowid, reason from audit_entry where verb = 'award.revoked' order by rowid desc limit 1"
        ).fetchone()
        database.execute("update audit_entry set reason = 'Another one.' where rowid = ?", (number,))
    check(page)
    assert page.locator("h1").inner_text() == "The trail does not hold"
    with sqlite3.connect(installation.home / "mikra.sqlite3", timeout=30) as database:
        database.execute("update audit_entry set reason = ? where rowid = ?", (reason, number))
    check(page)
    assert page.locator("h1").inner_text().startswith("The trail holds")
    context.close()


@pytest.fixture
def lenient_again(installation: Running) -> Iterator[None]:
    """Afterwards north asks for no second person and no proof, as others of the run expect it."""
    with sqlite3.connect(installation.home / "mikra.sqlite3", timeout=30) as database:
        (before,) = database.execute("SELECT settings FROM tenant WHERE slug = 'north'").fetchone()
    yield
    with sqlite3.connect(installation.home / "mikra.sqlite3", timeout=30) as database:
        database.execute("UPDATE tenant SET settings = ? WHERE slug = 'north'", (before,))


@pytest.mark.usefixtures("lenient_again")
def test_a_second_person_seals_after_proving_who_they_are(chromium: Any, installation: Running) -> None:
    """Four eyes and step-up; the second one without script."""
    batch = f"/console/north/awards/{installation.made['north']['ids']['spare']}/"
    decides = installation.context(chromium, role="administrator").new_page()
    decides.goto("/console/north/settings/")
    for name in ("four_eyes", "step_up"):
        decides.locator(f"[name={name}]").check()
    decides.locator("main form button[type=submit]").first.click()
    first = installation.context(chromium, role="registrar").new_page()
    first.goto(f"{batch}approve/")
    first.get_by_role("button", name="Ask a second person").click()
    second = installation.context(chromium, role="sealer", java_script_enabled=False).new_page()
    second.goto(f"{batch}approve/")
    second.get_by_role("button", name="Seal 4 credentials").click()
    if "/account/prove/" in second.url:
        second.get_by_role("button", name=re.compile("code")).first.click()
        code = re.findall(r"Your code: (\S+)", letters(installation.home)[-1])[0]
        second.locator("[name=code]").fill(code)
        second.locator("form:has([name=code]) button[type=submit]").first.click()
        second.goto(f"{batch}approve/")
        second.get_by_role("button", name="Seal 4 credentials").click()
    second.goto(f"{batch}follow/")
    for _ in range(60):
        if "4 credentials are sealed" in second.locator("h1").inner_text():
            break
        second.wait_for_timeout(1000)
        second.reload()
    assert "4 credentials are sealed" in second.locator("h1").inner_text()
    for page in (decides, first, second):
        page.context.close()

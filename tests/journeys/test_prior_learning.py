"""Prior learning is validated in a real browser: a registrar without script, an assessor, who decides by keyboard.

What comes of it is sealed by the service, collected by its learner, and read by a verifier.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.plugins.browser import barriers, sideways
from tests.plugins.installation import Running

pytestmark = [pytest.mark.sockets, pytest.mark.extra("server")]
SAYS = "Validation of prior learning"
PATIENCE = 120_000


@pytest.fixture
def people(installation: Running, chromium: Any) -> Iterator[dict[str, Any]]:
    """Role -> a page of that person. The registrar's browser runs no script."""
    contexts = {
        role: installation.context(chromium, "north", role, java_script_enabled=role != "registrar")
        for role in ("registrar", "reviewer", "sealer", "")
    }
    for one in contexts.values():
        one.set_default_timeout(PATIENCE)
    yield {role: one.new_page() for role, one in contexts.items()}
    for one in contexts.values():
        one.close()


def picture(page: Any, name: str) -> None:
    """For whoever wants to look: in the folder MIKRA_PICTURES, wide and narrow."""
    folder = os.environ.get("MIKRA_PICTURES")
    for width in (390, 1280) if folder else ():
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=str(Path(str(folder)) / f"prior-{name}-{width}.png"), full_page=True)


def sound(page: Any) -> None:
    """No barrier, and nothing to be pushed sideways on a phone."""
    assert barriers(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert sideways(page) == []
    page.set_viewport_size({"width": 1280, "height": 900})


def put_together(page: Any, tmp_path: Path) -> str:
    """The registrar: a case with three pieces of evidence, given to the reviewer; its address."""
    page.goto("/console/north/prior-learning/")
    picture(page, "index-before")
    page.get_by_role("link", name="New case").first.click()
    page.locator(".tilesheet h2 a").first.click()
    for name, text in {
        "given_name": "Živilė",
        "family_name": "Kazlauskaitė",
        "email": "zivile@learner.example",
        "learner_id": "S777001",
    }.items():
        page.locator(f"#f-{name}").fill(text)
    if page.locator("select#f-grade").count():
        page.locator("#f-grade").select_option(index=3)
    elif page.locator("#f-grade").count():
        page.locator("#f-grade").fill("8")
    if page.locator("#f-date_of_birth").count():
        page.locator("#f-date_of_birth").fill("1990-02-03")
    page.get_by_role("button", name="Open the case").click()
    address = str(page.url)
    plan = tmp_path / "plan.pdf"
    plan.write_bytes(b"%PDF-1.7\nwater plan\n%%EOF")
    page.get_by_role("link", name="Add a file").click()
    picture(page, "add")
    page.get_by_label("What it is").fill("Plan of a water plant")
    page.locator("#f-file").set_input_files(plan)
    for box in page.locator("input[name=outcomes]").all():
        box.check()
    page.get_by_role("button", name="Add it").click()
    page.get_by_role("link", name="Add a link").click()
    page.get_by_label("What it is").fill("Open data of the river")
    page.get_by_label("Address").fill("https://river.example/data")
    page.locator("input[name=outcomes]").first.check()
    page.get_by_role("button", name="Add it").click()
    page.get_by_role("link", name="Give it to an assessor").click()
    page.locator("#f-assessor").select_option(label="Reviewer Nováková")
    page.get_by_role("button", name="Give it to this person").click()
    assert "Waits for the assessment" in page.inner_text("h1")
    return address


def assess(page: Any, address: str) -> None:
    """The reviewer: forgets one reason, is told so at its field, mends it."""
    page.goto("/console/north/")
    page.get_by_role("link", name=re.compile("of prior learning to assess")).click()
    page.goto(address)
    page.get_by_role("link", name="Assess it").click()
    fields = page.locator("textarea")
    count = fields.count()
    for n in range(count):
        page.locator(f"#f-met-{n} label", has_text=re.compile("^Met$")).click()
        page.locator(f"#f-method-{n}").fill("Talk of half an hour, and a task at the plant")
        if n < count - 1:
            page.locator(f"#f-reason-{n}").fill("Explained each step, and found the fault.")
    page.get_by_role("button", name="Assessed: on to the decision").click()
    assert page.locator(f"#f-reason-{count - 1}-error").is_visible()
    picture(page, "assess")
    sound(page)
    page.locator(f"#f-reason-{count - 1}").fill("Did it alone.")
    page.get_by_role("button", name="Assessed: on to the decision").click()
    assert "Waits for a decision" in page.inner_text("h1")


def decide(page: Any, address: str) -> None:
    """Who decides, with the keyboard alone."""
    page.goto(address)
    picture(page, "one")
    sound(page)
    page.get_by_role("link", name="Decide").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/decide/")
    picture(page, "decide")
    page.locator("input[name=outcome]").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("All outcomes are shown by evidence and talk.")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator(".field__error").all_inner_texts() == []
    assert "It is awarded" in page.inner_text("h1")


def seal(page: Any, address: str) -> None:
    """The registrar again: the batch of one, looked at and sealed."""
    page.goto(address)
    page.get_by_role("button", name="Make the award").click()
    picture(page, "batch")
    batch = str(page.url).split("/awards/")[1].split("/")[0]
    page.goto(f"/console/north/awards/{batch}/look/")
    assert SAYS.lower() in page.inner_text("main")
    page.goto(f"/console/north/awards/{batch}/approve/")
    page.get_by_role("button", name=re.compile("Seal .* credential")).click()


def test_prior_learning_is_validated_and_the_credential_says_so(
    people: dict[str, Any], installation: Running, tmp_path: Path
) -> None:
    address = put_together(people["registrar"], tmp_path)
    assess(people["reviewer"], address)
    decide(people["sealer"], address)
    seal(people["registrar"], address)
    file = sealed(people["sealer"], tmp_path)
    assert b"river.example" not in file.read_bytes()
    page = people[""]
    page.goto("/verify/")
    page.locator("input[type=file]").first.set_input_files(file)
    page.get_by_role("button", name="Check it", exact=True).click()
    page.get_by_text("Awarded after validation of prior learning").first.wait_for()
    picture(page, "verify")


def sealed(page: Any, tmp_path: Path) -> Path:
    """The credential, once the service has sealed it."""
    for _attempt in range(120):
        page.goto("/console/north/awards/all/")
        link = page.locator("a[href*='/awards/of/']", has_text="Živilė")
        if link.count():
            link.first.click()
            page.wait_for_url("**/awards/of/**")
            break
        page.wait_for_timeout(1_000)
    assert "validation of prior learning" in page.inner_text("main")
    picture(page, "award")
    with page.expect_download() as caught:
        page.get_by_role("link", name="Sealed credential (EDC)").click()
    file = tmp_path / "credential.jsonld"
    caught.value.save_as(file)
    return file

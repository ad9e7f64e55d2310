"""A designer publishes: an example with mistakes in it, a reviewer who asks for changes, an edition."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from mikra.issuance import design_file
from mikra.server.rights import Role
from mikra.server.store.people import Membership, Person
from mikra.server.store.tenants import Tenant
from tests.plugins.browser import barriers, sideways

pytestmark = [pytest.mark.sockets, pytest.mark.django_db(transaction=True), pytest.mark.extra("server")]


@pytest.fixture(scope="module", autouse=True)
def beside_a_loop() -> Iterator[None]:
    """Playwright keeps an event loop in this thread; this is the only one that reaches for the database from it."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    yield
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def people(transactional_db: None) -> dict[str, str]:
    """Two colleagues of one institution: name -> the cookie of their session."""
    tenant = Tenant._default_manager.create(slug="zed", name="University of Zed", languages=["en", "cs"])
    cookies = {}
    for name, role in (("designer", Role.DESIGNER), ("reviewer", Role.REVIEWER)):
        person = Person.objects.create_user(f"{name}@zed.example", name.title())
        Membership._default_manager.create(tenant=tenant, person=person, roles=[str(role)])
        client = Client()
        client.force_login(person)
        cookies[name] = client.cookies["sessionid"].value
    return cookies


@pytest.fixture
def pages(people: dict[str, str], live_server: Any, chromium: Any) -> Iterator[dict[str, Any]]:
    """Name -> a page of that person's own browser, wide enough for a desk."""
    contexts = {}
    for name, cookie in people.items():
        contexts[name] = chromium.new_context(viewport={"width": 1280, "height": 900}, base_url=live_server.url)
        contexts[name].add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    yield {name: context.new_page() for name, context in contexts.items()}
    for context in contexts.values():
        context.close()


def begin(page: Any) -> str:
    """From the empty list to the form of an example; the address of the design."""
    page.goto("/console/zed/designs/")
    assert page.locator("h1").inner_text() == "No design yet"
    page.get_by_role("link", name="New design").first.click()
    page.get_by_role("button", name=re.compile("Begin with this.*Water")).click()
    assert page.locator("h1").inner_text() == "Water quality monitoring"
    return urlsplit(page.url).path


def make_mistakes(page: Any) -> None:
    """A number that is none, an outcome that nobody can observe, and no quality assurance."""
    page.get_by_label("Credits", exact=True).fill("three")
    page.locator('[name="outcomes[0].title-en"]').fill("Understand rivers and lakes")
    page.get_by_text("Saved at").wait_for()  # as one types, without a button
    for number in (4, 3, 2, 1):
        page.get_by_role("button", name=f"Take out internal quality assurance {number}").click()
    page.get_by_role("button", name="Take out external quality assurance 1").click()


def see_them(page: Any) -> None:
    """What is wrong stands at its field, and what was typed is still there."""
    assert page.get_by_label("Credits", exact=True).input_value() == "three"
    assert "“three” is no number" in page.locator("#at-workload").inner_text()
    assert "state of mind" in page.locator("#at-outcomes").inner_text()


def mend(page: Any) -> None:
    page.get_by_label("Credits", exact=True).fill("3")
    page.locator('[name="outcomes[0].title-en"]').fill("Take samples from rivers and lakes")
    page.get_by_role("button", name="Add an external standard").click()
    page.locator('[name="quality.external[0].standard"]').select_option("esg")
    page.locator('[name="quality.external[0].label-en"]').fill("Institutional review under the ESG")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Nothing is missing.").wait_for()


def ask(page: Any, design: str) -> None:
    page.goto(f"{design}review/")
    page.get_by_role("button", name="Ask for a review").click()
    page.get_by_text("In review, asked for by Designer").wait_for()


def ask_for_changes(page: Any, design: str) -> None:
    """The reviewer cannot publish what is incomplete; says what is missing, at its element and as a whole."""
    page.goto(f"{design}review/")
    assert page.get_by_role("button", name="Approve and publish").count() == 0
    page.get_by_role("button", name="Approve", exact=True).click()
    page.get_by_text("It cannot be published yet").wait_for()
    page.locator("#at-outcomes summary", has_text="Comment on this").click()
    page.get_by_label("Comment on: Learning outcomes").fill("What do they do with the samples?")
    page.locator("#at-outcomes").get_by_role("button", name="Comment").click()
    page.get_by_label("What you say to the authors").fill("The credits, and who assures quality?")
    page.get_by_role("button", name="Request changes").click()
    page.get_by_text("Reviewer requested changes").wait_for()


def publish(page: Any, design: str) -> None:
    page.goto(f"{design}review/")
    page.get_by_role("button", name="Approve and publish").click()
    page.get_by_text("Edition 2026.1 is published.").wait_for()


def test_a_designer_publishes(pages: dict[str, Any]) -> None:
    designer, reviewer = pages["designer"], pages["reviewer"]
    design = begin(designer)
    make_mistakes(designer)
    see_them(designer)
    ask(designer, design)
    ask_for_changes(reviewer, design)
    designer.goto(design)
    designer.get_by_text("The credits, and who assures quality?").wait_for()
    mend(designer)
    ask(designer, design)
    publish(reviewer, design)
    answer = designer.context.request.get(f"{design}editions/1/design.json")
    read = design_file.read_design(answer.body())
    assert (str(read.workload.ects), read.outcomes[0].title["en"]) == ("3", "Take samples from rivers and lakes")
    assert read.quality.internal == ()


def test_what_one_types_moves_the_meter_at_once(pages: dict[str, Any]) -> None:
    """Without a button, and without a word being lost that is typed meanwhile."""
    page = pages["designer"]
    begin(page)
    assert page.locator("#meter .meter__score").inner_text().split() == ["Stated:", "11", "of", "11"]
    for tag in ("en", "ro", "cs", "lt"):
        page.locator(f'[name="title-{tag}"]').fill("")
    page.locator("#meter .meter__item--gap", has_text="Title").wait_for()
    assert page.locator("#meter .meter__score").inner_text().split() == ["Stated:", "10", "of", "11"]
    page.locator('[name="title-en"]').fill("Rivers")
    page.locator("#meter .meter__item--gap").wait_for(state="detached")


def test_a_vocabulary_is_searched_by_keyboard_in_another_language(pages: dict[str, Any]) -> None:
    page = pages["designer"]
    begin(page)
    field = page.locator("#at-participation [role=combobox]")
    field.press_sequentially("lietuvi")
    page.locator("#at-participation [role=option]").first.wait_for()
    field.press("ArrowDown")
    field.press("Enter")
    assert page.locator("#at-participation").get_by_label("Lithuanian").is_checked()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Saved.", exact=True).wait_for()
    assert page.locator("#at-participation").get_by_label("Lithuanian").is_checked()


@pytest.mark.parametrize("width", [1280, 320])
def test_no_page_of_a_design_is_a_barrier(pages: dict[str, Any], width: int) -> None:
    """WCAG 2.2 AA by axe, with all folds open, and nothing to scroll sideways."""
    page = pages["designer"]
    page.set_viewport_size({"width": width, "height": 900})
    design = begin(page)
    for rest in ("", "preview/catalogue/", "preview/verifier/", "review/", "editions/"):
        page.goto(design + rest)
        page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true; })")
        assert (barriers(page), sideways(page)) == ([], []), rest


def test_the_form_works_without_script(people: dict[str, str], live_server: Any, chromium: Any) -> None:
    context = chromium.new_context(java_script_enabled=False, base_url=live_server.url)
    context.add_cookies([{"name": "sessionid", "value": people["designer"], "url": live_server.url}])
    page = context.new_page()
    begin(page)
    page.locator("#f-field_of_study").fill("Veterinary")
    page.get_by_role("button", name="Add an outcome").click()
    assert page.get_by_text("Outcome 5").count() >= 1
    assert page.locator("#at-field_of_study").get_by_label("Veterinary").is_checked()
    context.close()

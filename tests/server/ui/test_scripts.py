"""What the small scripts add, in a real browser; and that the page stands without them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.server.ui.conftest import Visit
from tests.server.ui.desk import Desk

pytestmark = [pytest.mark.sockets, pytest.mark.extra("server")]


def test_without_script_nothing_promises_what_it_cannot_do(visit: Visit, desk: Desk) -> None:
    page = visit(java_script_enabled=False)
    assert (
        page.locator("[data-copies], [data-dismiss]").filter(visible=True).count() == 1
    )  # the toast's: it comes by script
    assert page.locator("[data-drop-send]").is_visible()
    page.click("summary:has-text('English')")
    assert page.locator("button[name=language][value=cs]").is_visible()
    page.click("text=Withdraw …")
    assert page.url == f"{desk.address}/withdraw"


def test_a_dialog_opens_holds_the_focus_and_closes(visit: Visit) -> None:
    page = visit()
    dialog = page.locator("#withdraw")
    for leave in (lambda: page.keyboard.press("Escape"), lambda: page.click("text=Keep it")):
        page.click("text=Withdraw …")
        assert dialog.is_visible()
        assert page.evaluate("document.querySelector('#withdraw').contains(document.activeElement)")
        leave()
        assert not dialog.is_visible()
    assert page.url.endswith("/")


def test_a_menu_closes_by_escape_and_by_a_click_elsewhere(visit: Visit) -> None:
    page = visit()
    summary = page.locator("summary:has-text('English')")
    summary.click()
    assert page.locator("button[value=cs]").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("button[value=cs]").is_visible()
    assert summary.evaluate("e => e === document.activeElement")
    summary.click()
    page.click("h1")
    assert not page.locator("button[value=cs]").is_visible()


def test_copying_fills_the_clipboard_and_says_so(visit: Visit) -> None:
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    page.click("[data-copies=share]")
    page.wait_for_selector("[data-copies=share]:has-text('Copied')")
    assert page.evaluate("navigator.clipboard.readText()") == "https://podyji.example/v/9f2c41ab"


def test_a_message_can_be_put_away(visit: Visit) -> None:
    page = visit()
    page.click(".messages [data-dismiss]")
    assert page.locator(".messages .notice").count() == 0


def test_typing_finds_and_arrows_choose(visit: Visit) -> None:
    page = visit()
    field = page.locator("#f-field")
    assert field.get_attribute("role") == "combobox"
    field.fill("natural")
    page.wait_for_selector("#f-field-list [role=option]")
    assert field.get_attribute("aria-expanded") == "true"
    assert page.locator("[name=field]").input_value() == ""
    page.keyboard.press("ArrowDown")
    assert field.get_attribute("aria-activedescendant") == "f-field-list-0"
    page.keyboard.press("Enter")
    assert field.input_value() == "Natural environments and wildlife"
    assert page.locator("[name=field]").input_value() == "0522"
    assert not page.locator("#f-field-list").is_visible()


def test_what_is_typed_after_choosing_is_not_chosen(visit: Visit) -> None:
    page = visit()
    assert page.locator("[name=field]").input_value() == "0521"
    page.locator("#f-field").fill("xyz")
    page.wait_for_selector(".combo__say:has-text('Nothing found')")
    assert page.locator("[name=field]").input_value() == ""


def test_several_can_be_chosen_and_taken_away(visit: Visit) -> None:
    page = visit()
    page.locator("#f-skills").fill("vodní")
    option = page.locator("#f-skills-list [role=option]")
    option.wait_for()
    assert option.get_attribute("lang") == "cs"
    option.click()
    assert page.locator("#f-skills").input_value() == ""
    chosen = page.locator("input[type=checkbox][name=skills]")
    assert [chosen.nth(n).input_value() for n in range(chosen.count())] == ["s1", "s2", "0732"]
    chosen.nth(0).uncheck()
    sent = page.evaluate("[...new FormData(document.querySelector('#design')).getAll('skills')]")
    assert sent == ["s2", "0732"]


def test_a_search_that_does_not_answer_says_so(visit: Visit) -> None:
    page = visit()
    page.route("**/fields.json*", lambda route: route.fulfill(status=503))
    page.locator("#f-field").fill("nat")
    page.wait_for_selector(".combo__say:has-text('did not answer')")


def _drop(page: Any, name: str, text: str) -> None:
    page.set_input_files("#f-list", {"name": name, "mimeType": "text/csv", "buffer": text.encode()})


def test_a_chosen_file_is_sent_at_once_and_the_page_goes_on(visit: Visit, desk: Desk) -> None:
    page = visit()
    assert not page.locator("[data-drop-send]").is_visible()
    _drop(page, "class.csv", "name;grade\nŽofie;A\n")
    page.wait_for_url("**/check")
    (path, body) = desk.posts[-1]
    assert path == "/upload"
    assert "Žofie;A" in body.decode()


def test_a_file_that_did_not_arrive_is_said_and_can_be_sent_again(visit: Visit, desk: Desk) -> None:
    page = visit()
    desk.upload_status = 503
    _drop(page, "class.csv", "x")
    page.wait_for_selector("[data-drop-say]:has-text('did not arrive')")
    desk.upload_status = 200
    page.click("[data-drop-send]")
    page.wait_for_url("**/check")
    assert [path for path, _ in desk.posts] == ["/upload", "/upload"]


def test_a_dropped_file_is_sent(visit: Visit, desk: Desk) -> None:
    page = visit()
    page.evaluate(
        """() => { const data = new DataTransfer(); data.items.add(new File(['a;b'], 'list.csv'));
            document.querySelector('[data-drop]').dispatchEvent(
                new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true})); }"""
    )
    page.wait_for_url("**/check")
    assert b"a;b" in desk.posts[-1][1]


def test_a_form_is_kept_as_one_types(visit: Visit, desk: Desk) -> None:
    page = visit()
    page.evaluate("document.querySelector('#design').dataset.autosave = '/keep'")
    page.locator("#f-title").fill("Soil")
    page.wait_for_selector("[data-saved][data-state=saved]")
    assert page.locator("[data-saved]").inner_text().startswith("Saved at ")
    assert [path for path, _ in desk.posts] == ["/keep"]
    assert b"Soil" in desk.posts[0][1]


def test_what_was_not_kept_is_said(visit: Visit) -> None:
    page = visit()
    page.route("**/keep", lambda route: route.fulfill(status=503))
    page.evaluate("document.querySelector('#design').dataset.autosave = '/keep'")
    page.locator("#f-title").fill("Soil")
    page.wait_for_selector("[data-saved][data-state=failed]:has-text('Not saved')")
    assert page.locator("#f-title").input_value() == "Soil"


def _at(page: Any) -> str:
    return str(page.evaluate("document.activeElement.name"))


def test_keys_lead_from_fault_to_fault(visit: Visit) -> None:
    page = visit()
    page.focus("[name=cell-17-award]")
    went = []
    for key in ("Enter", "Enter", "Enter", "Shift+Enter"):
        page.keyboard.press(key)
        went.append(_at(page))
    assert went == ["cell-42-mail", "cell-58-grade", "cell-103-award", "cell-58-grade"]
    page.focus("[name=cell-17-award]")
    page.keyboard.press("ArrowDown")
    assert _at(page) == "cell-103-award"


def test_cells_of_a_spreadsheet_go_down_the_column(visit: Visit) -> None:
    page = visit()
    page.focus("[name=cell-17-award]")
    page.evaluate(
        """() => { const data = new DataTransfer(); data.setData('text/plain', '03/05/2026\\r\\n04/05/2026\\r\\n');
            document.activeElement.dispatchEvent(
                new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true})); }"""
    )
    assert page.locator("[name=cell-17-award]").input_value() == "03/05/2026"
    assert page.locator("[name=cell-103-award]").input_value() == "04/05/2026"


def test_a_changed_cell_is_sent_alone_and_comes_back_mended(visit: Visit, desk: Desk) -> None:
    page = visit()
    page.evaluate(
        """() => { const cell = document.querySelector('[name=cell-17-award]');
            const attributes = {'hx-post': '/cell', 'hx-trigger': 'change', 'hx-target': '#c-17-award',
                'hx-swap': 'outerHTML', 'hx-params': cell.name};
            for (const [name, value] of Object.entries(attributes)) cell.setAttribute(name, value);
            htmx.process(cell); }"""
    )
    page.locator("[name=cell-17-award]").fill("03/05/2026")
    page.keyboard.press("Tab")
    page.wait_for_selector("#c-17-award.is-saved")
    assert desk.posts == [("/cell", b"cell-17-award=03%2F05%2F2026")]


def test_all_rows_shown_can_be_picked(visit: Visit) -> None:
    page = visit()
    every = page.locator("[data-pick-all]")
    rows = page.locator(".grid tbody .grid__pick input")
    every.check()
    assert all(rows.nth(n).is_checked() for n in range(rows.count()))
    rows.nth(1).uncheck()
    assert every.evaluate("e => e.indeterminate")


def test_pages_of_people_are_not_kept_in_the_browser(visit: Visit) -> None:
    page = visit()
    names = ("allowEval", "historyCacheSize", "includeIndicatorStyles")
    assert page.evaluate("names => names.map(name => htmx.config[name])", names) == [False, 0, False]
    kept = page.evaluate("[...Object.keys(localStorage), ...Object.keys(sessionStorage)]")
    assert set(kept) <= {"htmx-current-path-for-history"}  # the address of the page, until the window closes

"""A registrar's afternoon in a real browser, on a service that is killed on the way.

The list of 500 with 12 faults is mended and sealed, its worker killed twice; a wrong grade is corrected in three
clicks; a second person approves. The service is `mikra serve` as an operator starts it, with its own signer.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server.institution import class_list
from tests.server.ops.conftest import Service, environment, serve  # noqa: F401

pytestmark = [pytest.mark.sockets, pytest.mark.extra("server")]
ROOT = Path(__file__).parents[2]
PATIENCE = 240_000
"""Milliseconds for a page on a busy machine."""


def seed(service: Service, answer: str) -> None:
    env = {**environment(), "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    command = [sys.executable, "-m", "tests.journeys.registrar_seed", str(service.home), answer]
    done = subprocess.run(command, capture_output=True, text=True, env=env, cwd=ROOT, timeout=300, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def service(serve: Callable[..., Service], tmp_path: Path) -> Service:  # noqa: F811
    """It runs, and an institution works on it."""
    made = serve()
    made.up()
    seed(made, str(tmp_path / "cookies.json"))
    return made


@pytest.fixture
def desks(service: Service, tmp_path: Path, chromium: Any) -> Iterator[dict[str, Any]]:
    """Role -> a page in that person's own browser."""
    cookies: dict[str, str] = json.loads((tmp_path / "cookies.json").read_text("utf-8"))
    address, contexts = f"http://127.0.0.1:{service.port}", {}
    for role, cookie in cookies.items():
        context = contexts[role] = chromium.new_context(viewport={"width": 1280, "height": 900}, base_url=address)
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": address}])
        context.set_default_timeout(PATIENCE)
    yield {role: context.new_page() for role, context in contexts.items()}
    for context in contexts.values():
        context.close()


def messy(count: int = 500) -> bytes:
    """Twelve faults: four names, three addresses, three grades, two numbers of somebody else."""
    lines = class_list(count, faults=4).decode().split("\r\n")
    for row in (10, 20, 30):
        lines[row] = lines[row].replace("@", "(at)")
    for row in (40, 50, 60):
        lines[row] = f"{lines[row].rpartition(',')[0]},17"
    for row in (70, 80):
        lines[row] = lines[row].replace(f"S{row:06d}", f"S{row - 1:06d}")
    return "\r\n".join(lines).encode()


def heading(page: Any) -> str:
    said: str = page.locator("h1").inner_text()
    return said


def choose_and_drop(page: Any, data: bytes, *, known: bool = False) -> None:
    """`known`: a list with these headings was mapped before, so that nobody is asked again."""
    page.goto("/console/zed/")
    page.get_by_role("link", name="Award", exact=True).first.click()
    page.get_by_role("link", name="Water quality monitoring").click()
    page.get_by_role("button", name="Continue").click()
    page.locator("input[type=file]").set_input_files({"name": "list.csv", "mimeType": "text/csv", "buffer": data})
    if not known:
        page.get_by_role("heading", name="Are these columns right?").wait_for()
        page.get_by_role("button", name="Continue").click()


def type_into(page: Any, row: int, column: int, text: str) -> None:
    """Into the cell, on to the next one; the cell says that it is kept."""
    cell = page.locator(f"#c-{row}-{column}")
    control = cell.locator(".input")
    if control.evaluate("e => e.tagName") == "SELECT":
        control.select_option(text)
    else:
        control.fill(text)
        control.press("Tab")
    page.locator(f"#c-{row}-{column}.is-saved").wait_for()


def mend(page: Any) -> None:
    """Every fault, in place; the counts follow."""
    assert heading(page) == "12 of 500 rows need you"
    for row in (2, 3, 4, 5):
        type_into(page, row, 1, "Borg")
    page.get_by_role("heading", name="8 of 500 rows need you").wait_for()
    for row in (10, 20, 30):
        type_into(page, row + 1, 2, f"mended{row}@student.example")
    for row in (40, 50, 60):
        type_into(page, row + 1, 4, "9")
    for row in (70, 80):
        type_into(page, row + 1, 3, f"S9{row:05d}")
    page.get_by_role("heading", name="All 500 people are ready").wait_for()


def seal(page: Any) -> None:
    page.get_by_role("link", name="Continue with").click()
    assert "will get" in heading(page)
    page.get_by_role("link", name="Continue", exact=True).click()
    page.get_by_role("button", name=re.compile("Seal .* credential")).dblclick()


def kill_runner(service: Service, before: set[int]) -> set[int]:
    """Kills the process that seals; its number is among those that were there."""
    found: set[int] = set()

    def there() -> bool:
        found.update(pid for pid, args in service.children().items() if " runner" in args and pid not in before)
        return bool(found)

    service.until(there)
    for pid in found:
        os.kill(pid, signal.SIGKILL)
    return before | found


def wait_for(page: Any, title: str, seconds: float = 120.0) -> None:
    """Loads the page again until its title is so: what a person does who closed the window."""
    deadline = time.monotonic() + seconds
    while heading(page) != title:
        assert time.monotonic() < deadline, page.locator("main").inner_text()
        time.sleep(1)
        page.reload()


def test_500_rows_with_12_faults_a_wrong_grade_and_a_second_person(service: Service, desks: dict[str, Any]) -> None:
    page = desks["registrar"]
    choose_and_drop(page, messy())
    mend(page)
    seal(page)
    killed = kill_runner(service, set())
    kill_runner(service, killed)
    wait_for(page, "500 credentials are sealed")
    with page.expect_download() as download:
        page.get_by_role("link", name="Sealed receipt (JSON)").click()
    assert download.value.path().stat().st_size > 1_000
    page.get_by_role("link", name="Its awards").click()
    assert heading(page) == "500 awards"
    drop_again(page)
    correct(page)
    approve(service, desks)


def drop_again(page: Any) -> None:
    """The same list once more gives nobody anything twice."""
    choose_and_drop(page, messy(), known=True)
    chip = page.get_by_role("link", name=re.compile("Already has it"))
    chip.wait_for()
    assert chip.locator(".chip__n").inner_text() == "488"
    assert page.get_by_role("link", name="Continue with").count() == 0


def correct(page: Any) -> None:
    """From the person to the corrected credential: three clicks."""
    page.goto("/console/zed/people/")
    page.get_by_role("searchbox").fill("p200@student.example")
    page.get_by_role("button", name="Search").click()
    page.locator("td a, th a").first.click()
    page.get_by_role("link", name="Correct").click()  # one
    page.get_by_label("Grade").select_option("10" if page.get_by_label("Grade").input_value() != "10" else "9")  # two
    page.get_by_label("Why").fill("The grade was mistyped")
    page.get_by_role("button", name="Replace the credential").click()  # three
    page.get_by_text("Takes the place of").wait_for()


def approve(service: Service, desks: dict[str, Any]) -> None:
    """Who prepared it asks; a colleague finds it on their start page and seals."""
    seed(service, "four-eyes")
    page, second = desks["registrar"], desks["sealer"]
    choose_and_drop(page, class_list(3, start=9_000), known=True)
    page.get_by_role("link", name="Continue with 3").click()
    page.get_by_role("link", name="Continue", exact=True).click()
    page.get_by_role("button", name="Ask a second person").click()
    assert page.get_by_role("button", name=re.compile("Seal .* credential")).count() == 0
    second.goto("/console/zed/")
    second.get_by_role("link", name="Water quality monitoring").click()
    second.get_by_role("button", name="Seal 3 credentials").click()
    wait_for(second, "3 credentials are sealed")

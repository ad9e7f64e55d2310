"""A verifier's minute: the camera, the files to keep, pages without a barrier; on a service as an operator runs it."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.test_learner import awarded as awarded
from tests.journeys.test_learner import browser as browser
from tests.journeys.test_learner import looked_at, offer
from tests.journeys.test_registrar import ROOT
from tests.journeys.test_wallet_answers import opened_wallet
from tests.plugins.browser import FLAGS
from tests.server.ops.conftest import environment

pytestmark = [pytest.mark.sockets, pytest.mark.extra("server")]
KEPT = os.environ.get("MIKRA_PICTURES", "")
PHONE = {"width": 390, "height": 844}


def picture(page: Any, name: str) -> None:
    if KEPT:
        page.screenshot(path=Path(KEPT) / f"{name}.png", full_page=True)


def film(text: str, file: Path) -> Path:
    """What a camera sees: a code on a table, or the table alone where there is no text."""
    import segno
    from PIL import Image

    table = Image.new("RGB", (640, 480), (186, 170, 150))
    if text:
        drawn = io.BytesIO()
        segno.make(text, error="m").save(drawn, kind="png", scale=6, border=4)
        code = Image.open(drawn).convert("RGB").rotate(7, expand=True, fillcolor=(186, 170, 150))
        code.thumbnail((420, 420))
        table.paste(code, (100, 30))
    frame = io.BytesIO()
    table.save(frame, "JPEG", quality=80)
    file.write_bytes(frame.getvalue() * 10)
    return file


@pytest.fixture
def camera(awarded: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """A phone whose camera sees that film; `allowed` by its owner, or not. Complaints of the browser fail."""
    from playwright.sync_api import sync_playwright

    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not found:
        pytest.skip("no Chromium here (tools/install-test-system.sh installs it)")
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browsers = []

        def opened(text: str, *, allowed: bool = True) -> Any:
            seen = film(text, tmp_path / "camera.mjpeg")
            flags = ["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={seen}"]
            flags += ["--use-fake-ui-for-media-stream"] if allowed else []
            started = playwright.chromium.launch(executable_path=found, args=[*FLAGS, *flags])
            browsers.append(started)
            context = started.new_context(viewport=PHONE, base_url=f"http://127.0.0.1:{awarded.port}")
            context.set_default_timeout(60_000)
            page = context.new_page()
            page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.goto("/verify/")
            return page

        yield opened
        for one in browsers:
            one.close()
    assert complaints == []


def test_what_the_camera_reads_is_answered(awarded: Any, camera: Callable[..., Any]) -> None:
    page = camera(f"http://127.0.0.1:{awarded.port}/c/")
    page.get_by_role("button", name="Scan a code with the camera").click()
    page.wait_for_url("**/c/")
    assert page.get_by_label("Code on the paper").count() == 1


def test_a_credential_in_a_code_is_judged(camera: Callable[..., Any]) -> None:
    token = (ROOT / "tests/corpus/credential-jws/jws-good-es256.jwt").read_text().strip()
    page = camera(token[:900])  # as much as a camera of this size reads; cut off, so that it must be refused
    page.get_by_role("button", name="Scan a code with the camera").click()
    page.locator(".verdict").wait_for()
    assert "genuine" not in page.locator("h1").inner_text().lower()


def test_where_there_is_no_code_it_leads_nowhere(camera: Callable[..., Any]) -> None:
    page = camera("")
    page.get_by_role("button", name="Scan a code with the camera").click()
    page.get_by_text("Hold the code before the camera.").wait_for()
    looked_at(page)
    picture(page, "verify-scanning")
    page.wait_for_timeout(3_000)
    assert page.url.endswith("/verify/")
    assert page.locator("textarea").first.input_value() == ""
    page.get_by_text("No code found yet.").wait_for()
    page.keyboard.press("Escape")
    assert page.evaluate("document.querySelector('video').srcObject") is None
    assert page.get_by_role("button", name="Scan a code with the camera").is_visible()


def test_a_refused_camera_says_what_else_can_be_done(camera: Callable[..., Any]) -> None:
    page = camera("x", allowed=False)
    page.get_by_role("button", name="Scan a code with the camera").click()
    page.get_by_text("The camera was refused.").wait_for()
    looked_at(page)


def test_what_the_camera_reads_is_asked_in_the_wallet(awarded: Any, camera: Callable[..., Any]) -> None:
    """From the code on somebody's screen, with the camera, to the page that says who asks."""
    desk = camera("")
    desk.goto("/present/")
    desk.get_by_role("button", name="Show a code for a telephone").click()
    page = camera(desk.get_by_label("the text of the code").input_value())
    opened_wallet(page, awarded)
    page.goto("/wallet/answer/")
    looked_at(page)
    picture(page, "wallet-scan")
    page.get_by_role("button", name="Scan a code with the camera").click()
    page.get_by_text("Nobody confirms who asks.").wait_for()
    assert page.get_by_role("button", name="Yes, show it").is_visible()


def sent(page: Any, *files: tuple[str, bytes]) -> Any:
    page.goto("/verify/")
    given = [{"name": name, "mimeType": "application/octet-stream", "buffer": data} for name, data in files]
    page.locator("input[type=file]").first.set_input_files(given)
    page.get_by_role("button", name="Check it", exact=True).click()
    page.locator(".verdict, h1:has-text(' of ')").first.wait_for()
    return page


def test_every_answer_is_for_everybody_and_its_report_is_made_again_elsewhere(
    awarded: Any, browser: Callable[..., Any], tmp_path: Path
) -> None:
    path = offer(awarded, 2)
    page = browser()
    page.goto(path)
    page.get_by_role("button", name="Collect it").click()
    good = page.request.get(f"{path}credential.jsonld").body()
    stranger = (ROOT / "tests/corpus/jades/jades-good.json").read_bytes()
    place = good.index(b'"payload":"') + 400
    wrong = good[:place] + good[place:].replace(b"Water", b"Waste", 1)
    shown = {"passed": [("a.jsonld", good)], "failed": [("b.jsonld", wrong)], "unsure": [("c.json", stranger)]}
    shown["several"] = [one for each in shown.values() for one in each]
    assert wrong != good
    for name, files in shown.items():
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            sent(page, *files)
            looked_at(page)
            picture(page, f"verify-{name}-{width}")
            if name == "failed":
                assert page.locator("h1").inner_text().startswith("Altered.")
                assert page.get_by_text("What the person can do").count() == 0
    with page.expect_download() as told:
        page.get_by_role("button", name="Bundle (ZIP)").click()
    told.value.save_as(tmp_path / "bundle.zip")
    (tmp_path / "keys.json").write_bytes(page.request.get("/verify/keys.json").body())
    done = again(tmp_path)
    assert done.returncode == 1, done.stderr  # one of the three is altered
    assert "the key that you named sealed it" in " ".join(done.stderr.split())
    assert "differs" not in done.stderr
    broken = (tmp_path / "bundle.zip").read_bytes().replace(b"files/1", b"files/7")
    (tmp_path / "bundle.zip").write_bytes(broken)
    assert "missing: files/1" in " ".join(again(tmp_path).stderr.split())


def again(folder: Path) -> subprocess.CompletedProcess[str]:
    """The command line, on a machine that has these two files alone."""
    command = [
        sys.executable,
        "-c",
        "from mikra.cli import main; main()",
        "verify",
        "--bundle",
        "bundle.zip",
        "--sealed-by",
        "keys.json",
    ]
    env = {**environment(), "PYTHONPATH": str(ROOT / "src"), "LC_ALL": "C"}
    return subprocess.run(command, capture_output=True, text=True, env=env, cwd=folder, timeout=120, check=False)

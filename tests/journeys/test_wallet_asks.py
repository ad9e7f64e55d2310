"""A learner takes a credential into a European wallet: from the letter, over the page that asks, and back."""

from __future__ import annotations

import json
import os
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from mikra.sealing import sd_jwt
from tests.journeys.test_learner import browser as browser
from tests.journeys.test_learner import looked_at, offer
from tests.plugins import installation
from tests.server.issuing.careful import NAME, PROVIDER, Careful, fresh
from tests.server.ops.test_rehearsal import run, seed

pytestmark = [pytest.mark.sockets, pytest.mark.extra("server")]
BACK = "https://wallet.example/back"
KEPT = os.environ.get("MIKRA_PICTURES", "")
"""A folder for pictures of the pages; none are made otherwise."""


@pytest.fixture(scope="module")
def awarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A service with two letters on their way, in whose address wallets take http."""
    made = installation.start(tmp_path_factory.mktemp("asked"), MIKRA_MODE="development")
    try:
        made.up()
        seed(made)
        yield made
    finally:
        installation.stop(made)


@dataclass
class Said:
    status_code: int
    content: bytes
    headers: Any

    def json(self) -> Any:
        return json.loads(self.content)


@dataclass
class Web:
    """What a wallet asks with: as Django's client, over HTTP."""

    base: str

    def generic(self, method: str, path: str, body: str, kind: str, headers: dict[str, str] | None = None) -> Said:
        said = {"Content-Type": kind, **(headers or {})}
        request = urllib.request.Request(self.base + path, data=body.encode(), headers=said, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return Said(answer.status, answer.read(), answer.headers)
        except urllib.error.HTTPError as error:
            return Said(error.code, error.read(), error.headers)

    def post(self, path: str) -> Said:
        return self.generic("POST", path, "", "application/json")


def picture(page: Any, name: str) -> None:
    if KEPT:
        page.screenshot(path=Path(KEPT) / f"{name}.png", full_page=True)


def test_a_learner_says_yes_to_a_european_wallet(awarded: Any, browser: Callable[..., Any]) -> None:
    folder = awarded.home / "wallet-providers"
    folder.mkdir(exist_ok=True)
    pem = x509.load_der_x509_certificate(PROVIDER.certificate).public_bytes(Encoding.PEM)
    (folder / "provider.pem").write_bytes(pem)
    done = run(awarded, "wallets", "allow", NAME, BACK)
    assert done.returncode == 0, done.stderr
    page = browser()
    page.goto(offer(awarded, 2))
    page.get_by_role("button", name="Collect it").click()
    page.goto(f"{page.url}wallet/")
    looked_at(page)
    page.get_by_text("For a European Digital Identity Wallet").click()
    picture(page, "form")
    page.get_by_role("button", name="Show the code").click()
    looked_at(page)
    picture(page, "offer")
    link = page.get_by_role("link", name="Open in my wallet").get_attribute("href")
    digits = re.sub(r"\D", "", page.locator("#typed").inner_text())
    address = parse_qs(urlsplit(link).query)["credential_offer"][0]
    phone = Careful(json.loads(address), client=Web(f"http://127.0.0.1:{awarded.port}"))  # type: ignore[arg-type]
    phone.instance = fresh()
    other = browser()
    pushed = phone.push(redirect_uri=BACK).json()
    other.goto(f"{phone.path('authorize')}?client_id={NAME}&request_uri={pushed['request_uri']}")
    looked_at(other)
    picture(other, "asks-390")
    other.set_viewport_size({"width": 1280, "height": 900})
    looked_at(other)
    picture(other, "asks-1280")
    other.emulate_media(color_scheme="dark")
    looked_at(other)
    picture(other, "asks-dark")
    other.get_by_label("The six digits").fill("000000" if digits != "000000" else "111111")
    other.get_by_role("button", name="Yes, put it there").click()
    other.get_by_text("These are not the six digits").wait_for()
    looked_at(other)
    picture(other, "asks-wrong")
    other.route(f"{BACK}**", lambda route: route.fulfill(body="the wallet"))
    other.get_by_label("The six digits").fill(digits)
    other.get_by_label("The six digits").press("Enter")
    other.wait_for_url(f"{BACK}**")
    told = parse_qs(urlsplit(other.url).query)
    given = phone.token_for(told["code"][0], redirect_uri=BACK).json()
    credential = phone.credential(given["access_token"]).json()["credentials"][0]["credential"]
    assert sd_jwt.read(credential.encode()).claims["iss"] == phone.issuer == told["iss"][0]


def test_the_operator_sees_and_forgets_wallets(awarded: Any) -> None:
    name = "https://wallet.example/other"
    assert run(awarded, "wallets", "allow", name, "http://wallet.example/back").returncode != 0
    assert run(awarded, "wallets", "allow", name, BACK).returncode == 0
    known = json.loads(run(awarded, "wallets", "list").stdout)
    assert known["wallets"][name] == [BACK]
    assert known["unreadable"] == []
    assert run(awarded, "wallets", "forget", name).returncode == 0
    assert name not in json.loads(run(awarded, "wallets", "list").stdout)["wallets"]
    assert run(awarded, "wallets", "forget", name).returncode != 0


def test_a_wallet_that_is_not_believed_is_told_nothing(awarded: Any, browser: Callable[..., Any]) -> None:
    page = browser()
    page.goto("/issuers/zed/open/authorize?client_id=x&redirect_uri=https://evil.example/")
    assert page.get_by_role("heading", level=1).inner_text() == "This wallet cannot be answered"
    looked_at(page)
    picture(page, "refused")

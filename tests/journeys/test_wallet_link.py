"""A learner takes a credential into the Learner Credential Wallet: from the letter to the link that it opens."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from mikra.adapters.clock import now
from mikra.exchange import vc_api_exchange
from mikra.sealing.keys import bare_signer
from mikra.trust import did
from tests.journeys.test_learner import browser as browser
from tests.journeys.test_learner import looked_at, offer
from tests.journeys.test_wallet_asks import Web, picture
from tests.journeys.test_wallet_asks import awarded as awarded

pytestmark = [pytest.mark.sockets, pytest.mark.extra("server")]


def everywhere(page: Any, name: str) -> None:
    """On a phone, on a desk, in the dark."""
    looked_at(page)
    picture(page, f"{name}-390")
    page.set_viewport_size({"width": 1280, "height": 900})
    looked_at(page)
    picture(page, f"{name}-1280")
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.wait_for_timeout(500)  # until the colours have changed
    looked_at(page)
    picture(page, f"{name}-dark")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 390, "height": 844})


def test_a_learner_opens_the_link_in_a_learners_wallet(awarded: Any, browser: Callable[..., Any]) -> None:
    page = browser()
    page.goto(offer(awarded, 2))
    if page.get_by_role("button", name="Collect it").count():
        page.get_by_role("button", name="Collect it").click()
    page.goto(f"{page.url}wallet/")
    everywhere(page, "choice")
    page.get_by_role("button", name="For the Learner Credential Wallet").click()
    page.get_by_role("heading", name="Scan this with the Learner Credential Wallet").wait_for()
    everywhere(page, "link")
    address = vc_api_exchange.read_link(page.locator("#interaction").get_attribute("href"))
    camera = browser()
    camera.goto(address)
    assert camera.get_by_role("link", name="Open in my wallet").get_attribute("href") == f"interaction:{address}"
    everywhere(camera, "camera")
    web, key = Web(f"http://127.0.0.1:{awarded.port}"), ed25519.Ed25519PrivateKey.generate()
    path = urlsplit(address).path.replace("/interactions/", "/exchanges/")
    asked = vc_api_exchange.read_request(web.generic("POST", path, "{}", "application/json").content)
    signed = vc_api_exchange.present(asked, bare_signer(key), key.public_key(), at=now())
    given = web.generic("POST", path, json.dumps(signed), "application/json")
    (credential,) = vc_api_exchange.read_response(given.content)
    assert credential["credentialSubject"]["id"] == did.did_key(key.public_key())
    assert camera.reload().status == 404
    page.get_by_role("button", name="Make a new code").click()
    again = vc_api_exchange.read_link(page.locator("#interaction").get_attribute("href"))
    assert again != address

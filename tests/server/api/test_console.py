"""Administrators make keys and webhooks in the console; both secrets are shown once."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from mikra.server.actions.webhooks_sending import slice_of
from mikra.server.rights import Role
from mikra.server.store.api import ApiKey, Message, Webhook
from mikra.server.store.tenants import Tenant
from tests.server.api.conftest import API
from tests.server.api.test_webhooks import URL, Receiver, soon


@pytest.fixture
def browser(tenant: Tenant, join: Callable[..., Any], sign_in: Callable[[Any], Client]) -> Client:
    return sign_in(join(tenant, Role.ADMINISTRATOR))


def test_a_key_from_the_form_to_its_end(client: Client, browser: Client, tenant: Tenant) -> None:
    assert "No program has a key" in browser.get("/console/zed/settings/programs/").content.decode()
    refused = browser.post("/console/zed/settings/programs/new/", {"name": "SIS"})
    assert refused.status_code == 422
    assert 'value="SIS"' in refused.content.decode()
    made = browser.post("/console/zed/settings/programs/new/", {"name": "SIS", "scopes": ["read"]})
    secret = re.search(r"mikra_[A-Za-z0-9_-]{43}", made.content.decode())
    assert secret
    header = {"Authorization": f"Bearer {secret[0]}"}
    assert client.get(f"{API}/designs", headers=header).status_code == 200
    listed = browser.get("/console/zed/settings/programs/").content.decode()
    assert "SIS" in listed
    assert secret[0] not in listed
    browser.post(f"/console/zed/settings/programs/{ApiKey.of(tenant).get().id}/revoke/")
    assert client.get(f"{API}/designs", headers=header).status_code == 401


def test_a_webhook_from_the_form_to_its_end(browser: Client, tenant: Tenant) -> None:
    refused = browser.post("/console/zed/settings/webhooks/new/", {"url": "https://10.0.0.1/", "events": "batch.done"})
    assert refused.status_code == 422
    made = browser.post("/console/zed/settings/webhooks/new/", {"url": URL, "events": ["batch.done"]})
    assert "whsec_" in made.content.decode()
    here = f"/console/zed/settings/webhooks/{Webhook.of(tenant).get().id}/"
    browser.post(f"{here}do/", {"do": "test"})
    slice_of(soon(), Receiver(status=500).loader())
    shown = browser.get(here).content.decode()
    assert "given up" in shown
    assert "whsec_" not in shown
    browser.post(f"{here}replay/", {"message": str(Message.of(tenant).get().id)})
    slice_of(soon(), Receiver().loader())
    assert "received" in browser.get(here).content.decode()
    browser.post(f"{here}do/", {"do": "stop"})
    assert "it was stopped" in browser.get(here).content.decode()
    browser.post(f"{here}do/", {"do": "remove"})
    assert browser.get(here).status_code == 404
    assert browser.get("/console/zed/settings/webhooks/").status_code == 200


def test_others_cannot(
    tenant: Tenant, stranger: Tenant, join: Callable[..., Any], sign_in: Callable[[Any], Client], client: Client
) -> None:
    registrar, outside = sign_in(join(tenant, Role.REGISTRAR)), sign_in(join(stranger, Role.ADMINISTRATOR))
    for address in ("programs/", "programs/new/", "webhooks/", "webhooks/new/"):
        assert registrar.get(f"/console/zed/settings/{address}").status_code == 403
        assert outside.get(f"/console/zed/settings/{address}").status_code == 404
        assert client.get(f"/console/zed/settings/{address}").status_code == 302

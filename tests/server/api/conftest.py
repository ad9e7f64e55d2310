"""What tests of the API share: keys, and a program that asks with one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from json import dumps
from typing import Any

import pytest
from django.test import Client

from mikra.adapters.clock import now
from mikra.sealing.keys import private_key_signer
from mikra.sealing.wallet_certificates import Subject, certified, make_authority
from mikra.server.actions import api_keys, presenting_keys
from mikra.server.actions.rate_limits import BUCKETS
from mikra.server.rights import Actor, Role
from mikra.server.store.designs import Edition
from mikra.server.store.tenants import Tenant
from tests.server.institution import give_keys, publish

API = "/api/v1"
ALL = ("read", "design", "publish", "prepare", "learners", "seal", "correct", "recognise", "webhooks")


def _json(body: Any) -> bytes:
    """JSON, whatever stands in it: half characters and numbers beyond 64 bits too."""
    return dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")


@dataclass
class Program:
    """Asks the API with a key."""

    secret: str
    name: str = ""
    browser: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def ask(self, method: str, address: str, body: Any = None, **headers: str) -> Any:
        given = {"Authorization": f"Bearer {self.secret}", **{k.replace("_", "-"): v for k, v in headers.items()}}
        address = address if address.startswith("/api/") else API + address
        kind = given.pop("Content-Type", "application/json")
        data = body if isinstance(body, bytes) else b"" if body is None else _json(body)
        return self.browser.generic(method, address, data, content_type=kind, headers=given)

    def get(self, address: str, **headers: str) -> Any:
        return self.ask("GET", address, **headers)

    def post(self, address: str, body: Any = None, **headers: str) -> Any:
        return self.ask("POST", address, body, **headers)


Give = Callable[..., Program]


YESTERDAY = now() - dt.timedelta(days=1)
ABOVE = make_authority(Subject(name="Zed", country="CZ"), at=YESTERDAY)
REQUESTS = certified(ABOVE, Subject(name="Zed", country="CZ", names=("https://zed.example",)), at=YESTERDAY)


@pytest.fixture(autouse=True)
def full_buckets() -> None:
    BUCKETS.clear()
    presenting_keys.hold(private_key_signer(REQUESTS.key, REQUESTS.certificate, (ABOVE.certificate,)))


@pytest.fixture
def program(actor: Callable[..., Actor]) -> Give:
    """`program(tenant, "read", ...)`: a program with a key of these scopes; all, where none is named."""

    def made(tenant: Tenant, *scopes: str) -> Program:
        key = api_keys.make(actor(tenant, Role.ADMINISTRATOR), name="Student system", scopes=scopes or ALL)
        return Program(key.secret, f"key:{key.key.id}")

    return made


@pytest.fixture
def edition(tenant: Tenant) -> Edition:
    give_keys(tenant)
    return publish(tenant)


ROW = {
    "given_name": "Jana",
    "family_name": "Nováková",
    "email": "jana@student.example",
    "learner_id": "S000001",
    "grade": "8",
}

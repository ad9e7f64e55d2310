"""Hostile requests over the whole description of the API: no 5xx, problem+json on every 4xx (BAR, R6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.core import NotSet

from mikra.server.actions import designs
from mikra.server.actions.rate_limits import BUCKETS
from mikra.server.store.api import Message, Webhook
from mikra.server.store.awards import Award
from mikra.server.store.batches import Batch
from mikra.server.store.deliveries import Delivery
from mikra.server.store.designs import Design, Edition
from mikra.server.store.presenting import Presentation
from mikra.server.store.tenants import Tenant
from mikra.server.web.api import problems
from mikra.server.web.api.describe import described
from mikra.server.web.api.urls import api
from tests.server.api.conftest import ROW, Give, Program
from tests.server.api.test_flow import seal

pytestmark = pytest.mark.drill("R6")
MODES = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)
URL = "https://sis.example.com/hooks"
KINDS = {"designs": Design, "batches": Batch, "awards": Award, "deliveries": Delivery, "webhooks": Webhook}


@pytest.fixture
def bearer(tenant: Tenant, edition: Edition, program: Give) -> Program:
    """A key with all scopes, and something of each kind to ask about."""
    made = program(tenant)
    batch = made.post("/batches", {"edition": str(edition.id), "rows": [ROW]}).json()["id"]
    seal(made, batch)
    made.post("/batches", {"edition": str(edition.id), "rows": [ROW]})
    hook = made.post("/webhooks", {"url": URL, "events": ["award.claimed"]}).json()["id"]
    made.post(f"/webhooks/{hook}/test")
    return made


def operations() -> Iterator[Any]:
    schema = schemathesis.openapi.from_dict(described(api))
    for one in schema.get_all_operations():
        yield one.ok()


def ids(tenant: Tenant, address: str) -> dict[str, str]:
    """What stands for the ids of an address, as far as there is something."""
    kind = KINDS.get(address.split("/")[3])
    if address.split("/")[3] == "presentations":  # whose they are is known by their secret alone
        row = Presentation._default_manager.order_by("-id").first()
        return {"id": str(row.id)} if row else {}
    found = kind.of(tenant).order_by("-id").first() if kind else None
    message = Message.of(tenant).first()
    known = {"number": "1"}
    return known | ({"id": str(found.id)} if found else {}) | ({"message": str(message.id)} if message else {})


def sent(bearer: Program, case: Any, known: dict[str, str]) -> Any:
    """One request as the case has it; with `known`, about what exists."""
    address = case.operation.path
    for name, value in {**(case.path_parameters or {}), **known}.items():
        address = address.replace("{" + name + "}", _quoted(str(value)))
    query = "&".join(f"{_quoted(str(k))}={_quoted(str(v))}" for k, v in (case.query or {}).items())
    given = {k: str(v) for k, v in (case.headers or {}).items() if k.lower() == "idempotency-key"}
    if not all(v.isascii() and v.isprintable() for v in given.values()):
        given = {}  # no HTTP server lets these through
    body = None if isinstance(case.body, NotSet) else case.body
    kind = case.media_type or "application/json"
    if isinstance(body, str) and kind != "application/json":
        body = body.encode("utf-8", "surrogatepass")
    return bearer.ask(case.method, address + (f"?{query}" if query else ""), body, Content_Type=kind, **given)


def _quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def check(answer: Any) -> None:
    assert answer.status_code < 500, (answer.status_code, answer.content[:300])
    if answer.status_code >= 400:
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code


def sweep(tenant: Tenant, bearer: Program, examples: int, chosen: Callable[[Any], bool] = lambda _: True) -> int:
    """So many requests of each kind to each operation; how many in all."""
    count = 0
    for operation in filter(chosen, operations()):
        for mode in MODES:

            @seed(6)
            @settings(
                max_examples=examples,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
                deadline=None,
                database=None,
            )
            @given(case=operation.as_strategy(generation_mode=mode), real=st.booleans())
            def one(case: Any, real: bool) -> None:
                nonlocal count
                BUCKETS.clear()
                check(sent(bearer, case, ids(tenant, case.operation.path) if real else {}))
                count += 1

            one()
    return count


def test_no_request_of_the_description_or_against_it_breaks_the_service(
    tenant: Tenant,
    bearer: Program,
    amount: Callable[[int, int], int],
    record_property: Callable[[str, object], None],
) -> None:
    count = sweep(tenant, bearer, amount(2, 200))
    record_property("requests", count)
    assert count >= amount(100, 20_000)


def _designs(operation: Any) -> bool:
    return bool(operation.path == "/api/v1/designs" and operation.method == "get")


def test_planted_a_defect_is_found(tenant: Tenant, bearer: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise KeyError("planted")

    monkeypatch.setattr(designs, "list_designs", breaks)
    with pytest.raises(BaseException, match="500"):
        sweep(tenant, bearer, 5, _designs)


def test_planted_a_broken_refusal_is_found(tenant: Tenant, bearer: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object) -> None:
        raise ZeroDivisionError("planted")

    monkeypatch.setattr(problems, "_said", breaks)
    with pytest.raises(BaseException, match="500"):
        sweep(tenant, bearer, 20, _designs)


def test_the_description_is_public_and_says_what_is_there(tenant: Tenant, bearer: Program) -> None:
    from django.test import Client

    said = Client().get("/api/v1/openapi.json").json()
    assert said["openapi"].startswith("3.1")
    assert said["paths"].pop("/api/v1/verify")["post"]["security"] == []
    assert len(said["paths"]) == len(described(api)["paths"]) > 35
    for address, methods in said["paths"].items():
        for word, operation in methods.items():
            assert "401" in operation["responses"], f"{word} {address}"
            assert operation["security"], f"{word} {address}"

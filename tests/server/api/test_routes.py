"""R7: every route of the API as nobody and with another's key; and the list of routes that are public."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mikra.server.store.awards import Award
from mikra.server.store.batches import Batch
from mikra.server.store.designs import Edition
from mikra.server.store.tenants import Tenant
from mikra.server.web.api.describe import described
from mikra.server.web.api.urls import api
from tests.server.api.conftest import ROW, Give, Program
from tests.server.api.test_flow import seal
from tests.server.api.test_schema import URL, ids
from tests.server.test_guards import patterns

pytestmark = pytest.mark.drill("R7")
NOTHING = "00000000-0000-7000-8000-000000000000"
PUBLIC = Path(__file__).parents[3] / "docs" / "public-routes.md"
REASON = {"reason": "x"}
BODIES: dict[str, Any] = {
    "suspend": REASON, "resume": REASON, "revoke": REASON, "revert": REASON, "send-back": REASON, "resend": REASON,
    "withdraw": REASON, "supersede": {"changes": {"grade": "8"}, "reason": "x"}, "approve": {"sentence": "x"},
    "leave-out": {"rows": [1]}, "take-back": {"rows": [1]}, "insist": {"rows": [1]},
    "rows": {"changes": [{"row": 1, "position": 0, "text": "x"}]},
}  # fmt: skip
OWN = {"put /designs": {"content": {}, "version": 1}, "patch /deliveries": {"email": "a@b.example", **REASON}}


@pytest.fixture
def theirs(tenant: Tenant, edition: Edition, program: Give) -> Program:
    """The institution that owns something of each kind."""
    made = program(tenant)
    seal(made, made.post("/batches", {"edition": str(edition.id), "rows": [ROW]}).json()["id"])
    hook = made.post("/webhooks", {"url": URL, "events": ["award.claimed"]}).json()["id"]
    made.post(f"/webhooks/{hook}/test")
    BODIES["result"] = {"secret": made.post("/presentations", {}).json()["secret"]}
    return made


def addresses() -> Iterator[tuple[str, str]]:
    for address, methods in described(api)["paths"].items():
        yield from ((word, address) for word in methods)


def _asked(bearer: Program, word: str, address: str, known: dict[str, str]) -> Any:
    last = address.rsplit("/", 1)[-1]
    kind = "application/json"
    body = OWN.get(f"{word} /{address.split('/')[3]}") if last == "{id}" else BODIES.get(last)
    if last == "list":
        body, kind = b"Given name,Family name\r\nA,B", "text/csv"
    for name, value in known.items():
        address = address.replace("{" + name + "}", value)
    return bearer.ask(word.upper(), address, body, Content_Type=kind)


def test_with_anothers_key_nothing_is_there(tenant: Tenant, stranger: Tenant, theirs: Program, program: Give) -> None:
    """Each address with an id, each method: 404, with the body of what does not exist."""
    outside, tried = program(stranger), 0
    for word, address in addresses():
        if "{id}" not in address:
            continue
        known = ids(tenant, address)
        found, nothing = _asked(outside, word, address, known), _asked(outside, word, address, {**known, "id": NOTHING})
        assert found.status_code == 404, f"{word} {address}: {found.content[:200]!r}"
        assert found.content == nothing.content, f"{word} {address}"
        tried += 1
    assert tried > 35
    assert outside.get("/awards").json()["items"] == outside.get("/designs").json()["items"] == []


def test_planted_a_filter_that_lacks_is_found(
    tenant: Tenant, stranger: Tenant, theirs: Program, program: Give, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Award, "of", classmethod(lambda cls, _tenant: cls._default_manager.all()))
    with pytest.raises(AssertionError, match="/awards/"):
        test_with_anothers_key_nothing_is_there(tenant, stranger, theirs, program)


def test_without_a_key_there_is_401_everywhere(theirs: Program) -> None:
    for secret in ("", "mikra_wrong"):
        for word, address in addresses():
            answer = _asked(Program(secret), word, address, {"id": NOTHING, "message": NOTHING, "number": "1"})
            assert answer.status_code == 401, f"{word} {address}"


def test_public_routes_are_the_written_list() -> None:
    written = set(re.findall(r"^\| `([^`]*)` \|", PUBLIC.read_text("utf-8"), re.MULTILINE))
    found = {f"/{address}" for address, view in patterns() if getattr(view, "guard", "") == "public"}
    assert found - written == set(), "public, and not on the list"
    assert written - found == set(), "on the list, and not there"


def test_no_batch_is_left_over(tenant: Tenant, theirs: Program) -> None:
    assert Batch.of(tenant).count() == 1

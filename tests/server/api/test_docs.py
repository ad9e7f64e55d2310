"""Each example of docs/api.md runs, in its order, over HTTP."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest

from mikra.server.actions import sealing
from mikra.server.actions.webhook_messages import signature
from mikra.server.store.api import Webhook
from mikra.server.store.awards import Award
from mikra.server.store.designs import Edition
from mikra.server.store.tenants import Tenant
from tests.server.api.conftest import Give

PAGE = Path(__file__).parents[3] / "docs" / "api.md"


def examples() -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)


@pytest.mark.sockets
@pytest.mark.django_db(transaction=True)
def test_the_examples(
    live_server: Any, tenant: Tenant, edition: Edition, program: Give, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIKRA", live_server.url)
    monkeypatch.setenv("KEY", program(tenant).secret)
    world: dict[str, Any] = {}
    for example in examples():
        exec(compile(example, str(PAGE), "exec"), world)
        while sealing.advance_any():  # the worker, between two examples
            pass
    assert len(examples()) > 12
    assert sorted(Award.of(tenant).values_list("state", flat=True)) == ["superseded", "valid"]
    assert Webhook.of(tenant).get().removed is not None
    now = int(time.time())
    headers = {"webhook-id": "msg_1", "webhook-timestamp": str(now)}
    import base64

    key = base64.b64decode(world["secret"].removeprefix("whsec_"))
    headers["webhook-signature"] = signature(key, "msg_1", now, b"{}")
    assert world["genuine"](world["secret"], headers, b"{}", now)
    assert not world["genuine"](world["secret"], headers, b"{ }", now)
    assert not world["genuine"](world["secret"], headers, b"{}", now + 301)

"""The trail in the console: for those who may read it, and of their own institution alone."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from mikra import audit_check
from mikra.server.actions import audit, audit_heads
from mikra.server.actions.work import work
from mikra.server.rights import Actor, Role
from mikra.server.store.tenants import Tenant
from tests.server.institution import give_keys

SignIn, Join = Callable[[Any], Client], Callable[..., Any]
ADDRESSES = ["", "trail.jsonl", "heads.zip"]


@pytest.fixture
def noted(tenant: Tenant, stranger: Tenant, actor: Callable[..., Actor]) -> None:
    for one, reason in ((tenant, "<script>alert(1)</script>"), (stranger, "theirs")):
        with work():
            audit.note(actor(one, Role.REGISTRAR), audit.Line(verb="person.roles", subject="person:1", reason=reason))


@pytest.mark.parametrize("address", ADDRESSES)
def test_who_may_read(address: str, tenant: Tenant, stranger: Tenant, join: Join, sign_in: SignIn) -> None:
    where = f"/console/zed/audit/{address}"
    assert sign_in(join(tenant, Role.AUDITOR)).get(where).status_code == 200
    assert sign_in(join(tenant, Role.REGISTRAR)).get(where).status_code == 403
    assert sign_in(join(stranger, Role.AUDITOR)).get(where).status_code == 404


def test_lines_are_text_and_ones_own(noted: None, tenant: Tenant, join: Join, sign_in: SignIn) -> None:
    page = sign_in(join(tenant, Role.AUDITOR)).get("/console/zed/audit/").content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert "theirs" not in page
    assert "Jana Králová" in page


@pytest.mark.parametrize(
    ("query", "there"),
    [("verb=person.", True), ("verb=award.", False), ("since=2999-01-01", False), ("before=1", False)],
)
def test_narrowing(query: str, there: bool, noted: None, tenant: Tenant, join: Join, sign_in: SignIn) -> None:
    page = sign_in(join(tenant, Role.AUDITOR)).get(f"/console/zed/audit/?{query}").content.decode()
    assert ("alert(1)" in page) is there


@pytest.mark.parametrize("query", ["before=x", "since=yesterday", "verb=%00", "actor=person:1", "before=" + "9" * 40])
def test_nonsense_is_no_error(query: str, noted: None, tenant: Tenant, join: Join, sign_in: SignIn) -> None:
    assert sign_in(join(tenant, Role.AUDITOR)).get(f"/console/zed/audit/?{query}").status_code == 200


def test_what_is_taken_away_is_checked_elsewhere(noted: None, tenant: Tenant, join: Join, sign_in: SignIn) -> None:
    give_keys(tenant)
    audit_heads.seal_daily()
    browser: Any = sign_in(join(tenant, Role.AUDITOR))
    trail = b"".join(browser.get("/console/zed/audit/trail.jsonl").streaming_content).decode().splitlines()
    archive = zipfile.ZipFile(io.BytesIO(browser.get("/console/zed/audit/heads.zip").content))
    heads = [json.loads(archive.read(name)) for name in archive.namelist() if name.endswith(".json")]
    assert len(heads) == 1
    assert audit_check.faults(trail, heads) == []
    assert audit_check.faults([trail[0].replace("alert", "alarm")], heads)
    assert archive.read("audit_check.py").startswith(b'"""The checker')


def test_checking_in_the_console(noted: None, tenant: Tenant, join: Join, sign_in: SignIn) -> None:
    page = sign_in(join(tenant, Role.AUDITOR)).post("/console/zed/audit/check/").content.decode()
    assert "The trail holds: 1 line" in page

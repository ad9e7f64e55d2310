"""Every address has a guard; those without the right, the membership or a session are kept out (BAR, R7)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from mikra.errors import NotFoundError
from mikra.server.rights import RIGHTS, Actor, Right, Role, rights_of
from mikra.server.store.designs import Design
from mikra.server.store.tenants import Tenant

OURS = "mikra.server."


def patterns(resolver: Any = None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """(address, view) of every route."""
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            yield from patterns(one, f"{prefix}{one.pattern}")
        elif isinstance(one, URLPattern):
            yield f"{prefix}{one.pattern}", one.callback


@pytest.mark.parametrize(("address", "view"), list(patterns()))
def test_every_view_of_ours_has_a_guard(address: str, view: Any) -> None:
    if view.__module__.startswith(OURS):
        assert getattr(view, "guard", ""), f"{address}: {view.__module__}.{view.__name__} has no guard"


def test_console_addresses_name_their_tenant() -> None:
    for address, view in patterns():
        if getattr(view, "guard", "").startswith("console"):
            assert address.startswith("console/<slug:slug>/"), address


def test_nobody_is_sent_to_sign_in(client: Client, tenant: Tenant) -> None:
    answer = client.get("/console/zed/")
    assert answer.status_code == 302
    assert answer["Location"] == "/sign-in/?next=/console/zed/"


def test_a_stranger_sees_what_is_not_there(
    join: Callable[..., Any], sign_in: Callable[[Any], Client], tenant: Tenant, stranger: Tenant
) -> None:
    browser = sign_in(join(stranger, *Role))
    theirs, nothing = browser.get("/console/zed/"), browser.get("/console/nowhere/")
    assert theirs.status_code == nothing.status_code == 404
    assert theirs.content.replace(b"zed", b"") == nothing.content.replace(b"nowhere", b"")


def test_a_member_comes_in(join: Callable[..., Any], sign_in: Callable[[Any], Client], tenant: Tenant) -> None:
    assert sign_in(join(tenant, Role.AUDITOR)).get("/console/zed/").status_code == 200


def test_rows_of_another_tenant_are_not_there(tenant: Tenant, stranger: Tenant) -> None:
    theirs = Design._default_manager.create(tenant=stranger, code="A", title="A")
    assert Design.get(stranger, theirs.id) == theirs
    with pytest.raises(NotFoundError):
        Design.get(tenant, theirs.id)
    with pytest.raises(NotFoundError):
        Design.get(tenant, "not-an-id")


def test_each_right_is_somebodys_and_no_unknown_role_gives_one(actor: Callable[..., Actor], tenant: Tenant) -> None:
    assert frozenset().union(*RIGHTS.values()) == frozenset(Right)
    assert rights_of(["emperor"]) == frozenset()
    assert not actor(tenant, Role.AUDITOR).may(Right.SEAL)

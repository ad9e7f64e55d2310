"""Who works for an institution: inviting, roles, leaving; by administrators alone, and never the last of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from mikra import server
from mikra.errors import ConflictError, InputError, NotAllowedError, NotFoundError
from mikra.server.actions import people, tenant_settings
from mikra.server.rights import Actor, Role
from mikra.server.store.audit import Entry
from mikra.server.store.people import Membership, Person
from mikra.server.store.tenants import Tenant

Make = Callable[..., Actor]
OTHERS = [role for role in Role if role is not Role.ADMINISTRATOR]


@pytest.mark.parametrize("role", OTHERS)
def test_only_administrators(role: Role, tenant: Tenant, actor: Make) -> None:
    somebody = actor(tenant, role)
    for action in (
        lambda: people.members(somebody),
        lambda: people.invite(somebody, email="a@b.example", name="A", roles=["auditor"]),
        lambda: tenant_settings.change(somebody, four_eyes=True),
    ):
        with pytest.raises(NotAllowedError):
            action()


def test_inviting_and_letting_go(tenant: Tenant, actor: Make) -> None:
    administrator = actor(tenant, Role.ADMINISTRATOR)
    made = people.invite(administrator, email=" New@Zed.example ", name="Żaneta", roles=["registrar"])
    assert made.person.email == "new@zed.example"
    with pytest.raises(ConflictError):
        people.invite(administrator, email="new@zed.example", name="", roles=["registrar"])
    people.end(administrator, made.id)
    assert made not in people.members(administrator)
    assert made in people.members(administrator, ended=True)
    people.take_back(administrator, made.id)
    assert made in people.members(administrator)
    verbs = [one.verb for one in Entry._default_manager.filter(tenant=tenant).order_by("number")]
    assert verbs == ["person.invited", "person.ended", "person.back"]
    assert "new@zed" not in str([one.detail for one in Entry._default_manager.all()])


def test_the_last_administrator_stays(tenant: Tenant, actor: Make) -> None:
    administrator = actor(tenant, Role.ADMINISTRATOR)
    own = Membership.of(tenant).get(person=administrator.person_id)
    with pytest.raises(ConflictError):
        people.end(administrator, own.id)
    with pytest.raises(ConflictError):
        people.give_roles(administrator, own.id, ["auditor"])
    actor(tenant, Role.ADMINISTRATOR)
    people.end(administrator, own.id)


def test_of_another_institution(tenant: Tenant, stranger: Tenant, actor: Make) -> None:
    theirs = Membership.of(stranger).get(person=actor(stranger, Role.AUDITOR).person_id)
    with pytest.raises(NotFoundError):
        people.give_roles(actor(tenant, Role.ADMINISTRATOR), theirs.id, ["registrar"])


@pytest.mark.parametrize(
    ("email", "roles"), [("nonsense", ["auditor"]), ("a@b.example", []), ("a@b.example", ["king"])]
)
def test_what_cannot_be(email: str, roles: list[str], tenant: Tenant, actor: Make) -> None:
    with pytest.raises(InputError):
        people.invite(actor(tenant, Role.ADMINISTRATOR), email=email, name="A", roles=roles)
    assert Person.objects.count() == 1


def test_settings(tenant: Tenant, actor: Make) -> None:
    administrator = actor(tenant, Role.ADMINISTRATOR)
    assert not tenant_settings.settings_of(tenant).four_eyes
    tenant_settings.change(administrator, four_eyes=True, grace_minutes=0)
    fresh = Tenant._default_manager.get(pk=tenant.pk)
    assert tenant_settings.settings_of(fresh).four_eyes
    assert tenant_settings.settings_of(fresh).grace_minutes == 0


@pytest.mark.parametrize(
    "members", [{"age_of_consent": 12}, {"grace_minutes": -1}, {"reminders": 6}, {"claim_days": True}]
)
def test_settings_that_cannot_be(members: dict[str, Any], tenant: Tenant, actor: Make) -> None:
    with pytest.raises(InputError) as refused:
        tenant_settings.change(actor(tenant, Role.ADMINISTRATOR), **members)
    assert refused.value.where == next(iter(members))


def test_the_pages(tenant: Tenant, join: Callable[..., Person], sign_in: Callable[[Person], Client]) -> None:
    browser = sign_in(join(tenant, Role.ADMINISTRATOR))
    answer = browser.post(
        "/console/zed/settings/people/invite/", {"email": "x@zed.example", "name": "<b>X</b>", "roles": ["auditor"]}
    )
    assert answer.status_code == 302
    page = browser.get("/console/zed/settings/people/").content.decode()
    assert "&lt;b&gt;X&lt;/b&gt;" in page
    assert "<b>X</b>" not in page
    refused = browser.post("/console/zed/settings/people/invite/", {"email": "nope", "name": "Kept", "roles": []})
    assert refused.status_code == 422
    assert 'value="Kept"' in refused.content.decode()
    saved = browser.post("/console/zed/settings/", {"grace_minutes": "5"})
    assert saved.status_code == 422
    assert sign_in(join(tenant, Role.REGISTRAR)).get("/console/zed/settings/").status_code == 403


def test_settings_lead_to_all_that_is_set(
    tenant: Tenant, join: Callable[..., Person], sign_in: Callable[[Person], Client]
) -> None:
    page = sign_in(join(tenant, Role.ADMINISTRATOR)).get("/console/zed/settings/").content.decode()
    for where in ("people/", "programs/", "keys/", "sign-in/", "health/"):
        assert f'href="/console/zed/settings/{where}"' in page
    assert 'href="/console/zed/stop/"' in page


@pytest.mark.parametrize("member", [one.name for one in fields(tenant_settings.TenantSettings)])
def test_what_is_decided_decides_something(member: str) -> None:
    """No decision of the page is one that nothing reads."""
    home = Path(str(server.__file__)).parent
    own = home / "actions" / "tenant_settings.py"
    read = re.compile(rf"\.{member}\b|\"{member}\"")
    files = [one for one in home.rglob("*.py") if one != own and one.parent.name != "accounts"]
    assert any(read.search(one.read_text("utf-8")) for one in files), f"nothing reads {member}"

"""A designer, a reviewer and a whole design: what the tests of the studio begin with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from mikra.server.actions import designs, drafts, editions, reviews
from mikra.server.rights import Actor, Role
from mikra.server.store.designs import Design, Edition
from mikra.server.store.tenants import Tenant

AT = dt.datetime(2026, 11, 2, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def designer(actor: Callable[..., Actor], tenant: Tenant) -> Actor:
    return actor(tenant, Role.DESIGNER)


@pytest.fixture
def reviewer(actor: Callable[..., Actor], tenant: Tenant) -> Actor:
    return actor(tenant, Role.REVIEWER)


@pytest.fixture
def members() -> dict[str, Any]:
    """The content of a whole design."""
    return designs.example("university")


@pytest.fixture
def design(designer: Actor, members: dict[str, Any]) -> Design:
    """A whole draft of the designer."""
    return designs.create_design(designer, members, at=AT)


@pytest.fixture
def published(designer: Actor, reviewer: Actor) -> Callable[[Design], Edition]:
    """Review, approval and publication of a draft, in one go."""

    def made(design: Design) -> Edition:
        reviews.ask_review(designer, design.id, version=design.version, at=AT)
        reviews.approve(reviewer, design.id, version=design.version, at=AT)
        return editions.publish(reviewer, design.id, at=AT)

    return made


@pytest.fixture
def save(designer: Actor) -> Callable[..., Design]:
    """`save(design, title={"en": "x"})`: saves with these members changed."""

    def saved(design: Design, **changed: Any) -> Design:
        now = designs.get_design(designer, design.id)
        return drafts.save_draft(designer, design.id, {**now.draft, **changed}, version=now.version, at=AT)

    return saved

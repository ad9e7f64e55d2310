"""Personal data is unreadable without its learner's own key, and found again by digests that name nobody."""

from __future__ import annotations

import pytest

from mikra.errors import MikraError, NotFoundError
from mikra.server.store import personal
from mikra.server.store.tenants import Tenant


def test_what_is_put_away_comes_back(tenant: Tenant) -> None:
    stored, key = personal.new_key(tenant.id)
    stored.save()
    blob = personal.seal_away(key, {"name": "Zoë"})
    assert "Zoë".encode() not in blob
    assert personal.look_into(personal.opened(stored), blob) == {"name": "Zoë"}


def test_another_key_opens_nothing(tenant: Tenant) -> None:
    (_, one), (_, other) = personal.new_key(tenant.id), personal.new_key(tenant.id)
    with pytest.raises(MikraError):
        personal.look_into(other, personal.seal_away(one, "x"))


def test_every_byte_counts(tenant: Tenant) -> None:
    _, key = personal.new_key(tenant.id)
    blob = personal.seal_away(key, "a name")
    for place in range(len(blob)):
        broken = blob[:place] + bytes([blob[place] ^ 1]) + blob[place + 1 :]
        with pytest.raises(MikraError):
            personal.look_into(key, broken)


def test_a_destroyed_key_is_said(tenant: Tenant) -> None:
    with pytest.raises(NotFoundError):
        personal.opened(None)


def test_a_wrapped_key_belongs_to_its_row(tenant: Tenant, stranger: Tenant) -> None:
    one, _ = personal.new_key(tenant.id)
    other, _ = personal.new_key(stranger.id)
    other.wrapped = one.wrapped
    with pytest.raises(MikraError):
        personal.unwrap(other)


def test_tokens_are_the_tenants_own(tenant: Tenant, stranger: Tenant) -> None:
    mine = personal.token(tenant.id, "mail", "a@b.example")
    assert mine == personal.token(tenant.id, "mail", "a@b.example")
    assert mine != personal.token(stranger.id, "mail", "a@b.example")
    assert mine != personal.token(tenant.id, "name", "a@b.example")

"""What is shown to whom: chosen facts, until then, behind a word, once; and not any more when it is stopped."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from mikra.adapters.clock import now
from mikra.errors import ConflictError, InputError, NotFoundError, UnavailableError
from mikra.server.actions import shares, wallets
from mikra.server.actions.rate_limits import Buckets
from mikra.server.actions.retention import delete_due
from mikra.server.store.awards import Award
from mikra.server.store.shares import Share
from mikra.server.store.wallets import Held, Wallet


@pytest.fixture
def held(wallet: Wallet, award: Award) -> Held:
    return wallets.keep(wallet, award)


def code_of(share: Share) -> str:
    return shares.link(share).rstrip("/").rpartition("/")[2]


def test_a_share_tells_what_was_chosen_and_is_checked_now(wallet: Wallet, held: Held) -> None:
    share = shares.make(wallet, [held.id], fields=["outcomes", "workload"], note="For the fair")
    shown = shares.open_by(shares.find(code_of(share)), language="cs")
    assert shown.note == "For the fair"
    assert not shown.whole
    assert {"outcomes", "workload", "learner", "title"} <= shown.fields
    assert "grade" not in shown.fields
    ((_, data, report),) = shown.files
    assert data == wallets.content(held)
    assert report["credential"]["learner"]["stated"]
    assert shares.one_of(wallet, share.id).times == 1


def test_the_code_is_stored_nowhere_and_is_long(wallet: Wallet, held: Held) -> None:
    share = shares.make(wallet, [held.id], note="secret purpose")
    code = code_of(share)
    assert len(code) == 26
    row = Share._default_manager.filter(pk=share.pk).values().get()
    for value in row.values():
        data = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
        assert code.encode() not in data
        assert b"secret purpose" not in data


@pytest.mark.parametrize("code", ["", "-", "0" * 26, "A" * 27])
def test_a_code_that_is_none_leads_nowhere(db: None, code: str) -> None:
    with pytest.raises(NotFoundError):
        shares.find(code)


def test_what_ended_or_was_stopped_opens_no_more(wallet: Wallet, held: Held) -> None:
    share = shares.make(wallet, [held.id], days=7)
    assert shares.open_by(share).files
    with pytest.raises(ConflictError):
        shares.open_by(share, at=now() + dt.timedelta(days=7, seconds=1))
    shares.stop(wallet, share.id)
    with pytest.raises(ConflictError):
        shares.open_by(shares.find(code_of(share)))
    assert [one.state for one in shares.mine(wallet)] == ["stopped"]


def test_a_password_is_asked_for_and_not_guessed(wallet: Wallet, held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    share = shares.make(wallet, [held.id], password="rosemary")
    assert shares.asks_first(share)
    assert "rosemary" not in share.password
    slow = Buckets(a_minute=1, burst=10)  # at ten a minute, a slow machine gets one back while this runs
    monkeypatch.setattr(shares, "PASSWORDS", slow)
    assert shares.open_by(share, password="rosemary").files
    for _ in range(9):
        with pytest.raises(InputError):
            shares.open_by(share, password="thyme")
    with pytest.raises(UnavailableError):
        shares.open_by(share, password="rosemary")


def test_what_is_for_one_opening_ends_with_it(wallet: Wallet, held: Held) -> None:
    share = shares.make(wallet, [held.id], once=True)
    assert shares.open_by(shares.find(code_of(share))).files
    with pytest.raises(ConflictError):
        shares.open_by(shares.find(code_of(share)))
    with pytest.raises(ConflictError):
        shares.open_by(share)  # a second one that had read the row before


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_of_ten_who_open_it_at_once_one_sees_it(wallet: Wallet, held: Held) -> None:
    share = shares.make(wallet, [held.id], once=True)
    code = code_of(share)

    def try_it(_n: int) -> bool:
        try:
            return bool(shares.open_by(shares.find(code)).files)
        except ConflictError:
            return False
        finally:
            connection.close()

    at_once = 10 if connection.vendor == "postgresql" else 1  # a database in memory is not waited for
    with ThreadPoolExecutor(at_once) as pool:
        assert sum(pool.map(try_it, range(10))) == 1


def test_what_is_anothers_is_neither_shared_nor_stopped(wallet: Wallet, other: Wallet, held: Held) -> None:
    share = shares.make(wallet, [held.id])
    for attempt in (
        lambda: shares.make(other, [held.id]),
        lambda: shares.stop(other, share.id),
        lambda: shares.one_of(other, share.id),
    ):
        with pytest.raises(NotFoundError):
            attempt()
    assert shares.mine(other) == []


def test_what_was_taken_out_is_shown_no_more(wallet: Wallet, held: Held) -> None:
    share = shares.make(wallet, [held.id])
    wallets.remove(wallet, held.id)
    assert shares.open_by(share).files == ()
    with pytest.raises(InputError):
        shares.make(wallet, [held.id])


@pytest.mark.parametrize(
    ("members", "where"),
    [
        ({"days": 8}, "days"),
        ({"fields": ["learner"]}, "fields"),
        ({"note": "x" * 201}, "note"),
        ({"password": "x" * 101}, "password"),
    ],
)
def test_what_cannot_be_chosen_is_refused(wallet: Wallet, held: Held, members: dict[str, object], where: str) -> None:
    with pytest.raises(InputError) as refused:
        shares.make(wallet, [held.id], **members)  # type: ignore[arg-type]
    assert refused.value.where == where
    with pytest.raises(InputError):
        shares.make(wallet, [])


def test_shares_that_ended_are_deleted_after_a_while(wallet: Wallet, held: Held) -> None:
    ended, lasting = shares.make(wallet, [held.id], days=7), shares.make(wallet, [held.id], days=0)
    shares.open_by(ended)
    delete_due(now() + dt.timedelta(days=60))
    assert len(shares.mine(wallet)) == 2
    delete_due(now() + dt.timedelta(days=98))
    assert [one.share.id for one in shares.mine(wallet)] == [lasting.id]


def test_what_was_taken_out_long_ago_is_deleted(wallet: Wallet, held: Held) -> None:
    wallets.remove(wallet, held.id)
    delete_due(now() + dt.timedelta(days=29))
    assert wallets.held(wallet, removed=True) == [held]
    delete_due(now() + dt.timedelta(days=31))
    assert wallets.held(wallet, removed=True) == []

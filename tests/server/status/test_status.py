"""Status lists: places by chance and never twice, public within seconds, served whatever is down, and verified."""

from __future__ import annotations

import datetime as dt
import hashlib

import orjson
import pytest
from django.db import OperationalError, connection
from django.test import Client

from mikra.adapters.clock import now
from mikra.errors import NotFoundError, UnavailableError
from mikra.server.actions import (
    awards_content,
    corrections,
    seal_keys,
    status_lists,
    status_places,
    status_serving,
    verifying,
)
from mikra.server.actions.corrections_supersede import supersede
from mikra.server.rights import Actor
from mikra.server.store import status
from mikra.server.store.awards import Award
from mikra.server.store.batches import Batch
from mikra.server.store.status import Published, Shelf, StatusList, StatusMark
from mikra.server.store.tenants import SealKey, Tenant
from mikra.trust.loader import Recorded, SnapshotLoader
from mikra.verification import Policy, verify
from tests.server.institution import made_key

pytestmark = [pytest.mark.django_db, pytest.mark.both]
WHY = "The grade was entered wrongly."


@pytest.fixture
def https(tenant: Tenant) -> None:
    """Lists at an address of the institution's own, as credentials of the world name it."""
    tenant.settings = {**tenant.settings, "status_base": "https://status.zed.example/lists", "step_up": False}
    tenant.save()


@pytest.fixture
def batch(https: None, batch: Batch) -> Batch:
    return batch


def publish_everything() -> int:
    count = 0
    while status_lists.publish_due():
        count += 1
    return count


def web() -> SnapshotLoader:
    """What the world sees of the lists, over our own pages."""
    client, answers = Client(), {}
    for row in StatusList._default_manager.all():
        paths = [*status_lists.ENCODINGS]
        paths += [str(one) for one in StatusMark._default_manager.filter(list=row).values_list("index", flat=True)]
        for path in paths:
            answer = client.get(f"/status/{row.number}/{path}")
            if answer.status_code == 200:
                answers[f"{row.address}/{row.number}/{path}"] = answer.content
    return SnapshotLoader({url: Recorded(read=lambda body=body: body) for url, body in answers.items()})


def verdict(award: Award) -> tuple[str, str]:
    """Verdict and code of the status, as any verifier finds them."""
    trusted = frozenset({hashlib.sha256(made_key("credentials", demonstration=False).certificate).hexdigest()})
    status_seal = frozenset({hashlib.sha256(made_key("status", demonstration=False).certificate).hexdigest()})
    policy = Policy(trusted_seals=trusted, status_seals=status_seal)
    (report,) = verify(awards_content.file_of(award), at=now(), policy=policy, loader=web())
    return report.verdict.value, next(one.code for one in report.checks if one.id == "status")


def test_a_credential_is_verified_with_its_status(registrar: Actor, batch: Batch) -> None:
    assert publish_everything() == 4
    valid, suspended, revoked, superseded = Award.of(registrar.tenant).order_by("row")
    corrections.suspend(registrar, suspended.id, WHY)
    corrections.revoke(registrar, revoked.id, WHY)
    new = supersede(registrar, superseded.id, {"grade": "10"}, WHY)
    assert publish_everything() >= 1
    assert verdict(valid) == ("TOTAL-PASSED", "")
    assert verdict(new) == ("TOTAL-PASSED", "")
    assert verdict(suspended) == ("INDETERMINATE", "credential_suspended")
    assert verdict(revoked) == ("TOTAL-FAILED", "credential_revoked")
    assert verdict(superseded) == ("TOTAL-FAILED", "credential_superseded")


def test_the_verifiers_page_reads_the_lists_of_this_house(registrar: Actor, batch: Batch) -> None:
    """Its own shelves are asked, at the address that the credential names; a seal of lists vouches for lists alone."""
    registrar.tenant.settings = {**registrar.tenant.settings, "status_base": ""}
    registrar.tenant.save()
    publish_everything()
    good, revoked, *_rest = Award.of(registrar.tenant).order_by("row")
    corrections.revoke(registrar, revoked.id, WHY)
    publish_everything()

    def code(award: Award) -> str:
        found = verifying.check(awards_content.file_of(award), web=web()).reports[0]["en"]
        return str(found["code"])

    assert (code(good), code(revoked)) == ("valid", "credential_revoked")
    SealKey.of(registrar.tenant).filter(use=SealKey.Use.STATUS).update(compromised=now())
    assert code(good) == "status_list_issuer_mismatch"
    SealKey.of(registrar.tenant).filter(use=SealKey.Use.STATUS).update(compromised=None)
    SealKey.of(registrar.tenant).filter(use=SealKey.Use.CREDENTIALS).update(use=SealKey.Use.STATUS)
    assert code(good) not in ("valid", ""), "a seal of lists vouches for a credential"


@pytest.mark.drill("R15")
def test_what_is_decided_is_public_at_the_next_publication(registrar: Actor, batch: Batch) -> None:
    """R15: `publish_due` runs every few seconds; one call is enough for a list."""
    publish_everything()
    award = Award.of(registrar.tenant).order_by("row")[0]
    before = Client().get(f"/status/{award.list_number}/revocation").content
    corrections.revoke(registrar, award.id, WHY)
    assert Client().get(f"/status/{award.list_number}/revocation").content == before
    assert status_lists.publish_due()
    assert Client().get(f"/status/{award.list_number}/revocation").content != before
    assert not status_lists.publish_due()


@pytest.mark.drill("R15")
def test_a_list_counts_for_a_day_at_most_and_is_renewed(registrar: Actor, batch: Batch) -> None:
    publish_everything()
    for one in Published._default_manager.all():
        assert one.until - one.at <= dt.timedelta(hours=24)
    assert not status_lists.publish_due(now() + dt.timedelta(hours=11))
    assert status_lists.publish_due(now() + dt.timedelta(hours=13))


def test_what_is_decided_while_a_list_is_published_is_not_forgotten(
    registrar: Actor, batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_everything()
    award = Award.of(registrar.tenant).order_by("row")[0]
    whole = status_lists.status_lists.bitstrings

    def slow(*given: object) -> object:
        """While the list is being sealed somebody decides once more."""
        made = whole(*given)  # type: ignore[arg-type]
        if Award.get(registrar.tenant, award.id).state == "suspended":
            corrections.revoke(registrar, award.id, WHY)
        return made

    corrections.suspend(registrar, award.id, WHY)
    monkeypatch.setattr(status_lists.status_lists, "bitstrings", slow)
    assert status_lists.publish_due()
    assert StatusList._default_manager.get(pk=award.list_number).dirty is not None
    assert status_lists.publish_due()
    assert StatusList._default_manager.get(pk=award.list_number).dirty is None
    assert verdict(award)[1] == "credential_revoked"


@pytest.mark.drill("R15")
def test_the_last_list_is_served_while_the_signer_is_down(registrar: Actor, batch: Batch) -> None:
    publish_everything()
    award = Award.of(registrar.tenant).order_by("row")[0]
    key = SealKey.of(registrar.tenant).get(use=SealKey.Use.STATUS)
    up = seal_keys.signer_of(key)

    class Down:
        algorithm, certificate, chain = "ES256", bytes(key.certificate), ()

        def sign(self, data: bytes) -> bytes:
            raise UnavailableError("The signer does not answer.")

    seal_keys.hold(key.address, Down())
    corrections.revoke(registrar, award.id, WHY)
    with pytest.raises(UnavailableError):
        status_lists.publish_due()
    assert Client().get(f"/status/{award.list_number}/token").status_code == 200
    seal_keys.hold(key.address, up)
    assert status_lists.publish_due()


@pytest.mark.drill("R15")
def test_the_last_list_is_served_while_the_database_is_down(registrar: Actor, batch: Batch) -> None:
    publish_everything()
    award = Award.of(registrar.tenant).order_by("row")[0]
    seen = status_serving.served(award.list_number or 0, "token")

    def gone(*_: object) -> None:
        raise OperationalError("server closed the connection")

    with connection.execute_wrapper(gone):
        assert status_serving.served(award.list_number or 0, "token") == seen
        with pytest.raises(UnavailableError):
            status_serving.served(99_999, "token")


def test_how_lists_are_served(registrar: Actor, batch: Batch) -> None:
    publish_everything()
    number, client = Award.of(registrar.tenant)[0].list_number, Client()
    answer = client.get(f"/status/{number}/revocation")
    assert answer["Content-Type"] == "application/vc+jwt"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Cache-Control"] == "public, max-age=30"
    assert "Cookie" not in answer["Vary"]
    assert not answer.cookies
    assert client.get(f"/status/{number}/token")["Content-Type"] == "application/statuslist+jwt"
    again = client.get(f"/status/{number}/revocation", headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.head(f"/status/{number}/suspension").status_code == 200
    assert client.post(f"/status/{number}/revocation").status_code == 405
    for path in ("99999/revocation", f"{number}/secrets", f"{number}/1", "99999/1"):
        assert client.get(f"/status/{path}").status_code == 404


def test_a_withdrawn_credential_is_explained_to_people(registrar: Actor, batch: Batch) -> None:
    award = Award.of(registrar.tenant).order_by("row")[0]
    corrections.revoke(registrar, award.id, "Wrong <b>person</b>.")
    publish_everything()
    page = Client().get(f"/status/{award.list_number}/{award.list_index}", headers={"Accept": "text/html"})
    text = page.content.decode()
    assert "This credential was withdrawn" in text
    assert "Wrong &lt;b&gt;person&lt;/b&gt;." in text
    sealed = Client().get(f"/status/{award.list_number}/{award.list_index}")
    assert sealed["Content-Type"] == "application/vc+jwt"


def test_places_are_by_chance_and_never_given_twice(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond three quarters of all four lists, in the order of nobody's guess."""
    from mikra.status.indexes import Rules

    small = Rules()
    object.__setattr__(small, "size", 64)
    monkeypatch.setattr(status, "RULES", small)
    shelf = Shelf(tenant_id=tenant.id, group="2031", issuer="X", address="https://s.example")
    given = [place for _ in range(30) for place in status.reserve(shelf, 10)]
    assert len(set(given)) == 300
    lists = StatusList._default_manager.all()
    assert len(lists) >= 300 // 48
    assert lists.filter(open=True).count() == 4
    assert all(one.taken == 48 for one in lists.filter(open=False))
    assert {number for number, _ in given[:10]} != {lists[0].number}
    order = [index for number, index in given if number == lists[0].number]
    assert order != sorted(order)
    of_many = [number for number, _ in status.reserve(shelf, 100)]
    assert of_many != sorted(of_many), "rows that stand beside each other do not share a list"
    other = status.reserve(Shelf(tenant_id=tenant.id, group="2032", issuer="X", address="https://s.example"), 1)
    assert {number for number, _ in other}.isdisjoint({number for number, _ in given} | set(of_many))


def test_where_the_status_of_an_award_stands(registrar: Actor, batch: Batch) -> None:
    award = Award.of(registrar.tenant).order_by("row")[0]
    place = status_places.place_of(award)
    assert place is not None
    document = orjson.loads(_payload(award))
    assert document["status"][0]["statusReference"] == place.reference
    registrar.tenant.settings = {"status_base": "https://elsewhere.example"}
    registrar.tenant.save()
    assert status_places.place_of(Award.get(registrar.tenant, award.id)) == place, "what is sealed does not move"


def _payload(award: Award) -> bytes:
    from mikra.sealing import jades

    return jades.unseal(awards_content.file_of(award)).payload


ORDER_OF = status.order_of
"""As it is: what tests of the service share one order of (`tests/server/conftest.py`)."""


def test_each_list_has_an_order_of_its_own_that_holds_every_place_once() -> None:
    one, other = ORDER_OF(b"1" * 32, 5_000), ORDER_OF(b"2" * 32, 5_000)
    assert sorted(one) == sorted(other) == list(range(5_000))
    assert list(ORDER_OF(b"1" * 32, 5_000)) == list(one) != list(other)
    assert sum(a == b for a, b in zip(one, other, strict=True)) < 20


def test_a_list_of_an_issuer_without_a_key(registrar: Actor, batch: Batch) -> None:
    SealKey.of(registrar.tenant).filter(use=SealKey.Use.STATUS).update(retired=now())
    with pytest.raises(NotFoundError, match="no key"):
        status_lists.publish_due()

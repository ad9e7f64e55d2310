"""A minute of feedback: once, without a name, and told in groups of five alone; and what might come next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client

from mikra.adapters.clock import now
from mikra.errors import ConflictError, InputError, NotAllowedError
from mikra.server.actions import claim_codes, claims, deliveries, feedback, minors, wallet_next, wallets
from mikra.server.actions.retention import FEEDBACK, delete_due
from mikra.server.rights import Actor, Role
from mikra.server.store.awards import Award
from mikra.server.store.batches import Batch
from mikra.server.store.deliveries import Delivery
from mikra.server.store.designs import Design
from mikra.server.store.feedback import Feedback
from mikra.server.store.people import Person
from mikra.server.store.tenants import Tenant
from mikra.server.store.wallets import Wallet
from tests.server.deliveries.test_letters import World

Made = Callable[..., Batch]


@pytest.fixture
def quality(actor: Callable[..., Actor], tenant: Tenant) -> Actor:
    return actor(tenant, Role.QUALITY)


def codes_of(tenant: Tenant, sealed: Made, count: int) -> list[str]:
    """Letters that were sent and collected."""
    sealed(tenant, count)
    deliveries.send_due(post=World())
    found = [claim_codes.code_of(tenant.id, one.id) for one in Delivery.of(tenant).order_by("id")]
    for one in found:
        claims.claim(one)
    return found


def test_it_is_given_once_and_tied_to_nobody(code: str, award: Award) -> None:
    with pytest.raises(ConflictError):
        feedback.give(code, promised=3)  # not collected
    claims.claim(code)
    feedback.give(code, promised=3, workload="more", use="soon", comment="  More   field work. ")
    (row,) = Feedback.of(award.tenant)
    assert (row.promised, row.workload, row.use, row.comment) == (3, "more", "soon", "More field work.")
    assert {one.name for one in Feedback._meta.get_fields()} == {
        "id", "tenant", "edition", "month", "promised", "workload", "use", "comment",
    }  # fmt: skip
    with pytest.raises(ConflictError):
        feedback.give(code, promised=1)
    assert Feedback.of(award.tenant).count() == 1


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_of_twenty_at_once_one_is_kept(code: str, award: Award) -> None:
    claims.claim(code)

    def try_it(_number: int) -> bool:
        try:
            feedback.give(code, promised=3)
        except ConflictError:
            return False
        finally:
            connection.close()
        return True

    at_once = 10 if connection.vendor == "postgresql" else 1  # a database in memory is not waited for
    with ThreadPoolExecutor(at_once) as pool:
        assert sum(pool.map(try_it, range(20))) == 1
    assert Feedback.of(award.tenant).count() == 1


def test_a_letter_that_was_sent_again_asks_no_second_time(code: str, award: Award) -> None:
    claims.claim(code)
    first = Delivery.of(award.tenant).get()
    again = Delivery.of(award.tenant).get()
    again.pk, again.token, again.message_id, again.resent_from = None, None, "", first
    from mikra.server.store.base import new_id

    again.id = new_id()
    again.token = claim_codes.token_of(claim_codes.code_of(award.tenant_id, again.id))
    again.save(force_insert=True)
    feedback.give(claim_codes.code_of(award.tenant_id, again.id), promised=3)
    assert not feedback.may_answer(claims.look(code))


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"comment": "   "},
        {"promised": 4},
        {"workload": "much"},
        {"use": "never"},
        {"comment": "x" * (feedback.LONGEST + 1)},
    ],
)
def test_what_is_no_answer_is_not_kept(code: str, award: Award, said: dict) -> None:  # type: ignore[type-arg]
    claims.claim(code)
    with pytest.raises(InputError):
        feedback.give(code, **said)
    assert not Feedback.of(award.tenant).exists()
    assert feedback.may_answer(claims.look(code))


def test_it_is_told_in_groups_of_five(tenant: Tenant, sealed: Made, quality: Actor) -> None:
    codes = codes_of(tenant, sealed, 11)
    seen = []
    for number, code in enumerate(codes, 1):
        feedback.give(code, promised=3 if number % 2 else 1, comment=f"Word {number}.")
        (told,) = feedback.told(quality)
        seen.append((told.answers, sum(told.promised.values()), len(told.comments)))
    assert seen == [(0, 0, 0)] * 4 + [(5, 5, 5)] * 5 + [(10, 10, 10)] * 2
    (told,) = feedback.told(quality)
    assert dict(told.promised) == {3: 5, 1: 5}
    assert "Word 11." not in told.comments
    assert list(told.comments) == sorted(told.comments, key=str.casefold), "their order says when each came"


def test_others_are_told_nothing(tenant: Tenant, stranger: Tenant, sealed: Made, actor: Callable[..., Actor]) -> None:
    for code in codes_of(tenant, sealed, 5):
        feedback.give(code, promised=3)
    assert feedback.told(actor(stranger, Role.QUALITY)) == []
    for role in set(Role) - {Role.QUALITY}:
        with pytest.raises(NotAllowedError):
            feedback.told(actor(tenant, role))


def test_answers_on_one_edition_go_together(tenant: Tenant, sealed: Made) -> None:
    codes = codes_of(tenant, sealed, 2)
    feedback.give(codes[0], promised=3, at=now() - FEEDBACK - dt.timedelta(days=40))
    feedback.give(codes[1], promised=3)
    delete_due(now())
    assert Feedback.of(tenant).count() == 2, "what is left shows who said what"
    delete_due(now() + FEEDBACK + dt.timedelta(days=40))
    assert Feedback.of(tenant).count() == 0


def test_the_pages_ask_thank_and_tell(
    client: Client,
    tenant: Tenant,
    sealed: Made,
    join: Callable[..., Person],
    sign_in: Callable[[Person], Client],
) -> None:
    codes = codes_of(tenant, sealed, 5)
    assert f"/claim/{codes[0]}/feedback/" in client.get(f"/claim/{codes[0]}/").content.decode()
    assert client.post(f"/claim/{codes[0]}/feedback/", {}).status_code == 422
    assert client.post(f"/claim/{codes[0]}/feedback/", {"promised": "9"}).status_code == 422
    for number, code in enumerate(codes):
        desk = sign_in(join(tenant, Role.QUALITY))
        page = desk.get(f"/console/{tenant.slug}/feedback/").content.decode()
        assert "Less lab." not in page
        assert f"{number} answer" not in page
        done = client.post(f"/claim/{code}/feedback/", {"promised": "3", "use": "yes", "comment": "Less lab."})
        assert "Thank you" in done.content.decode()
    page = desk.get(f"/console/{tenant.slug}/feedback/").content.decode()
    assert "5 answers" in page
    assert page.count("Less lab.") == 5
    assert "Thank you" in client.get(f"/claim/{codes[0]}/feedback/").content.decode()
    assert f"/claim/{codes[0]}/feedback/" not in client.get(f"/claim/{codes[0]}/").content.decode()
    assert sign_in(join(tenant, Role.REGISTRAR)).get(f"/console/{tenant.slug}/feedback/").status_code == 403


def test_what_was_not_collected_is_not_asked_about(client: Client, code: str) -> None:
    assert "feedback" not in client.get(f"/claim/{code}/").content.decode()
    assert "Collect it first" in client.get(f"/claim/{code}/feedback/").content.decode()


def test_the_wallet_says_what_might_come_next(
    browser: Client, wallet: Wallet, code: str, award: Award, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims.claim(code)
    held = wallets.keep(wallet, award)
    found = wallet_next.of(held, language="en")
    assert found.towards
    assert found.code == code
    page = browser.get(f"/wallet/{held.id}/").content.decode()
    assert found.towards[0] in page
    assert f"/claim/{code}/feedback/" in page
    assert "Say how it was" in browser.get("/wallet/").content.decode()
    feedback.give(code, promised=3)
    assert wallet_next.of(held, language="en").code == ""
    assert "Say how it was" not in browser.get("/wallet/").content.decode()
    monkeypatch.setattr(minors, "may_be_suggested_to", lambda *_: False)
    assert not wallet_next.of(held, language="en")


def test_others_of_the_programme_are_named_while_they_are_awarded(wallet: Wallet, code: str, award: Award) -> None:
    held = wallets.keep(wallet, award)
    assert wallet_next.of(held, language="en").others == ()
    design = award.edition.design
    twin = Design.of(award.tenant).get(pk=design.pk)
    from mikra.server.store.base import new_id

    twin.id, twin.pk, twin.code, twin.title = new_id(), None, "other", "Other"
    twin.pk = twin.id
    twin.state = Design.State.PUBLISHED
    twin.save(force_insert=True)
    edition = award.edition
    edition.pk, edition.design = new_id(), twin
    edition.save(force_insert=True)
    Design.of(award.tenant).update(programme="Rivers")
    held = wallets.get(wallet, held.id)
    ((title, _address),) = wallet_next.of(held, language="en").others
    assert title == edition.title
    Design.of(award.tenant).filter(pk=twin.pk).update(state=Design.State.ARCHIVED)
    assert wallet_next.of(wallets.get(wallet, held.id), language="en").others == ()

"""Letters: sent once each, said to be sent when the next server took them, tried again, returned, sent anew."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from django.test import Client

from mikra.adapters.clock import now
from mikra.adapters.mail import Later, Outcome, Refused, Sent
from mikra.errors import ConflictError, InputError, NotAllowedError, NotFoundError
from mikra.messages.spoken import Day
from mikra.server.actions import corrections, deliveries, letters, paper, tenant_settings
from mikra.server.rights import Actor, Role
from mikra.server.store.audit import Entry
from mikra.server.store.awards import Award
from mikra.server.store.batches import Batch
from mikra.server.store.deliveries import Delivery, DeliveryStep
from mikra.server.store.tenants import Tenant
from tests.adapters.test_delivery_reports import report

Made = Callable[..., Batch]
Make = Callable[..., Actor]


class World:
    """A post that answers as it is told, and keeps what it took."""

    def __init__(self, *answers: Outcome) -> None:
        self.answers = list(answers)
        self.taken: list[EmailMessage] = []

    def __call__(self) -> World:
        return self

    def send(self, message: EmailMessage) -> Outcome:
        outcome = self.answers.pop(0) if self.answers else Sent()
        if isinstance(outcome, Sent):
            self.taken.append(message)
        return outcome

    def close(self) -> None:
        """Nothing is open."""


def states(tenant: Tenant) -> list[str]:
    return sorted(Delivery.of(tenant).values_list("state", flat=True))


def link_of(message: EmailMessage) -> str:
    found = re.search(r"/claim/([0-9A-Z]+)/", message.get_content())
    assert found
    return found[1]


def test_each_learner_gets_one_letter(tenant: Tenant, sealed: Made) -> None:
    sealed(tenant, 30)
    world = World()
    while deliveries.send_due(post=world):
        pass
    assert states(tenant) == ["sent"] * 30
    assert len({link_of(one) for one in world.taken}) == 30
    assert len({one["Message-ID"] for one in world.taken}) == 30
    deliveries.send_due(post=world)
    assert len(world.taken) == 30, "a letter was sent twice"


def test_what_a_letter_is(tenant: Tenant, sealed: Made) -> None:
    sealed(tenant, 1)
    world = World()
    deliveries.send_due(post=world)
    (letter,) = world.taken
    text = letter.get_content()
    assert letter.get_content_type() == "text/plain"
    assert not list(letter.iter_attachments())
    assert text.count("http") == 1, "a letter has one link"
    assert "University of Zed has awarded you" in text
    assert str(letter["To"]).endswith("@student.example>")


def test_no_letter_in_the_time_of_grace(tenant: Tenant, sealed: Made, actor: Make) -> None:
    batch = sealed(tenant, 2)
    Delivery.of(tenant).update(due=now() + dt.timedelta(minutes=10))
    world = World()
    deliveries.send_due(post=world)
    assert not world.taken
    deliveries.send_due(now() + dt.timedelta(minutes=11), post=world)
    assert len(world.taken) == batch.sealed == 2


def test_refused_is_said_and_not_tried_again(tenant: Tenant, sealed: Made) -> None:
    sealed(tenant, 2)
    world = World(Refused("550"))
    deliveries.send_due(post=world)
    assert states(tenant) == ["bounced", "sent"]
    deliveries.send_due(now() + dt.timedelta(days=30), post=world)
    assert len(world.taken) == 1


def test_later_is_tried_again_and_not_called_sent(tenant: Tenant, sealed: Made) -> None:
    sealed(tenant, 1)
    world = World(Later("451"), Later("timeout"))
    deliveries.send_due(post=world)
    assert states(tenant) == ["queued"]
    deliveries.send_due(post=world)
    assert states(tenant) == ["queued"], "it was tried again at once"
    deliveries.send_due(now() + dt.timedelta(minutes=2), post=world)
    deliveries.send_due(now() + dt.timedelta(minutes=10), post=world)
    assert states(tenant) == ["sent"]


def test_ten_tries_and_somebody_must_look(tenant: Tenant, sealed: Made) -> None:
    sealed(tenant, 1)
    world, at = World(*[Later("451")] * 40), now()
    for _try in range(15):
        deliveries.send_due(at, post=world)
        at += dt.timedelta(days=2)
    assert states(tenant) == ["failed"]
    assert len(world.answers) == 30


def test_a_worker_that_died_is_taken_over(tenant: Tenant, sealed: Made) -> None:
    sealed(tenant, 1)
    Delivery.of(tenant).update(state="sending", due=now())
    world = World()
    deliveries.send_due(post=world)
    assert not world.taken
    deliveries.send_due(now() + dt.timedelta(minutes=11), post=world)
    assert states(tenant) == ["sent"]


def test_a_letter_that_came_back(tenant: Tenant, sealed: Made) -> None:
    sealed(tenant, 2)
    world = World()
    deliveries.send_due(post=world)
    ours = str(world.taken[0]["Message-ID"])

    class Box:
        def messages(self) -> Iterator[bytes]:
            yield report().replace(b"<176.1@zed.example>", ours.encode())
            yield report(status="4.4.1").replace(b"<176.1@zed.example>", str(world.taken[1]["Message-ID"]).encode())
            yield report()
            yield b"Subject: thanks\r\n\r\nThank you"

    assert deliveries.read_mailbox(Box()) == 1
    assert states(tenant) == ["bounced", "sent"]


def test_reminders_end(tenant: Tenant, sealed: Made) -> None:
    sealed(tenant, 1)
    world, at = World(), now()
    deliveries.send_due(at, post=world)
    for _week in range(12):
        at += dt.timedelta(days=7)
        deliveries.remind_due(at)
        deliveries.send_due(at, post=world)
    assert len(world.taken) == 3, "one letter and two reminders"
    assert "Still yours to collect" in str(world.taken[1]["Subject"])


def test_another_address_voids_the_old_code(tenant: Tenant, sealed: Made, actor: Make) -> None:
    sealed(tenant, 1)
    world, registrar = World(), actor(tenant, Role.REGISTRAR)
    deliveries.send_due(post=world)
    (row,) = deliveries.ledger(registrar)
    deliveries.fix_address(registrar, row.delivery.id, "zoe.new@student.example", "moved")
    deliveries.send_due(post=world)
    assert str(world.taken[1]["To"]).endswith("zoe.new@student.example>")
    (line,) = deliveries.ledger(registrar)
    assert line.email == "zoe.new@student.example"
    assert Delivery.get(tenant, row.delivery.id).token is None
    assert "zoe.new" not in str([(one.reason, one.detail) for one in Entry._default_manager.all()])
    with pytest.raises(ConflictError):
        deliveries.resend(actor(tenant, Role.REGISTRAR), row.delivery.id, "again")


def test_words_of_other_servers_stay_out(tenant: Tenant, sealed: Made) -> None:
    sealed(tenant, 1)
    deliveries.send_due(post=World(Refused("550")))
    assert list(DeliveryStep._default_manager.values_list("reason", flat=True)) == ["", "550"]


@pytest.mark.parametrize("role", [Role.DESIGNER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_may_not(role: Role, tenant: Tenant, sealed: Made, actor: Make) -> None:
    sealed(tenant, 1)
    somebody, one = actor(tenant, role), Delivery.of(tenant).get()
    for action in (
        lambda: deliveries.ledger(somebody),
        lambda: deliveries.resend(somebody, one.id, "why"),
        lambda: deliveries.fix_address(somebody, one.id, "a@b.example", "why"),
        lambda: paper.print_letters(somebody, [one.id]),
    ):
        with pytest.raises(NotAllowedError):
            action()


def test_of_another_institution(tenant: Tenant, stranger: Tenant, sealed: Made, actor: Make) -> None:
    sealed(tenant, 1)
    registrar, one = actor(stranger, Role.REGISTRAR), Delivery.of(tenant).get()
    assert deliveries.ledger(registrar) == []
    for action in (
        lambda: deliveries.ledger_row(registrar, one.id),
        lambda: deliveries.resend(registrar, one.id, "why"),
        lambda: deliveries.history(registrar, one.id),
        lambda: paper.print_letters(registrar, [one.id]),
    ):
        with pytest.raises(NotFoundError):
            action()


def test_letters_on_paper(tenant: Tenant, sealed: Made, actor: Make) -> None:
    pytest.importorskip("typst")
    sealed(tenant, data=b"Given name,Family name,E-mail,Student number,Grade\nZo\xc3\xab,O'Brien,,S1,8\n")
    registrar = actor(tenant, Role.REGISTRAR)
    deliveries.send_due(post=World())
    waiting = paper.waiting(registrar)
    assert len(waiting) == 1
    pdf = paper.print_letters(registrar, waiting)
    assert pdf.startswith(b"%PDF-")
    assert states(tenant) == ["printed"]
    assert paper.waiting(registrar) == []
    with pytest.raises(InputError):
        paper.print_letters(registrar, [])


def test_the_language_is_the_learners(tenant: Tenant, sealed: Made) -> None:
    sealed(tenant, 1)
    delivery = deliveries.delivery_rows.fresh(Delivery.of(tenant).get().id)
    person: Any = letters.person({"names": [{"full_name": "Jan"}], "emails": ["j@x.example"], "language": "cs"}, "en")
    assert person.language == "cs"
    assert letters.person({"names": [], "emails": [], "language": "xx"}, "ro").language == "ro"
    assert letters.person_of(delivery).language == "en"


def test_settings_decide_how_often(tenant: Tenant, sealed: Made, actor: Make) -> None:
    sealed(tenant, 1)
    tenant_settings.change(actor(tenant, Role.ADMINISTRATOR), reminders=0)
    deliveries.send_due(post=World())
    deliveries.remind_due(now() + dt.timedelta(days=100))
    assert states(tenant) == ["sent"]


@pytest.mark.parametrize(
    ("act", "said"), [("revoke", "has withdrawn"), ("suspend", "has suspended"), ("resume", "counts again")]
)
def test_whoever_has_the_letter_is_told_of_a_change_and_why(
    tenant: Tenant, sealed: Made, actor: Make, client: Client, act: str, said: str
) -> None:
    """By a letter of its own, whose link leads to the page of the award."""
    sealed(tenant, 1)
    deliveries.send_due(post=World())
    registrar, award = actor(tenant, Role.REGISTRAR), Award.of(tenant).get()
    if act == "resume":
        corrections.suspend(registrar, award.id, "Looked into.")
        deliveries.send_due(post=World())
    getattr(corrections, act)(registrar, award.id, "The grade was of somebody else.")
    world = World()
    deliveries.send_due(post=world)
    (letter,) = world.taken
    text = letter.get_content()
    assert said in text
    assert "The reason: The grade was of somebody else." in text
    assert client.get(f"/claim/{link_of(letter)}/").status_code == 200


def test_the_last_day_is_said_as_people_say_it(tenant: Tenant, sealed: Made) -> None:
    sealed(tenant, 1)
    world = World()
    deliveries.send_due(post=world)
    (letter,) = world.taken
    body: Any = letter.get_body()
    text = body.get_content()
    expires = Delivery.of(tenant).get().expires
    assert expires is not None
    assert expires.date().isoformat() not in text
    assert Day(expires.date()).text("en") in text or Day(expires.date()).text("ro") in text

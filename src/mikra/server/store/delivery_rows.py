"""Questions about deliveries: what is due, what a ledger shows, which one a code or a returned letter belongs to."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.db import connection, models

from mikra.server.store.deliveries import Delivery, DeliveryStep
from mikra.server.store.learners import Learner

State = Delivery.State
OPEN_STATES = (State.WAITING, State.QUEUED, State.SENDING, State.SENT, State.BOUNCED, State.OPENED, State.FAILED)
"""An offer in one of these can still be claimed, or sent again."""


def take_due(at: dt.datetime, count: int, *, stuck: dt.datetime) -> list[Delivery]:
    """Letters to be sent now, marked as SENDING so that no other worker sends them; call it inside `work()`.

    Those that were being sent since before `stuck` are taken up again: whoever sent them died.
    """
    due = models.Q(state__in=(State.WAITING, State.QUEUED), due__lte=at)
    dead = models.Q(state=State.SENDING, due__lte=stuck)
    rows = Delivery._default_manager.filter(due | dead, channel=Delivery.Channel.MAIL).order_by("due")
    rows = rows.filter(_may_be_told())
    locked = rows.select_for_update(skip_locked=True) if connection.features.has_select_for_update_skip_locked else rows
    found = list(locked[:count])
    Delivery._default_manager.filter(pk__in=[one.pk for one in found]).update(state=State.SENDING, due=at)
    return found


def _may_be_told() -> Any:
    """Not those whose data may only be kept (GDPR, 18): their letters wait until that is lifted."""
    held_back = Learner._default_manager.filter(awards=models.OuterRef("award_id"), restricted__isnull=False)
    return ~models.Exists(held_back)


def offer_of(award_id: uuid.UUID) -> Delivery | None:
    """The newest letter that offered this award: its code leads to the page of the award."""
    rows = Delivery._default_manager.filter(award_id=award_id, kind=Delivery.Kind.AWARD, token__isnull=False)
    return rows.order_by("-id").first()


def step(delivery: Delivery, state: str, at: dt.datetime, reason: str = "", **changes: Any) -> None:
    """Moves a delivery on and notes it in its history."""
    delivery.state = state
    for name, value in changes.items():
        setattr(delivery, name, value)
    delivery.save(update_fields=("state", *changes))
    DeliveryStep._default_manager.create(delivery=delivery, state=state, at=at, reason=reason[:300])


def printed(delivery: Delivery, at: dt.datetime) -> None:
    """Notes in its history that it went onto paper, and moves it on unless its learner is further already."""
    if delivery.state in OPEN_STATES and delivery.state != Delivery.State.OPENED:
        step(delivery, Delivery.State.PRINTED, at)
    else:
        DeliveryStep._default_manager.create(delivery=delivery, state=Delivery.State.PRINTED, at=at)


def on_paper(award_id: uuid.UUID) -> bool:
    """Whether a letter of this award was ever printed."""
    return DeliveryStep._default_manager.filter(delivery__award=award_id, state=Delivery.State.PRINTED).exists()


def ledger(tenant: Any, *, states: tuple[str, ...] = (), batch: uuid.UUID | None = None) -> models.QuerySet[Delivery]:
    """Deliveries of a tenant, newest first; those that were sent anew stand once, as the newest."""
    rows = Delivery.of(tenant).select_related("award", "award__edition", "award__learner", "award__learner__key")
    again = Delivery._default_manager.filter(resent_from=models.OuterRef("pk"))
    rows = rows.filter(~models.Exists(again)).order_by("-id")
    if batch:
        rows = rows.filter(award__batch_id=batch)
    return rows.filter(state__in=states) if states else rows


def counted(tenant: Any, batch: uuid.UUID | None = None) -> dict[str, int]:
    """State -> how many, as the ledger shows them."""
    rows = ledger(tenant, batch=batch).order_by().values("state").annotate(n=models.Count("pk"))
    return {one["state"]: one["n"] for one in rows}


def by_token(token: bytes) -> Delivery | None:
    """The delivery whose code has this digest."""
    related = ("award", "award__edition", "award__learner", "award__learner__key", "tenant")
    return Delivery._default_manager.select_related(*related).filter(token=token).first()


def by_message(message_id: str) -> Delivery | None:
    """The delivery of a letter by its Message-ID."""
    return Delivery._default_manager.filter(message_id=message_id).first() if message_id else None


def to_remind(at: dt.datetime) -> models.QuerySet[Delivery]:
    """Letters that were sent, whose offers nobody claimed, and that have not been reminded of since."""
    again = Delivery._default_manager.filter(resent_from=models.OuterRef("pk"))
    rows = Delivery._default_manager.filter(state__in=(State.SENT, State.OPENED), channel=Delivery.Channel.MAIL)
    return rows.filter(~models.Exists(again), _may_be_told(), expires__gt=at).select_related("tenant")


def chain_length(delivery: Delivery) -> int:
    """How many letters went before this one."""
    count, one = 0, delivery
    while one.resent_from_id is not None and count < 50:
        one = Delivery._default_manager.get(pk=one.resent_from_id)
        count += 1
    return count


def steps_of(delivery: Delivery) -> list[DeliveryStep]:
    """Its history, oldest first, with that of the letters before it."""
    ids, one = [delivery.pk], delivery
    while one.resent_from_id is not None and len(ids) < 50:
        ids.append(one.resent_from_id)
        one = Delivery._default_manager.get(pk=one.resent_from_id)
    return list(DeliveryStep._default_manager.filter(delivery_id__in=ids).order_by("id"))


def learner_of(delivery: Delivery) -> Learner | None:
    """Whom it is for; None once erased."""
    return delivery.award.learner


def fresh(id: uuid.UUID) -> Delivery:
    """The delivery as it stands now, with all that a letter needs."""
    related = ("award", "award__edition", "award__learner", "award__learner__key", "tenant")
    return Delivery._default_manager.select_related(*related).get(pk=id)

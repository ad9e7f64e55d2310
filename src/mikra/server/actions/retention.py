"""Nothing is kept longer than the institution decided (GDPR, 5(1)(e)): what is due is deleted, a piece at a time.

    due(actor)        class -> how many would go now; nothing is changed
    delete_due()      deletes them; the task `retention`. What went is a line of the audit trail, in counts

Awards have no end here: they are kept as long as they must be provable, and go by erasure. The audit trail stays.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models

from mikra.adapters.clock import now
from mikra.server.actions import audit, erasure_list
from mikra.server.actions.erasure_rows import destroy_prior, destroy_rows
from mikra.server.actions.tenant_settings import settings_of
from mikra.server.actions.wallet_return import LASTS as RETURN
from mikra.server.actions.wallets import UNDO
from mikra.server.actions.work import work
from mikra.server.rights import Actor, Right, system
from mikra.server.store import feedback, issuing, prior_learning, shares, wallets
from mikra.server.store import retention_rows as old
from mikra.server.store.batches import Batch, BatchRow
from mikra.server.store.deliveries import DeliveryStep
from mikra.server.store.tenants import Tenant, Wrapped

log = logging.getLogger("mikra.retention")
PIECE = 500
CONFIRMATION = dt.timedelta(days=3)
OFFER = dt.timedelta(days=30)
"""How long it is known which copy went into a wallet, and what the wallet said."""
SHARE = dt.timedelta(days=90)
"""How long a learner still sees that they showed something, and how often it was opened."""
FEEDBACK = dt.timedelta(days=5 * 365)
"""How long answers on an edition are kept after the last of them."""
Rows = models.QuerySet[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A class of what is kept: `days` as decided; `rows`, those that are due; `delete` takes one piece of them."""

    name: str
    days: int
    rows: Rows
    delete: Callable[[list[Any], dt.datetime], None]


def _classes(tenant: Tenant, at: dt.datetime) -> Iterator[Kept]:
    """In the order in which they can go: nothing refers to what is deleted."""
    decided = settings_of(tenant)

    def kept(name: str, days: int, rows: Callable[..., Rows], delete: Callable[..., None], *more: Any) -> Kept:
        return Kept(name=name, days=days, rows=rows(tenant, at - dt.timedelta(days=days), *more), delete=delete)

    yield kept("rows", decided.keep_rows_days, old.rows, _rows)
    yield kept("lists", decided.keep_rows_days, old.lists, _lists)
    yield kept("letters", decided.keep_deliveries_days, old.deliveries, _deliveries, at)
    yield kept("requests", decided.keep_requests_days, old.requests, _plainly)
    yield kept("cases", decided.keep_cases_days, old.cases, _cases)
    yield kept("prior", decided.keep_prior_days, prior_learning.kept_long_enough, _prior)
    yield kept("answers", decided.keep_answers_days, old.answers, _plainly)
    month = (at - FEEDBACK).strftime("%Y-%m")
    yield Kept(name="feedback", days=FEEDBACK.days, rows=feedback.before(tenant, month), delete=_plainly)
    yield kept("memberships", decided.keep_staff_days, old.memberships, _memberships)


def due(actor: Actor, at: dt.datetime | None = None) -> list[tuple[str, int, int]]:
    """(class, days, how many would go now)."""
    actor.need(Right.ADMINISTER)
    return [(one.name, one.days, one.rows.count()) for one in _classes(actor.tenant, at or now())]


def delete_due(at: dt.datetime | None = None) -> bool:
    """One piece of each class of each institution; whether there is more at once."""
    moment = at or now()
    more = [_of_tenant(one, moment) for one in Tenant._default_manager.order_by("id")]
    return any([_of_installation(moment), *more])


def _of_tenant(tenant: Tenant, at: dt.datetime) -> bool:
    counts: Counter[str] = Counter()
    with work():
        for one in _classes(tenant, at):
            piece = list(one.rows[:PIECE])
            if piece:
                one.delete(piece, at)
                counts[one.name] = len(piece)
        if counts:
            line = audit.Line(verb="retention.deleted", subject=f"tenant:{tenant.id}", detail=dict(counts))
            audit.note(system(tenant), line, at=at)
    return any(count >= PIECE for count in counts.values())


def _of_installation(at: dt.datetime) -> bool:
    """What ran out and belongs to no institution, as sessions and shares of learners: a line of the log counts it."""
    count = 0
    of_wallets = (
        wallets.removed_before(at - UNDO),
        shares.ended_before(at - SHARE),
        wallets.transfers_before(at),
        wallets.returns_before(at - RETURN),
        wallets.consents_taken_back(),
        issuing.offers_before(at - OFFER),
        issuing.requests_before(at - OFFER),
        issuing.nonces_before(at),
    )
    for rows in (old.sessions(at), old.set_ups(at), old.confirmations(at - CONFIRMATION), *of_wallets):
        with work():
            ids = list(rows.values_list("pk", flat=True)[:PIECE])
            rows.model._default_manager.filter(pk__in=ids).delete()
        count += len(ids)
    if count:
        log.info("deleted", extra={"task": "retention", "count": count})
    return count >= PIECE


def _plainly(piece: list[Any], at: dt.datetime) -> None:
    type(piece[0])._default_manager.filter(pk__in=[one.pk for one in piece]).delete()


def _rows(piece: list[BatchRow], at: dt.datetime) -> None:
    """With their keys, so that older backups cannot be read either; those that are restored forget them again."""
    erasure_list.append(erasure_list.ROW, [one.id for one in piece], at)
    destroy_rows(piece)


def _lists(piece: list[Batch], at: dt.datetime) -> None:
    """The file, its name and how it was read. A list on which nobody decided is cancelled by that."""
    erasure_list.append(erasure_list.BATCH, [one.id for one in piece], at)
    keys = [one.key_id for one in piece if one.key_id]
    found = Batch._default_manager.filter(pk__in=[one.pk for one in piece])
    found.filter(state__in=old.UNDECIDED).update(state=Batch.State.CANCELLED)
    found.update(upload=None, secret=None, key=None)
    Wrapped._default_manager.filter(pk__in=keys).delete()


def _deliveries(piece: list[Any], at: dt.datetime) -> None:
    ids = [one.pk for one in piece]
    DeliveryStep._default_manager.filter(delivery__in=ids).delete()
    _plainly(piece, at)


def _cases(piece: list[Any], at: dt.datetime) -> None:
    keys = [one.key_id for one in piece if one.key_id]
    _plainly(piece, at)
    Wrapped._default_manager.filter(pk__in=keys).delete()


def _prior(piece: list[prior_learning.PriorCase], at: dt.datetime) -> None:
    """Cases of prior learning with all evidence, decided or forgotten; the award of one stays."""
    erasure_list.append(erasure_list.PRIOR, [one.id for one in piece], at)
    destroy_prior(piece)


def _memberships(piece: list[Any], at: dt.datetime) -> None:
    """And the account, where it was the last place of work."""
    people = [one.person_id for one in piece]
    _plainly(piece, at)
    old.nobodys_accounts(people).delete()

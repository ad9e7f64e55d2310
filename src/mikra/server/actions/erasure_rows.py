"""Destroying what is known of a learner, table by table: for an erasure, and again after an old backup came back.

What stays: the award with its state, its place in the status list, the digests of its files, the audit trail. With
these anybody can check the file that the learner holds; none of them names anybody.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Sequence

from django.db import models

from mikra.server.store import delivery_rows, personal
from mikra.server.store.answers import WalletAnswer
from mikra.server.store.awards import Award, Sealed
from mikra.server.store.batches import Batch, BatchRow
from mikra.server.store.deliveries import Delivery, DeliveryStep, NameRequest
from mikra.server.store.learners import Learner, LearnerToken
from mikra.server.store.prior_learning import PriorCase
from mikra.server.store.rights_cases import RightsCase
from mikra.server.store.shares import Share
from mikra.server.store.tenants import Wrapped
from mikra.server.store.wallets import Address, Consent, Held, Proof, Return, Transfer, Wallet


def destroy_learner(learner: Learner, at: dt.datetime) -> Counter[str]:
    """Everything under the learner's key, and the key; how many rows of which kind. Call it inside `work()`."""
    counts: Counter[str] = Counter()
    awards = Award.of(learner.tenant_id).filter(learner=learner)
    ids = list(awards.values_list("id", flat=True))
    counts["credentials"] = Sealed.of(learner.tenant_id).filter(award__in=ids).update(content=None)
    counts["letters"] = _withdraw(learner, ids, at)
    counts["requests"] = NameRequest.of(learner.tenant_id).filter(award__in=ids).delete()[0]
    counts["digests"] = LearnerToken._default_manager.filter(learner=learner).delete()[0]
    counts["cases"] = _empty_cases(learner)
    counts["consents"] = Consent._default_manager.filter(learner=learner).delete()[0]
    sealed_rows = BatchRow._default_manager.filter(tenant_id=learner.tenant_id, same__in=_sames(awards))
    sealed_rows.filter(key=None).update(same=None, keys=b"")
    counts["awards"] = awards.update(facts=None, same=None, learner=None)
    keys = [learner.key_id] if learner.key_id else []
    Learner._default_manager.filter(pk=learner.pk).update(profile=b"", key=None, erased=at, restricted=None)
    counts["keys"] = Wrapped._default_manager.filter(pk__in=keys).delete()[0]
    return counts


def _sames(awards: models.QuerySet[Award]) -> list[bytes]:
    return [bytes(one) for one in awards.values_list("same", flat=True) if one]


def _withdraw(learner: Learner, awards: Sequence[uuid.UUID], at: dt.datetime) -> int:
    """No code opens anything any more, and nothing that somebody wrote beside a letter stays."""
    rows = Delivery.of(learner.tenant_id).filter(award__in=awards)
    for one in rows.filter(state__in=delivery_rows.OPEN_STATES):
        delivery_rows.step(one, Delivery.State.WITHDRAWN, at)
    DeliveryStep._default_manager.filter(delivery__award__in=awards).update(reason="")
    return rows.update(token=None, problem="", message_id="")


def _empty_cases(learner: Learner) -> int:
    """Kind, dates and outcome stay, as proof that the learner was answered."""
    cases = RightsCase.of(learner.tenant_id).filter(learner=learner)
    keys = list(cases.exclude(key=None).values_list("key_id", flat=True))
    count = cases.update(secret=None, key=None, learner=None)
    Wrapped._default_manager.filter(pk__in=keys).delete()
    return count


def destroy_rows(rows: Sequence[BatchRow]) -> int:
    """Rows of class lists that are not sealed: they are left out, and nothing of them can be read. In `work()`."""
    keys = [one.key_id for one in rows if one.key_id]
    found = BatchRow._default_manager.filter(pk__in=[one.pk for one in rows]).exclude(state=BatchRow.State.SEALED)
    count = found.update(
        state=BatchRow.State.LEFT, cells=None, key=None, same=None, keys=b"", slot=None, warned=False, double_of=None
    )
    Wrapped._default_manager.filter(pk__in=keys).delete()
    return count


def destroy_upload(batch: Batch) -> None:
    """The file of a list goes with its name and its key; how it was read is kept under a new one. Inside `work()`."""
    old, fresh, secret = batch.key, None, None
    if batch.secret is not None and old is not None:
        fresh, key = personal.new_key(batch.tenant_id)
        fresh.save(force_insert=True)
        known = personal.look_into(personal.opened(old), bytes(batch.secret))
        secret = personal.seal_away(key, {**known, "name": ""})
    Batch._default_manager.filter(pk=batch.pk).update(upload=None, secret=secret, key=fresh)
    if old is not None:
        Wrapped._default_manager.filter(pk=old.pk).delete()


def destroy_prior(cases: Sequence[PriorCase]) -> int:
    """Cases of prior learning with evidence, decisions and keys; how many. Call it inside `work()`."""
    keys = [one.key_id for one in cases if one.key_id]
    PriorCase._default_manager.filter(pk__in=[one.pk for one in cases]).delete()
    Wrapped._default_manager.filter(pk__in=keys).delete()
    return len(cases)


def destroy_wallet(wallet: Wallet) -> Counter[str]:
    """A wallet, all that is in it, and the account that opened it. Call it inside `work()`."""
    counts: Counter[str] = Counter()
    kinds = {"files": Held, "addresses": Address, "proofs": Proof, "consents": Consent, "returns": Return}
    for name, model in kinds.items():
        counts[name] = model.of(wallet).delete()[0]
    counts["shares"] = Share.of(wallet).delete()[0]
    counts["answers"] = WalletAnswer.of(wallet).delete()[0]
    counts["transfers"] = Transfer.of(wallet).delete()[0]
    wallet.person.delete()
    return counts

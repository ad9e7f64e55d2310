"""The last step of sealing a piece: everything that one row becomes, written at once for all of them.

award, sealed bytes, learner (new, or the one who is known by a number), tokens, delivery with its first step, and one
line of the audit trail each; the row itself keeps its number, and loses its data.

All of it is put together before the transaction begins, so that this holds the database no longer than the writing
takes. Where it then turns out that rows were stored by somebody else, or that a learner is no longer as they were
found, it is put together anew.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError

from mikra.issuance.award_id import Part
from mikra.issuance.compose import later
from mikra.server.actions import audit, batches_rules
from mikra.server.actions.claim_codes import Codes
from mikra.server.actions.learners_profile import joined, profile_of, same_of_all, search_of_all
from mikra.server.actions.sealing_press import Intended, Made, Packed, Press
from mikra.server.actions.tenant_settings import settings_of
from mikra.server.actions.work import work
from mikra.server.store import bulk, personal
from mikra.server.store.awards import Award, Sealed
from mikra.server.store.base import new_hexes
from mikra.server.store.batches import Batch, BatchRow
from mikra.server.store.deliveries import Delivery, DeliveryStep
from mikra.server.store.learners import SAME, Known, Learner, LearnerToken, changed, known_by
from mikra.server.store.tenants import Wrapped

State = BatchRow.State

HELD_BACK = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)
"""When letters of a batch are due that is not finished: its end sets the moment."""

AWARD = (
    "id", "created", "tenant_id", "edition_id", "learner_id", "batch_id", "row", "awarded_on", "ends_on", "state",
    "reason", "same", "trial", "route", "list_number", "list_index", "facts",
)  # fmt: skip
SEALED = (
    "id", "created", "tenant_id", "award_id", "form", "generation", "content", "digest", "payload_digest",
    "seal_key_id",
)  # fmt: skip
LEARNER = ("id", "created", "tenant_id", "key_id", "profile")
TOKEN = ("tenant_id", "learner_id", "kind", "token")
DELIVERY = (
    "id", "created", "tenant_id", "award_id", "kind", "channel", "state", "due", "tries", "problem", "token", "expires",
    "message_id",
)  # fmt: skip
STEP = ("delivery_id", "state", "at", "reason")


_VALID, _WAITING, _AWARD = Award.State.VALID.value, Delivery.State.WAITING.value, Delivery.Kind.AWARD.value
_MAIL, _LETTER = Delivery.Channel.MAIL.value, Delivery.Channel.LETTER.value
_ACHIEVEMENT = f"{Part.ACHIEVEMENT:02x}"


@dataclass(slots=True)
class Tables:
    """New rows by table, as `bulk.insert` takes them when they are `written`, and what is to be changed beside them."""

    awards: list[tuple[Any, ...]] = field(default_factory=list)
    sealed: list[tuple[Any, ...]] = field(default_factory=list)
    learners: list[tuple[Any, ...]] = field(default_factory=list)
    tokens: list[tuple[Any, ...]] = field(default_factory=list)
    deliveries: list[tuple[Any, ...]] = field(default_factory=list)
    steps: list[tuple[Any, ...]] = field(default_factory=list)
    lines: list[audit.Line] = field(default_factory=list)
    profiles: dict[str, bytes] = field(default_factory=dict)
    spent_keys: list[str] = field(default_factory=list)


class _Moved(Exception):
    """What was put together no longer fits what is stored; `left` are the rows that still wait."""

    def __init__(self, left: Sequence[Made]) -> None:
        self.left = left


_TRIES = 3


def store(batch: Batch, press: Press, made: Sequence[Made], at: dt.datetime) -> int:
    """Stores a piece; how many credentials it now has. Rows that somebody else has stored meanwhile are left out."""
    tries = 0
    while made:
        filling = Filling(batch, press, made, at)
        try:
            with work():
                return _store(batch, made, filling, at)
        except _Moved as moved:
            made = moved.left
        except IntegrityError:
            # Another worker made one of these learners known in the same moment: now it can be found.
            tries += 1
            if tries == _TRIES:
                raise
    return 0


def _store(batch: Batch, made: Sequence[Made], filling: Filling, at: dt.datetime) -> int:
    state = Batch._default_manager.values_list("state", flat=True).get(pk=batch.id)
    if state not in (Batch.State.SEALING, Batch.State.PAUSED):
        return 0
    names = ("id", "award_stem", "state")
    mine = set(bulk.read(BatchRow, names, [one.row.id for one in made], lock=True))
    ours = [one for one in made if (one.row.id, one.row.stem, State.INTENT.value) in mine]
    if len(ours) < len(made) or changed(filling.found):
        raise _Moved(ours)
    _write(filling.tables)
    _close(made, filling.tables)
    audit.note_all(batch.tenant, "system", filling.tables.lines, at)
    return len(filling.tables.awards)


class Filling:
    """The rows of a piece, filled into their tables. `found`: the learners who were known already, as they were."""

    def __init__(self, batch: Batch, press: Press, made: Sequence[Made], at: dt.datetime) -> None:
        self.tables, self.found = Tables(), list[Known]()
        self._batch = batch
        self._moment, self._tenant = bulk.moment(at), batch.tenant_id.hex
        self._digests, self._codes = personal.Digests(batch.tenant_id), Codes(batch.tenant_id)
        self._held_back = bulk.moment(HELD_BACK)
        self._claim_until = bulk.moment(at + dt.timedelta(days=settings_of(batch.tenant).claim_days))
        months, self._today = press.core.design.valid_months, at.astimezone(dt.UTC).date().isoformat()
        self._ends = later(at, months).date().isoformat() if months else None
        self._of_award = (batch.edition_id.hex, batch.id.hex, press.core.design.route.value, int(batch.trial))
        self._of_sealed = (press.seal_key.id.hex, str(batch.id))
        good = [(one.row, one.values, one.key, one.done) for one in made if one.done is not None]
        self._ids = iter(new_hexes(3 * len(good)))
        same = [[] if batch.trial else same_of_all(self._digests, values) for _, values, _, _ in good]
        self._known = self._find(same)
        for one, tokens in zip(good, same, strict=True):
            self.take(*one, tokens)

    def _find(self, same: Iterable[list[bytes]]) -> dict[bytes, tuple[str, bytes, dict[str, Any]]]:
        """Token of kind SAME -> (learner, their key, their profile) of those who are known already."""
        rows = known_by(self._batch.tenant_id, {token for tokens in same for token in tokens})
        self.found = list({one.id: one for one in rows.values()}.values())
        keys = personal.unwrap_all(self._batch.tenant_id, [(one.key_id, one.wrapped) for one in self.found])
        by_id = {
            one.id: (one.id, key, personal.look_into(key, one.profile))
            for one, key in zip(self.found, keys, strict=True)
        }
        return {token: by_id[one.id] for token, one in rows.items()}

    def take(self, row: Intended, values: dict[str, Any], key: bytes, done: Packed, tokens: list[bytes]) -> None:
        """One row into all its tables."""
        learner_id, key = self._learner(row, values, key, tokens)
        tables, moment, tenant = self.tables, self._moment, self._tenant
        edition, batch, route, trial = self._of_award
        seal_key, batch_name = self._of_sealed
        award_name = row.stem + _ACHIEVEMENT
        award_id = award_name.replace("-", "")
        day = batches_rules.with_day(values, self._batch).get("completed") or self._today
        tables.awards.append(
            (
                award_id, moment, tenant, edition, learner_id, batch, row.number, day, self._ends,
                _VALID, "", row.same, trial, route, row.list_number, row.list_index,
                personal.seal_away(key, values),
            )
        )  # fmt: skip
        content = personal.encrypt(key, done.content, about=bytes.fromhex(award_id))
        sealed = (award_id, "edc", 1, content, done.digest, done.payload_digest, seal_key)
        tables.sealed.append((next(self._ids), moment, tenant, *sealed))
        detail = {"batch": batch_name, "row": row.number, "digest": done.digest.hex()}
        tables.lines.append(audit.Line(verb="award.sealed", subject=f"award:{award_name}", detail=detail))
        if not trial:
            self._deliver(award_id, bool(values.get("email")))

    def _learner(self, row: Intended, values: dict[str, Any], key: bytes, tokens: list[bytes]) -> tuple[str, bytes]:
        """The learner and their key: the one who is known, or a new one, who gets the key of the row."""
        tables, known, tenant = self.tables, self._known, self._tenant
        profile = profile_of(values)
        found = next((known[token] for token in tokens if token in known), None)
        before: set[tuple[str, bytes]] = set()
        if found is None:
            learner_id = next(self._ids)
            tables.learners.append((learner_id, self._moment, tenant, row.key_id, personal.seal_away(key, profile)))
        else:
            learner_id, key, old = found
            tables.spent_keys.append(row.key_id)
            profile, before = joined(old, profile), search_of_all(self._digests, old)
            if profile != old:
                tables.profiles[learner_id] = personal.seal_away(key, profile)
        if not self._batch.trial:
            tables.tokens += [(tenant, learner_id, SAME, token) for token in tokens if token not in known]
            fresh = search_of_all(self._digests, profile) - before
            tables.tokens += [(tenant, learner_id, kind, token) for kind, token in fresh]
            known |= {token: (learner_id, key, profile) for token in tokens if token not in known or found is None}
        return learner_id, key

    def _deliver(self, award_id: str, has_address: bool) -> None:
        """A letter that waits until the batch is done and its time of grace is over."""
        delivery_id, moment, state = next(self._ids), self._moment, _WAITING
        token = self._codes.token(bytes.fromhex(delivery_id))
        channel = _MAIL if has_address else _LETTER
        self.tables.deliveries.append(
            (
                delivery_id, moment, self._tenant, award_id, _AWARD, channel, state,
                self._held_back, 0, "", token, self._claim_until, "",
            )
        )  # fmt: skip
        self.tables.steps.append((delivery_id, state, moment, ""))


def _write(tables: Tables) -> None:
    bulk.insert(Learner, LEARNER, tables.learners, written=True)
    bulk.insert(LearnerToken, TOKEN, tables.tokens, written=True)
    bulk.update(Learner, "id", ("profile",), list(tables.profiles.items()), written=True)
    bulk.insert(Award, AWARD, tables.awards, written=True)
    bulk.insert(Sealed, SEALED, tables.sealed, written=True)
    bulk.insert(Delivery, DELIVERY, tables.deliveries, written=True)
    bulk.insert(DeliveryStep, STEP, tables.steps, written=True)


_EMPTY = {"state": State.SEALED.value, "cells": None, "key_id": None, "keys": b"", "slot": None, "warned": False}


def _close(made: Sequence[Made], tables: Tables) -> None:
    """The rows have no data of their own any more; of those that were refused, why is written beside it."""
    bulk.change(BatchRow, [one.row.id for one in made if one.refused is None], _EMPTY)
    bulk.delete(Wrapped, tables.spent_keys)
    for one in made:
        if one.refused is not None:
            kept = personal.look_into(one.key, one.row.cells)
            kept["e"] = one.refused.message
            cells = personal.seal_away(one.key, kept)
            BatchRow._default_manager.filter(pk=one.row.id).update(state=State.FAILED, cells=cells, slot=None)

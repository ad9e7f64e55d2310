"""The last step of sealing a piece: everything that one row becomes, written at once for all of them.

award, sealed bytes, learner (new, or the one who is known by a number), tokens, delivery with its first step, and one
line of the audit trail each; the row itself keeps its number, and loses its data.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError

from mikra.issuance.award_id import AwardId
from mikra.issuance.compose import later
from mikra.server.actions import audit, batches_rules, claim_codes
from mikra.server.actions.awards_content import put_away
from mikra.server.actions.learners_profile import joined, profile_of, same_tokens, search_tokens
from mikra.server.actions.sealing_press import Made, Press
from mikra.server.actions.tenant_settings import settings_of
from mikra.server.actions.work import work
from mikra.server.store import bulk, personal
from mikra.server.store.awards import Award, Sealed
from mikra.server.store.base import new_ids
from mikra.server.store.batches import Batch, BatchRow
from mikra.server.store.deliveries import Delivery, DeliveryStep
from mikra.server.store.learners import SAME, Learner, LearnerToken, known_by
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


@dataclass(slots=True)
class Tables:
    """New rows by table, as `bulk.insert` takes them, and what is to be changed beside them."""

    ids: Iterator[uuid.UUID] = field(default_factory=lambda: iter(()))
    claim_until: dt.datetime = HELD_BACK
    awards: list[tuple[Any, ...]] = field(default_factory=list)
    sealed: list[tuple[Any, ...]] = field(default_factory=list)
    learners: list[tuple[Any, ...]] = field(default_factory=list)
    tokens: list[tuple[Any, ...]] = field(default_factory=list)
    deliveries: list[tuple[Any, ...]] = field(default_factory=list)
    steps: list[tuple[Any, ...]] = field(default_factory=list)
    lines: list[audit.Line] = field(default_factory=list)
    profiles: list[tuple[uuid.UUID, bytes]] = field(default_factory=list)
    spent_keys: list[uuid.UUID] = field(default_factory=list)


def store(batch: Batch, press: Press, made: Sequence[Made], at: dt.datetime) -> int:
    """Stores a piece; how many credentials it now has. Rows that somebody else has stored meanwhile are left out."""
    press.dictionary()
    for last_try in (False, True):
        try:
            with work():
                return _store(batch, press, made, at)
        except IntegrityError:
            # Another worker made one of these learners known in the same moment: now it can be found.
            if last_try:
                raise
    return 0


def _store(batch: Batch, press: Press, made: Sequence[Made], at: dt.datetime) -> int:
    state = Batch._default_manager.values_list("state", flat=True).get(pk=batch.id)
    if state not in (Batch.State.SEALING, Batch.State.PAUSED):
        return 0
    open_rows = BatchRow._default_manager.select_for_update(no_key=True).filter(
        id__in=[one.row.id for one in made], state=State.INTENT
    )
    mine = dict(open_rows.values_list("id", "award_stem"))
    ours = [one for one in made if mine.get(one.row.id) == one.row.stem]
    good = [one for one in ours if one.refused is None]
    tables = Tables(ids=iter(new_ids(3 * len(good))), claim_until=at + _claim_time(batch))
    known = _known(batch, good)
    for one in good:
        _take(batch, press, one, known, tables, at)
    _write(tables)
    _close(batch, good, [one for one in ours if one.refused is not None])
    audit.note_all(batch.tenant, "system", tables.lines, at)
    return len(good)


def _claim_time(batch: Batch) -> dt.timedelta:
    return dt.timedelta(days=settings_of(batch.tenant).claim_days)


def _known(batch: Batch, made: Iterable[Made]) -> dict[bytes, tuple[uuid.UUID, bytes, dict[str, Any] | None]]:
    """Token of kind SAME -> (learner, their key, their profile) of those who are known already."""
    if batch.trial:
        return {}
    tokens = {token for one in made for token in same_tokens(batch.tenant_id, one.values)}
    found: dict[bytes, tuple[uuid.UUID, bytes, dict[str, Any] | None]] = {}
    for token, learner in known_by(batch.tenant_id, tokens).items():
        if learner.key is not None:
            key = personal.unwrap(learner.key)
            found[token] = (learner.id, key, personal.look_into(key, bytes(learner.profile)))
    return found


def _take(batch: Batch, press: Press, one: Made, known: dict[bytes, Any], tables: Tables, at: dt.datetime) -> None:
    """One row into all its tables."""
    learner_id, key = _learner(batch, one, known, tables, at)
    values = batches_rules.with_day(one.values, batch)
    stem = AwardId(one.row.stem)
    award_id = uuid.UUID(stem.award.removeprefix("urn:uuid:"))
    months = press.core.design.valid_months
    digest = hashlib.sha256(one.file).digest()
    day = values.get("completed") or at.astimezone(dt.UTC).date().isoformat()
    tables.awards.append(
        (
            award_id, at, batch.tenant_id, batch.edition_id, learner_id, batch.id, one.row.number,
            dt.date.fromisoformat(day), later(at, months).date() if months else None, Award.State.VALID.value,
            "", one.row.same, batch.trial, press.core.design.route.value, one.row.list_number, one.row.list_index,
            personal.seal_away(key, one.values),
        )
    )  # fmt: skip
    content = put_away(key, award_id.bytes, one.file, press.dictionary())
    tables.sealed.append(
        (
            next(tables.ids),
            at,
            batch.tenant_id,
            award_id,
            "edc",
            1,
            content,
            digest,
            one.payload_digest,
            press.seal_key.id,
        )
    )
    tables.lines.append(
        audit.Line(
            verb="award.sealed",
            subject=f"award:{award_id}",
            detail={"batch": str(batch.id), "row": one.row.number, "digest": digest.hex()},
        )
    )
    if not batch.trial:
        _deliver(batch, award_id, bool(values.get("email")), tables, at)


def _learner(
    batch: Batch, one: Made, known: dict[bytes, Any], tables: Tables, at: dt.datetime
) -> tuple[uuid.UUID, bytes]:
    """The learner and their key: the one who is known, or a new one, who gets the key of the row."""
    tokens = [] if batch.trial else same_tokens(batch.tenant_id, one.values)
    profile = profile_of(one.values)
    found = next((known[token] for token in tokens if token in known), None)
    if found is None:
        learner_id, key = next(tables.ids), one.key
        tables.learners.append((learner_id, at, batch.tenant_id, one.row.key_id, personal.seal_away(key, profile)))
        before: set[tuple[str, bytes]] = set()
    else:
        learner_id, key, old = found
        tables.spent_keys.append(one.row.key_id)
        profile, before = joined(old, profile), search_tokens(batch.tenant_id, old)
        if profile != old:
            tables.profiles.append((learner_id, personal.seal_away(key, profile)))
    if not batch.trial:
        fresh = [(SAME, token) for token in tokens if token not in known]
        fresh += sorted(search_tokens(batch.tenant_id, profile) - before)
        tables.tokens += [(batch.tenant_id, learner_id, kind, token) for kind, token in fresh]
        known |= {token: (learner_id, key, profile) for token in tokens if token not in known or found is None}
    return learner_id, key


def _deliver(batch: Batch, award_id: uuid.UUID, has_address: bool, tables: Tables, at: dt.datetime) -> None:
    """A letter that waits until the batch is done and its time of grace is over."""
    delivery_id = next(tables.ids)
    token = claim_codes.token_of(claim_codes.code_of(batch.tenant_id, delivery_id))
    channel = Delivery.Channel.MAIL if has_address else Delivery.Channel.LETTER
    state = Delivery.State.WAITING.value
    tables.deliveries.append(
        (
            delivery_id,
            at,
            batch.tenant_id,
            award_id,
            Delivery.Kind.AWARD.value,
            channel.value,
            state,
            HELD_BACK,
            0,
            "",
            token,
            tables.claim_until,
            "",
        )
    )
    tables.steps.append((delivery_id, state, at, ""))


def _write(tables: Tables) -> None:
    bulk.insert(Learner, LEARNER, tables.learners)
    bulk.insert(LearnerToken, TOKEN, tables.tokens)
    bulk.update(Learner, "id", ("profile",), list(dict(tables.profiles).items()))
    bulk.insert(Award, AWARD, tables.awards)
    bulk.insert(Sealed, SEALED, tables.sealed)
    bulk.insert(Delivery, DELIVERY, tables.deliveries)
    bulk.insert(DeliveryStep, STEP, tables.steps)


def _close(batch: Batch, good: Sequence[Made], refused: Sequence[Made]) -> None:
    """The rows have no data of their own any more; of those that were refused, why is written beside it."""
    done = BatchRow._default_manager.filter(id__in=[one.row.id for one in good])
    done.update(state=State.SEALED, cells=None, key=None, keys=b"", slot=None, warned=False)
    spent = {one.row.key_id for one in good} - _used_keys(good)
    bulk.remove(Wrapped._default_manager.filter(id__in=spent))
    for one in refused:
        assert one.refused is not None
        kept = personal.look_into(one.key, one.row.cells)
        kept["e"] = one.refused.message
        cells = personal.seal_away(one.key, kept)
        BatchRow._default_manager.filter(pk=one.row.id).update(state=State.FAILED, cells=cells, slot=None)


def _used_keys(good: Sequence[Made]) -> set[uuid.UUID]:
    """Keys of rows that are now those of learners."""
    ids = [one.row.key_id for one in good]
    return set(Learner._default_manager.filter(key_id__in=ids).values_list("key_id", flat=True))

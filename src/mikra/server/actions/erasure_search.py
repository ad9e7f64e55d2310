"""Where a learner stands beside their awards: rows and files of class lists that are not sealed, letters in the folder.

These bear keys of their own, so that they have to be read to be found. That takes seconds, and is asked for rarely.
"""

from __future__ import annotations

import email
import email.policy
import io
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mikra.errors import MikraError
from mikra.server.actions.learners_profile import profile_of, same_tokens, search_tokens
from mikra.server.actions.rows_cells import opened_row, same_of
from mikra.server.store import personal
from mikra.server.store.awards import Award
from mikra.server.store.batches import Batch, BatchRow
from mikra.server.store.deliveries import Delivery
from mikra.server.store.learners import MAIL, NUMBER, Learner
from mikra.server.store.prior_learning import PriorCase

_MOST = 60_000_000
"""Bytes of one part of a spreadsheet that are looked through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """What goes with a learner, and how letters to them are known."""

    rows: tuple[BatchRow, ...]
    uploads: tuple[Batch, ...]
    prior: tuple[PriorCase, ...]
    messages: frozenset[str]
    addresses: frozenset[str]


def traces_of(learner: Learner) -> Traces:
    """All of them. Nothing where the learner is erased already."""
    if learner.key is None:
        return Traces(rows=(), uploads=(), prior=(), messages=frozenset(), addresses=frozenset())
    profile = personal.look_into(personal.opened(learner.key), bytes(learner.profile))
    rows = tuple(_rows(learner, profile))
    told = Delivery.of(learner.tenant_id).filter(award__learner=learner).exclude(message_id="")
    return Traces(
        rows=rows,
        uploads=tuple(_uploads(learner, profile, {one.batch_id for one in rows})),
        prior=tuple(prior_of(learner)),
        messages=frozenset(told.values_list("message_id", flat=True)),
        addresses=frozenset(one.casefold() for one in profile["emails"]),
    )


def _rows(learner: Learner, profile: dict[str, Any]) -> Iterator[BatchRow]:
    """Rows of lists that hold the learner's number or address, or would make the same learner."""
    tenant = learner.tenant_id
    awards = Award.of(tenant).filter(learner=learner).exclude(same=None)
    sames = {bytes(one) for one in awards.values_list("same", flat=True) if one}
    known = {token for kind, token in search_tokens(tenant, profile) if kind in (MAIL, NUMBER)}
    rows = BatchRow._default_manager.select_related("key").filter(tenant_id=tenant).exclude(key=None)
    for row in rows.iterator(chunk_size=500):
        if (row.same and bytes(row.same) in sames) or _is_theirs(row, known, sames):
            yield row


def _is_theirs(row: BatchRow, known: Collection[bytes], sames: Collection[bytes]) -> bool:
    try:
        cells, values = opened_row(row)
    except MikraError:
        return False
    tenant = row.tenant_id
    tokens = {token for kind, token in search_tokens(tenant, profile_of(values)) if kind in (MAIL, NUMBER)}
    tokens |= {personal.token(tenant, MAIL, str(one).strip().casefold()) for one in cells if "@" in str(one)}
    tokens |= set(same_tokens(tenant, values)) | {same_of(tenant, values)}
    return not tokens.isdisjoint(known) or not tokens.isdisjoint(sames)


def prior_of(learner: Learner) -> Iterator[PriorCase]:
    """Cases of prior learning that led to an award of theirs, or that hold their number or address."""
    tenant = learner.tenant_id
    if learner.key is None:
        return
    profile = personal.look_into(personal.opened(learner.key), bytes(learner.profile))
    known = {token for kind, token in search_tokens(tenant, profile) if kind in (MAIL, NUMBER)}
    batches = set(Award.of(tenant).filter(learner=learner).exclude(batch=None).values_list("batch_id", flat=True))
    cases = PriorCase.of(tenant).select_related("key", "edition").exclude(key=None).exclude(secret=None).order_by("id")
    for case in cases.iterator(chunk_size=500):
        row = personal.look_into(personal.opened(case.key), bytes(case.secret or b""))["row"]
        tokens = {token for kind, token in search_tokens(tenant, profile_of(row)) if kind in (MAIL, NUMBER)}
        if case.batch_id in batches or not tokens.isdisjoint(known):
            yield case


def _uploads(learner: Learner, profile: dict[str, Any], batches: Collection[Any]) -> Iterator[Batch]:
    """Files of lists that name the learner's address, number or full name."""
    numbers = [str(number) for _, number in profile["numbers"]] + [str(one) for one in profile["national"]]
    names = [str(one["full_name"]) for one in profile["names"] if "full_name" in one]
    needles = [one.encode() for one in (*profile["emails"], *numbers, *names) if len(one) > 3]
    for batch in Batch.of(learner.tenant_id).select_related("key").exclude(upload=None).exclude(key=None):
        file = personal.decrypt(personal.opened(batch.key), bytes(batch.upload or b""))
        if batch.id in batches or any(needle in part for part in _parts(file) for needle in needles):
            yield batch


def _parts(file: bytes) -> Iterator[bytes]:
    """The text of a file: its own bytes, or the parts of a spreadsheet."""
    if not zipfile.is_zipfile(io.BytesIO(file)):
        yield file
        return
    with zipfile.ZipFile(io.BytesIO(file)) as box:
        for name in box.namelist():
            if name.endswith(".xml"):
                with box.open(name) as part:
                    yield part.read(_MOST)


def remove_letters(folder: Path, traces: Traces) -> int:
    """Letters to this learner in the folder that stands for a mail server; how many."""
    count = 0
    for file in sorted(folder.glob("*.eml")):
        letter = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        to = str(letter.get("To", "")).casefold()
        if str(letter.get("Message-ID", "")) in traces.messages or any(one in to for one in traces.addresses):
            file.unlink(missing_ok=True)
            count += 1
    return count

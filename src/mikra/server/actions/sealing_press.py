"""What seals the rows of a batch: design, key and pages put together once, and kept by this process."""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from mikra.errors import MikraError
from mikra.issuance.award_id import AwardId
from mikra.issuance.batch import Batch as CoreBatch
from mikra.issuance.batch import Begun
from mikra.issuance.compose import later
from mikra.issuance.status_entry import Member
from mikra.server.actions import batches_rules, seal_keys
from mikra.server.actions.awards_content import new_dictionary, nobody, pack
from mikra.server.actions.batches_design import awarded, columns_of, design_of, pages_of
from mikra.server.actions.status_places import address_for, base_of
from mikra.server.actions.work import work
from mikra.server.store import personal
from mikra.server.store.awards import Dictionary
from mikra.server.store.batches import Batch
from mikra.server.store.designs import Edition
from mikra.server.store.status import Shelf
from mikra.server.store.tenants import SealKey
from mikra.status.indexes import Place, group_of
from mikra.trust import certificates

KEPT = 8
"""Editions that a process keeps compiled."""

SAMPLE = AwardId("00000000-0000-7000-8000-0000000000")


class Intended(NamedTuple):
    """A row whose award is fixed. `key` wraps its data. Ids are 32 hex digits, as `bulk.raw` gives them."""

    id: str
    number: int
    cells: bytes
    key_id: str
    wrapped: bytes
    same: bytes | None
    stem: str
    list_number: int | None
    list_index: int | None


@dataclass(frozen=True, slots=True)
class Packed:
    """A sealed credential, opened again and packed (`awards_content.pack`); SHA-256 of the file and of its payload."""

    content: bytes
    digest: bytes
    payload_digest: bytes


@dataclass(frozen=True, slots=True)
class Made:
    """A row and its sealed credential, or why there is none."""

    row: Intended
    values: dict[str, Any]
    key: bytes
    done: Packed | None = None
    refused: MikraError | None = None


@dataclass(slots=True, kw_only=True)
class Press:
    """One edition under one key. `status`: whether credentials offer a status (trial runs offer none)."""

    core: CoreBatch
    seal_key: SealKey
    edition: Edition
    trial: bool
    status: bool
    by_validation: bool = False
    _dictionary: Dictionary | None = field(default=None)
    _bases: dict[int, str] = field(default_factory=dict)

    def shelf(self, at: dt.datetime) -> Shelf:
        """Which status lists have places for what is sealed now."""
        months = self.core.design.valid_months
        return Shelf(
            tenant_id=self.seal_key.tenant_id,
            group=group_of(later(at, months).date() if months else None),
            issuer=certificates.read(bytes(self.seal_key.certificate)).organization_identifier,
            address=address_for(self.edition.tenant),
        )

    def seal(self, batch: Batch, rows: Sequence[Intended], at: dt.datetime) -> list[Made]:
        """All rows in one question to the key. A row that breaks a rule is refused alone."""
        self.core.tick(at)
        keys = personal.unwrap_all(batch.tenant_id, [(row.key_id, row.wrapped) for row in rows])
        values = [personal.look_into(key, row.cells)["v"] for key, row in zip(keys, rows, strict=True)]
        begun: dict[int, Begun] = {}
        refused: dict[int, MikraError] = {}
        for number, row in enumerate(rows):
            try:
                given = batches_rules.with_day(values[number], batch)
                begun[number] = self.core.begin(given, AwardId(row.stem), self._place(batch, row))
            except MikraError as error:
                refused[number] = error
        dictionary, done = self.dictionary(), dict[int, Packed]()
        for number, one in zip(begun, self.core.finished(list(begun.values())), strict=True):
            done[number] = Packed(pack(one.file, dictionary), one.digest, one.payload_digest)
        return [
            Made(row, values[number], keys[number], done.get(number), refused.get(number))
            for number, row in enumerate(rows)
        ]

    def _place(self, batch: Batch, row: Intended) -> Place | None:
        if row.list_number is None or row.list_index is None:
            return None
        base = self._bases.get(row.list_number) or self._bases.setdefault(row.list_number, base_of(row.list_number))
        return Place(base, row.list_index)

    def dictionary(self) -> Dictionary:
        """What credentials of this edition have in common, made once for all, of one that is about nobody."""
        if self._dictionary is None:
            found = Dictionary._default_manager.filter(edition=self.edition).order_by("pk")
            self._dictionary = found.filter(digest=self._shape()).first() or self._new_dictionary()
        return self._dictionary

    def _shape(self) -> bytes:
        """By which a dictionary is known: another certificate makes another one."""
        return hashlib.sha256(
            bytes(self.seal_key.certificate) + bytes([self.trial | self.by_validation << 1])
        ).digest()[:16]

    def _new_dictionary(self) -> Dictionary:
        place = Place(f"{address_for(self.seal_key.tenant)}/1", 1) if self.status else None
        begun = self.core.begin(nobody(self.core.design, columns_of(self.edition)), SAMPLE, place)
        with work():
            return new_dictionary(self.edition, begun.file, self._shape())


class _Kept(threading.local):
    """The presses of one thread: a core batch has one clock."""

    def __init__(self) -> None:
        self.presses: OrderedDict[tuple[Any, ...], Press] = OrderedDict()


_kept = _Kept()


def forget() -> None:
    """Puts everything together anew the next time: after a key was changed."""
    _kept.presses.clear()


def press_for(batch: Batch, at: dt.datetime) -> Press:
    """The press of this batch. Raises what keeps it from sealing: no key, signer down, certificate ended."""
    return press_of(batch.edition, trial=batch.trial, at=at, by_validation=batch.by_validation)


def press_of(edition: Edition, *, trial: bool, at: dt.datetime, by_validation: bool = False) -> Press:
    """The press of an edition under the key in force now; `by_validation` as in `batches_design.awarded`."""
    tenant = edition.tenant
    use = SealKey.Use.TRIAL if trial else SealKey.Use.CREDENTIALS
    seal_key = seal_keys.key_for(tenant, use, edition=None if trial else edition)
    name = (edition.id, edition.digest, seal_key.id, trial, by_validation)
    known = _kept.presses.get(name)
    if known is None:
        known = _kept.presses[name] = _new(edition, seal_key, at, trial=trial, by_validation=by_validation)
        if len(_kept.presses) > KEPT:
            _kept.presses.popitem(last=False)
    known.edition = edition  # as it was read now, with what its institution has decided meanwhile
    _kept.presses.move_to_end(name)
    return known


def _new(edition: Edition, seal_key: SealKey, at: dt.datetime, *, trial: bool, by_validation: bool) -> Press:
    core = CoreBatch(
        awarded(design_of(edition), trial=trial, by_validation=by_validation),
        signer=seal_keys.signer_of(seal_key),
        pages=pages_of(edition, trial=trial),
        at=at,
        status=None if trial else Member.STATUS,
    )
    return Press(
        core=core, seal_key=seal_key, edition=edition, trial=trial, status=not trial, by_validation=by_validation
    )

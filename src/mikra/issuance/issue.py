"""Issuing a class list: intent, seal, reopen, store, end; in chunks, with progress, and taken up after any crash.

The engine knows no disk: `Ledger.append` makes lines durable, `Vault.put` makes files durable. The order per chunk
keeps the promise "never a duplicate, never a gap": all intents durable, then all files, then all ends.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol, TypeVar

import orjson

from mikra.errors import MikraError
from mikra.issuance.award_id import AwardId
from mikra.issuance.batch import Batch, Begun
from mikra.issuance.compose import instant, later
from mikra.issuance.journal import Done, Journal, end, file_name, intent
from mikra.issuance.prototype import node_id
from mikra.status.indexes import Place

FORMAT = "mikra/receipt/1"

_Made = TypeVar("_Made")

CHUNK = 100
"""Rows between two durable steps."""


class Ledger(Protocol):
    """Where the journal is kept."""

    def append(self, lines: bytes) -> None:
        """Returns when the lines are on disk. UnavailableError when they cannot be."""
        ...


class Vault(Protocol):
    """Where sealed credentials are kept."""

    def put(self, files: Mapping[str, bytes]) -> None:
        """Returns when all files are on disk, each whole or not there. UnavailableError when they cannot be."""
        ...


Reserve = Callable[[Sequence[str], dt.date | None], Sequence[Place]]
"""Places for awards that end on that day (None: never), durable when it returns; what is not used is burnt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """One row to issue: its number in the list, its key (what makes it the same learner), its values."""

    row: int
    key: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """After each chunk: rows issued now, rows that had their credential already, rows seen."""

    issued: int
    already: int
    seen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """Everything an issue needs. `clock` gives the instant of each chunk, `chance` random bytes.

    `reserve` gives places in status lists, where the batch offers a status.
    """

    batch: Batch
    journal: Journal
    ledger: Ledger
    vault: Vault
    clock: Callable[[], dt.datetime]
    chance: Callable[[int], bytes]
    reserve: Reserve | None = None

    def run(self, learners: Iterable[Learner], *, chunk: int = CHUNK) -> Iterator[Progress]:
        """Issues what is missing, chunk by chunk; stop anywhere, run again, and it goes on.

        Of two rows with one key the first counts. An error names its row; what was sealed before it is stored.
        """
        issued = already = 0
        source = iter(learners)
        while rows := list(islice(source, chunk)):
            missing: dict[str, Learner] = {}
            for one in rows:
                missing.setdefault(self.journal.learner(one.key), one)
            missing = {name: one for name, one in missing.items() if name not in self.journal.done}
            self.batch.tick(self.clock())
            self._intend(missing)
            self._seal(missing)
            issued += len(missing)
            already += len(rows) - len(missing)
            yield Progress(issued=issued, already=already, seen=issued + already)

    def _intend(self, missing: Mapping[str, Learner]) -> None:
        at = self.batch.sealer.at
        new = {name: one for name, one in missing.items() if name not in self.journal.awards}
        stems = [AwardId.new(at, self.chance(9)).stem for _ in new]
        places = self._places(stems, at) if stems else ()
        self._note(
            intent(name, one.row, stem, place)
            for (name, one), stem, place in zip(new.items(), stems, places, strict=True)
        )

    def _places(self, stems: Sequence[str], at: dt.datetime) -> Sequence[Place | None]:
        """Reserved before the intent is noted: a crash between the two burns them, and never shares one."""
        if self.reserve is None:
            return [None] * len(stems)
        months = self.batch.design.valid_months
        return self.reserve([AwardId(stem).award for stem in stems], later(at, months).date() if months else None)

    def _seal(self, missing: Mapping[str, Learner]) -> None:
        if self.batch.at_once:
            self._seal_at_once(missing)
            return
        sealed: dict[str, bytes] = {}
        try:
            for name, one in missing.items():
                sealed[name] = self._of_row(self.batch.award, name, one)
        finally:
            self._store(sealed)

    def _seal_at_once(self, missing: Mapping[str, Learner]) -> None:
        """The same where the key takes many digests at once: what was begun before an error is sealed and stored."""
        begun: dict[str, Begun] = {}
        try:
            for name, one in missing.items():
                begun[name] = self._of_row(self.batch.begin, name, one)
        finally:
            if begun:
                self._store(dict(zip(begun, self.batch.finish(list(begun.values())), strict=True)))

    def _of_row(
        self, make: Callable[[Mapping[str, Any], AwardId, Place | None], _Made], name: str, one: Learner
    ) -> _Made:
        try:
            return make(one.values, AwardId(self.journal.awards[name]), self.journal.places.get(name))
        except MikraError as error:
            error.where = f"row {one.row}: {error.where}" if error.where else f"row {one.row}"
            raise

    def _store(self, sealed: Mapping[str, bytes]) -> None:
        if not sealed:
            return
        names = {name: file_name(self.journal.rows[name], AwardId(self.journal.awards[name])) for name in sealed}
        self.vault.put({names[name]: content for name, content in sealed.items()})
        self._note(
            end(name, Done(names[name], hashlib.sha256(content).hexdigest())) for name, content in sealed.items()
        )

    def _note(self, lines: Iterable[bytes]) -> None:
        """The disk first, then memory: after a failure the two still agree."""
        if together := b"".join(lines):
            self.ledger.append(together)
            self.journal.take(together)


def receipt(journal: Journal, *, title: str, issuer: str, at: dt.datetime) -> bytes:
    """What was issued, to be sealed: row, award id, file and SHA-256 of each credential; no personal data.

    A W3C credential in form (VC 2.0, 4.1), so that whoever can verify our credentials can verify the receipt.
    """
    entries = [
        {"row": journal.rows[name], "award": AwardId(journal.awards[name]).award, "file": d.file, "sha256": d.sha256}
        for name, d in journal.done.items()
    ]
    entries.sort(key=lambda entry: (entry["row"], entry["award"]))
    return receipt_of(entries, edition=journal.design, title=title, issuer=issuer, at=at)


def receipt_of(
    entries: Sequence[Mapping[str, Any]], *, edition: str, title: str, issuer: str, at: dt.datetime, part: str = ""
) -> bytes:
    """The same from its entries; `part` says which part of a long one it is ("2/5")."""
    subject = {"format": FORMAT, "design": edition, "credentials": entries}
    members = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential"],
        "issuer": {"id": node_id("issuer-of-receipt", issuer), "name": issuer},
        "validFrom": instant(at),
        "name": f"Receipt: {title} ({edition}), {len(entries)} credentials",
        "credentialSubject": subject | ({"part": part} if part else {}),
    }
    return orjson.dumps(members)

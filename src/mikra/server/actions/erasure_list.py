"""The list of erasures, outside of the database: home/erasures.jsonl, appended to and never edited.

Whoever was erased must stay so when an older backup is restored, and that backup does not know. A line holds the kind
and the id of the row whose key was destroyed, and when: pseudonyms, which name nobody once the row is gone.

    {"at": "2026-11-26T10:00:00+00:00", "kind": "learner", "id": "0192..."}
"""

from __future__ import annotations

import datetime as dt
import json
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mikra.errors import InputError, UnavailableError
from mikra.server.actions.erasure_rows import (
    destroy_learner,
    destroy_prior,
    destroy_rows,
    destroy_upload,
    destroy_wallet,
)
from mikra.server.actions.work import work
from mikra.server.installation import Installation, installation
from mikra.server.store.batches import Batch, BatchRow
from mikra.server.store.learners import Learner
from mikra.server.store.prior_learning import PriorCase
from mikra.server.store.wallets import Wallet

LEARNER, ROW, BATCH, WALLET, PRIOR = "learner", "row", "batch", "wallet", "prior"
KINDS = (LEARNER, ROW, BATCH, WALLET, PRIOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """One line."""

    kind: str
    id: uuid.UUID
    at: dt.datetime


def file_of(of: Installation) -> Path:
    return of.home / "erasures.jsonl"


def append(kind: str, ids: list[uuid.UUID], at: dt.datetime) -> None:
    """Notes erasures, on the disk before this returns. Call it before the rows go: a line too much does no harm."""
    if kind not in KINDS:
        raise InputError("Nothing of that kind is erased.", found=kind, expected=", ".join(KINDS))
    lines = "".join(json.dumps({"at": at.isoformat(), "kind": kind, "id": str(one)}) + "\n" for one in ids)
    file = file_of(installation())
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "ab") as stream:
            stream.write(lines.encode())
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise UnavailableError(
            "The list of erasures cannot be written, so nothing was erased.",
            where=str(file),
            found=error.strerror or "",
            fix="Make room on this disk, and let the user that runs Mikra own the file.",
        ) from error


def read(file: Path) -> Iterator[Erasure]:
    """The lines of a list; none where there is no file. A last line that was cut off is no line. InputError."""
    if not file.exists():
        return
    lines = file.read_text("utf-8").split("\n")
    for number, line in enumerate(lines[:-1], 1):
        try:
            given = json.loads(line)
            yield Erasure(kind=given["kind"], id=uuid.UUID(given["id"]), at=dt.datetime.fromisoformat(given["at"]))
        except (ValueError, KeyError, TypeError) as error:
            raise InputError("This list of erasures is damaged.", where=f"{file}, line {number}") from error


def replay(erasures: list[Erasure]) -> int:
    """Erases again, in a database that an older backup filled; how many it still knew."""
    known = 0
    with work():
        for one in erasures:
            known += _again(one)
    return known


def _again(one: Erasure) -> int:
    """Destroys what came back. 1 where there was something."""
    if one.kind == WALLET:
        return _wallet_again(one)
    models: dict[str, type[Learner | BatchRow | Batch | PriorCase]] = {
        LEARNER: Learner,
        ROW: BatchRow,
        BATCH: Batch,
        PRIOR: PriorCase,
    }
    # A key that is younger than the erasure was made by it: a list goes on under a new one.
    row = models[one.kind]._default_manager.filter(pk=one.id, key__created__lt=one.at).first()
    if isinstance(row, Learner):
        destroy_learner(row, one.at)
    elif isinstance(row, BatchRow):
        destroy_rows([row])
    elif isinstance(row, Batch):
        destroy_upload(row)
    elif isinstance(row, PriorCase):
        destroy_prior([row])
    return 0 if row is None else 1


def _wallet_again(one: Erasure) -> int:
    wallet = Wallet._default_manager.select_related("person").filter(pk=one.id).first()
    if wallet is not None:
        destroy_wallet(wallet)
    return 0 if wallet is None else 1

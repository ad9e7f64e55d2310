"""`mikra backup`: a consistent copy of everything but the keys, while the service works."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from typing import Any

from mikra.adapters.clock import now
from mikra.server.actions import erasure_list
from mikra.server.backup import snapshot
from mikra.server.backup.archive import Reader, Writer, pieces_of, written
from mikra.server.backup.record import note_backup
from mikra.server.installation import Installation
from mikra.server.store.tenants import SealKey

ERASURES = "erasures.jsonl"


def name_for(at: dt.datetime) -> str:
    """Milliseconds too: an upgrade that fails and is tried again at once makes two in one second."""
    return f"mikra-{at:%Y%m%d-%H%M%S}-{at.microsecond // 1000:03}.backup"


def back_up(of: Installation, file: Path | None = None) -> Path:
    """Writes a backup, reads it back, and lays the list of erasures beside it. ConflictError, UnavailableError."""
    from mikra import __version__

    at = now()
    target = file or of.home / "backups" / name_for(at)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with written(target) as stream:
        writer = Writer(stream)
        about: dict[str, Any] = {"version": __version__, "at": at.isoformat(), **snapshot.take(of, writer)}
        if erasure_list.file_of(of).exists():
            writer.add(ERASURES, pieces_of(erasure_list.file_of(of)))
        writer.close({**about, "keys": keys_needed(of)})
    Reader(target).check()
    beside(of, target)
    note_backup(of, at, target.name)
    return target


def beside(of: Installation, target: Path) -> None:
    """A copy of the list of erasures, newer than any backup made before: it goes where the backups go."""
    if erasure_list.file_of(of).exists():
        copy = target.parent / ERASURES
        draft = copy.with_name(f".{copy.name}")
        draft.write_bytes(erasure_list.file_of(of).read_bytes())
        draft.replace(copy)


def fingerprint(key: bytes) -> str:
    """By which a key is told from another, and which tells nothing of it."""
    return hashlib.sha256(b"mikra key " + key).hexdigest()[:16]


def keys_needed(of: Installation) -> dict[str, Any]:
    """What a restored service needs beside this file: the key of the data by its fingerprint, seal keys by name."""
    data = of.keys / "data.key"
    seals = SealKey._default_manager.filter(retired=None, compromised=None).order_by("name")
    return {
        "data": fingerprint(data.read_bytes()) if data.exists() else "",
        "seals": [{"name": one.name, "certificate": hashlib.sha256(one.certificate).hexdigest()} for one in seals],
    }

"""The two secrets of an installation that are no seal keys: made at the first start, never in a backup.

`session.key` protects sessions (Django's SECRET_KEY); `data.key` wraps the keys of learners (`store/personal.py`).
"""

from __future__ import annotations

import os
from pathlib import Path

from mikra.adapters.clock import chance
from mikra.errors import UnavailableError


def secret(folder: Path, name: str, *, size: int = 32) -> bytes:
    """The secret of that name, made where there is none; readable by its owner alone."""
    file = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not file.exists():
            _make(file, chance(size))
        found = file.read_bytes()
    except OSError as error:
        raise UnavailableError(
            "The keys of this installation cannot be read.",
            where=str(file),
            found=error.strerror or "",
            fix="Let the user that runs Mikra own this folder.",
        ) from error
    if len(found) != size:
        raise UnavailableError(
            "This key is damaged.", where=str(file), found=f"{len(found)} bytes", fix="Restore it: mikra keys import"
        )
    return found


def _make(file: Path, content: bytes) -> None:
    """Whole or not there, whoever else makes it at the same time."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()

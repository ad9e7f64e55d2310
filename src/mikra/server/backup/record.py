"""When the last backup was made: one line in home/backup.json."""

from __future__ import annotations

import datetime as dt
import json

from mikra.server.installation import Installation


def note_backup(of: Installation, at: dt.datetime, name: str) -> None:
    """Remembers it; a note that cannot be written is no reason to lose the backup."""
    draft = of.home / ".backup.json"
    draft.write_text(json.dumps({"at": at.isoformat(), "file": name}), "utf-8")
    draft.replace(of.home / "backup.json")


def last_backup(of: Installation) -> dt.datetime | None:
    """None where there is none, or nobody knows."""
    try:
        found = json.loads((of.home / "backup.json").read_text("utf-8"))
        return dt.datetime.fromisoformat(found["at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None

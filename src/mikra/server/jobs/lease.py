"""One runner at a time: a row of the database says who works, and until when without another word.

A holder on this machine whose process has ended is replaced at once; any other only when its time is over.
"""

from __future__ import annotations

import datetime as dt
import os
import socket
from pathlib import Path

from mikra.adapters.clock import chance, now
from mikra.server.actions.work import work
from mikra.server.store.work import Lease

SECONDS = 120
"""Longer than any slice of a task."""

_BOOT = Path("/proc/sys/kernel/random/boot_id")


def machine() -> str:
    """This machine since it was started, so that a process number means one process."""
    boot = _BOOT.read_text("ascii")[:8] if _BOOT.exists() else ""
    return f"{socket.gethostname()[:40]}/{boot}"


def me() -> str:
    """A name for this process that no other has."""
    return f"{machine()}/{os.getpid()}/{chance(4).hex()}"


def take(name: str, holder: str) -> str:
    """Takes or renews the lease. Empty, or who has it."""
    at = now()
    with work():
        row, made = Lease._default_manager.select_for_update().get_or_create(
            name=name, defaults={"holder": holder, "until": at + dt.timedelta(seconds=SECONDS)}
        )
        if made:
            return ""
        if row.holder != holder and row.until > at and not ended(row.holder):
            return row.holder
        row.holder, row.until = holder, at + dt.timedelta(seconds=SECONDS)
        row.save(update_fields=("holder", "until"))
    return ""


def give_back(name: str, holder: str) -> None:
    """Lets the next one begin at once."""
    with work():
        Lease._default_manager.filter(name=name, holder=holder).delete()


def ended(holder: str) -> bool:
    """Whether this was a process of this machine that is no more."""
    where, _, rest = holder.rpartition("/")[0].rpartition("/")
    if where != machine() or not rest.isdigit():
        return False
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False

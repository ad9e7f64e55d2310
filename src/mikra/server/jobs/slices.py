"""One slice of a task, whatever comes of it: done, refused in our words, or a defect. Each leaves its beat."""

from __future__ import annotations

import logging
import time

from django.db import DatabaseError, close_old_connections

from mikra.adapters.clock import now
from mikra.errors import MikraError
from mikra.server.actions.work import work
from mikra.server.jobs.tasks import Task
from mikra.server.store.base import new_id
from mikra.server.store.work import Beat

log = logging.getLogger("mikra.jobs")

BEAT = 20.0
"""Seconds between two beats of a task that goes well: the health page needs no more, and each costs a write."""

_told: dict[str, float] = {}
"""By task: when its last good beat was written."""


def run_slice(one: Task) -> bool:
    """Whether there is more at once. What goes wrong is told, and does not end the other tasks."""
    try:
        more = one.run()
    except MikraError as refused:
        log.warning("refused", extra={"task": one.name, "code": refused.code, "kind": type(refused).__name__})
        _beat(one.name, refused.message)
    except DatabaseError as broken:
        log.warning("database", extra={"task": one.name, "kind": type(broken).__name__})
        close_old_connections()
    except Exception as defect:  # the one place of the runner, as `web.errors` is that of the pages
        incident = str(new_id())
        log.error(
            "defect", extra={"task": one.name, "incident": incident, "kind": type(defect).__name__}, exc_info=True
        )
        _beat(one.name, f"{type(defect).__name__}, {incident}")
    else:
        if time.monotonic() - _told.get(one.name, -BEAT) >= BEAT:
            _beat(one.name)
        return more
    return False


def _beat(name: str, problem: str = "") -> None:
    """Notes how it went. Where the database takes nothing, the log has said so already."""
    try:
        with work():
            row = {"at": now(), "good": not problem, "said": problem[:300]}
            Beat._default_manager.update_or_create(task=name, defaults=row)
    except (MikraError, DatabaseError) as broken:
        log.warning("beat", extra={"task": name, "kind": type(broken).__name__})
        close_old_connections()
        return
    _told[name] = -BEAT if problem else time.monotonic()

"""The embedded runner: one process walks the tasks, each when it is due, and goes on where there is more.

It holds a lease in the database; a second runner says so and waits. Nothing is kept in it: whatever ends it, the next
one reads from the state rows what is left to do.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence

from django.db import DatabaseError, close_old_connections

from mikra.errors import UnavailableError
from mikra.server.jobs import lease
from mikra.server.jobs.slices import run_slice
from mikra.server.jobs.tasks import Task, here

log = logging.getLogger("mikra.jobs")

LEASE = "runner"
IDLE = 0.5
"""Seconds between two looks where nothing is due."""

WAIT = 5.0
"""Seconds between two questions for the lease."""


class Runner:
    """`run` works until `stop`. `pause` sleeps, or returns early when it is stopped."""

    def __init__(self, tasks: Sequence[Task] | None = None, pause: Callable[[float], None] = time.sleep) -> None:
        self.tasks = tuple(here() if tasks is None else tasks)
        self.holder = lease.me()
        self._due = dict.fromkeys((one.name for one in self.tasks), 0.0)
        self._pause = pause
        self._stopped = False
        self._waits_for = ""

    def stop(self) -> None:
        """Ends after the slice that runs now."""
        self._stopped = True

    def run(self) -> None:
        """Works, or waits for whoever works."""
        while not self._stopped:
            if not self._holds():
                self._pause(WAIT)
            elif not self.round():
                self._pause(IDLE)
        self._give_back()

    def round(self) -> bool:
        """One slice of each task that is due; whether anything is left to do at once."""
        more = False
        for one in self.tasks:
            if self._stopped or time.monotonic() < self._due[one.name]:
                continue
            again = run_slice(one)
            self._due[one.name] = 0.0 if again else time.monotonic() + one.every
            more = more or again
        return more

    def _holds(self) -> bool:
        """Whether the lease is ours. Where the database does not answer, nobody works."""
        try:
            other = lease.take(LEASE, self.holder)
        except (UnavailableError, DatabaseError) as error:
            log.warning("database", extra={"kind": type(error).__name__})
            close_old_connections()
            return False
        if other and other != self._waits_for:
            log.info("another runner works; this one waits", extra={"holder": other})
        self._waits_for = other
        return not other

    def _give_back(self) -> None:
        try:
            lease.give_back(LEASE, self.holder)
        except (UnavailableError, DatabaseError) as error:
            log.warning("database", extra={"kind": type(error).__name__})

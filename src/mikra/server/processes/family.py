"""A parent and its children: started, started again when they fail, ended together, none left behind.

Children share the parent's process group, so that Ctrl-C reaches all; they end when the parent ends, whatever ended it
(`die_with_parent`). A child that is not `vital` is tried again for ever, with longer and longer pauses.
"""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

log = logging.getLogger("mikra.processes")

MODULE = "mikra.server.processes"
QUICK = 10.0
"""Seconds: whoever ends sooner has failed, and is started again later each time."""

TRIES = 3
"""Quick failures of a vital child in a row after which all is ended."""

LONGEST = 30.0
GRACE = 15.0
"""Seconds that children have for what they are doing."""

_PR_SET_PDEATHSIG = 1
"""linux/prctl.h"""


def die_with_parent(parent: int) -> None:
    """SIGTERM for this process when its parent ends, also by SIGKILL (Linux; elsewhere nothing is promised)."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        raise SystemExit(0)


@dataclass(kw_only=True)
class Child:
    """One process of the family. `ready` says whether it may be started yet."""

    name: str
    words: Sequence[str] = ()
    vital: bool = False
    ready: Callable[[], bool] = lambda: True
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    not_before: float = 0.0
    started: float = field(default=0.0)

    def start(self) -> None:
        """`python -m mikra.server.processes NAME PARENT WORDS...`"""
        command = [sys.executable, "-m", MODULE, self.name, str(os.getpid()), *self.words]
        self.process = subprocess.Popen(command)
        self.started = time.monotonic()

    def look(self) -> bool:
        """Starts it where it should run and does not. False where a vital one fails and fails."""
        at = time.monotonic()
        if self.process is None:
            if at >= self.not_before and self.ready():
                self.start()
            return True
        code = self.process.poll()
        if code is None:
            return True
        self.process = None
        self.failures = self.failures + 1 if at - self.started < QUICK else 1
        pause = min(LONGEST, 0.5 * 2**self.failures)
        self.not_before = at + pause
        log.warning("process ended", extra={"child": self.name, "exit": code, "again_in": pause})
        return not (self.vital and self.failures >= TRIES)


class Family:
    """`run` until SIGTERM, SIGINT, or a vital child that cannot be kept running: then its exit status is 1."""

    def __init__(self, children: Sequence[Child]) -> None:
        self.children = list(children)
        self._ending = False

    def run(self, ready: Callable[[], None] = lambda: None) -> int:
        """`ready` is called once all have been started that can be."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        signal.signal(signal.SIGHUP, self._reload)
        good = self._look()
        ready()
        while good and not self._ending:
            time.sleep(0.2)
            good = self._look()
        self._stop()
        return 0 if good else 1

    def _look(self) -> bool:
        looks = [self._ending or one.look() for one in self.children]
        return all(looks)

    def _end(self, *_: Any) -> None:
        self._ending = True

    def _reload(self, *_: Any) -> None:
        """SIGHUP goes on to those that know it: the signer reads its plan again."""
        for one in self.children:
            if one.name == "signer" and one.process is not None:
                one.process.send_signal(signal.SIGHUP)

    def _stop(self) -> None:
        """Asks all to end, the one that serves pages first; kills who does not in `GRACE` seconds."""
        running = [one.process for one in self.children if one.process is not None]
        for process in running:
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + GRACE
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

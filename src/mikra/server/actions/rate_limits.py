"""How often one key may ask: a bucket of `BURST` requests that fills again by `A_MINUTE`, in each web process.

The bound for a whole installation is therefore that of one process times their number (`mikra serve` starts as many
as it has cores); no request costs a write. A bucket that is full again is forgotten.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from mikra.errors import UnavailableError

A_MINUTE = 600
BURST = 200
MOST = 10_000
"""Buckets in memory."""


class Buckets:
    """Callers and what is left of their buckets. `clock` gives seconds that only rise."""

    def __init__(
        self, *, a_minute: int = A_MINUTE, burst: int = BURST, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.a_second, self.burst, self.clock = a_minute / 60, burst, clock
        self._left: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def take(self, caller: str) -> None:
        """UnavailableError `rate_limited` where the bucket is empty, with the seconds until there is one request."""
        with self._lock:
            moment = self.clock()
            left, since = self._left.get(caller, (float(self.burst), moment))
            left = min(self.burst, left + (moment - since) * self.a_second)
            if left < 1:
                raise UnavailableError(
                    "This key asks too often.",
                    expected=f"{round(self.a_second * 60)} requests a minute, {self.burst} at once",
                    fix="Wait for the seconds that Retry-After says, then go on more slowly.",
                    code="rate_limited",
                    retry_after=(1 - left) / self.a_second,
                )
            if len(self._left) >= MOST and caller not in self._left:
                self._forget(moment)
            self._left[caller] = (left - 1, moment)

    def clear(self) -> None:
        """All buckets are full."""
        with self._lock:
            self._left.clear()

    def _forget(self, moment: float) -> None:
        full = self.burst / self.a_second
        self._left = {one: kept for one, kept in self._left.items() if moment - kept[1] < full}


BUCKETS = Buckets()

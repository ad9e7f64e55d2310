"""How often one key may ask: a bucket of `BURST` requests that fills again by `A_MINUTE`, in each web process.

The bound for a whole installation is therefore that of one process times their number (`mikra serve` starts as many
as it has cores); no request costs a write. A bucket that is full again is forgotten.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from django.utils.translation import gettext_noop

from mikra.errors import UnavailableError

A_MINUTE = 600
BURST = 200
FOR_PROGRAMS = ("This key asks too often.", "Wait for the seconds that Retry-After says, then go on more slowly.")
FOR_PEOPLE = (gettext_noop("This came too often in a short time."), gettext_noop("Wait a little, then try again."))
"""What is said, and what to do."""
MOST = 10_000
"""Buckets in memory."""


class Buckets:
    """Callers and what is left of their buckets. `clock` gives seconds that only rise.

    `programs`: whether programs ask, which read headers; people are told in their words.
    """

    def __init__(
        self,
        *,
        a_minute: int = A_MINUTE,
        burst: int = BURST,
        programs: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.said = FOR_PROGRAMS if programs else FOR_PEOPLE
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
                message, fix = self.said
                raise UnavailableError(
                    message,
                    expected=f"{round(self.a_second * 60)} requests a minute, {self.burst} at once",
                    fix=fix,
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


BUCKETS = Buckets(programs=True)

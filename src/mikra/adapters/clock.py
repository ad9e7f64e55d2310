"""The clock and the dice of this machine: everything above takes time and chance as arguments."""

from __future__ import annotations

import datetime as dt
import os


def now() -> dt.datetime:
    """This instant, in UTC."""
    return dt.datetime.now(dt.UTC)


def chance(length: int) -> bytes:
    """So many random bytes, fit for keys."""
    return os.urandom(length)

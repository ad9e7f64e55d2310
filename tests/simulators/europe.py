"""The door to the simulated Europe: `europe.seal()`, `europe.root()` ... Each theme has a module of its own."""

from __future__ import annotations

from tests.simulators.authorities import (
    END,
    START,
    Holder,
    Plan,
    authority_plan,
    expired_seal,
    intermediate,
    key,
    name,
    qc_statements,
    root,
    seal,
    seal_plan,
    self_issued,
    timestamp_plan,
    usage,
)
from tests.simulators.timestamps import (
    AwayAuthority,
    GarbageAuthority,
    RefusingAuthority,
    SlowAuthority,
    TimestampAuthority,
    time_holder,
)

__all__ = [
    "END",
    "START",
    "AwayAuthority",
    "GarbageAuthority",
    "Holder",
    "Plan",
    "RefusingAuthority",
    "SlowAuthority",
    "TimestampAuthority",
    "authority_plan",
    "expired_seal",
    "intermediate",
    "key",
    "name",
    "qc_statements",
    "root",
    "seal",
    "seal_plan",
    "self_issued",
    "time_holder",
    "timestamp_plan",
    "usage",
]

"""One thing that was looked at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """WARN: look after it soon. BAD: something does not work now. UNKNOWN: it could not be looked at."""

    GOOD = "good"
    UNKNOWN = "unknown"
    WARN = "warn"
    BAD = "bad"


_ORDER = list(State)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`title` names what was looked at, `said` is how it is, `fix` is what to do. Sentences; no personal data."""

    id: str
    title: str
    state: State
    said: str
    fix: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {"id": self.id, "state": self.state.value, "title": self.title, "said": self.said, "fix": self.fix}


def worst(found: list[Finding]) -> State:
    """The state of all together."""
    return max((one.state for one in found), key=_ORDER.index, default=State.GOOD)

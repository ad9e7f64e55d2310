"""Personal data outside of the database: files of the installation's folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mikra.server.words import lazy


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """A file or folder of `MIKRA_HOME`; `held` says how, `kept` how long."""

    path: str
    what: Any
    held: Any
    kept: Any


OUTSIDE = (
    Outside(
        path="mail/",
        what=lazy("Letters, where no mail server is set: name, address, title of the award, the claim link"),
        held=lazy("Readable; for demonstrations and trials"),
        kept=lazy("Until the operator empties the folder; the letters of a learner go when the learner is erased"),
    ),
    Outside(
        path="drop/",
        what=lazy("Class lists that another system laid down, and reports on them"),
        held=lazy("Readable, as the other system wrote them"),
        kept=lazy("Thirty days after they were read"),
    ),
    Outside(
        path="erasures.jsonl",
        what=lazy("Which keys were destroyed, and when: ids that name nobody"),
        held=lazy("Readable"),
        kept=lazy("As long as there may be a backup from before"),
    ),
    Outside(
        path="keys/data.key",
        what=lazy("The key under which the keys of learners are kept"),
        held=lazy("Readable by the operating system's user of the service alone; in no backup"),
        kept=lazy("As long as the installation lives"),
    ),
)

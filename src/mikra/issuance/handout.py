"""Who gets which file: a list for the registrar, who hands the credentials out (CSV, UTF-8, for a spreadsheet)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from mikra.issuance.issue import Learner
from mikra.issuance.journal import Journal
from mikra.issuance.roster.neutral import neutral

COLUMNS = ("row", "learner", "email", "file", "sha256")


def write_handout(journal: Journal, learners: Iterable[Learner]) -> bytes:
    """One line per learner that has a credential. Text that a spreadsheet would compute is quoted (CWE-1236)."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for one in learners:
        done = journal.done.get(journal.learner(one.key))
        if done:
            name, email = _name(one), str(one.values.get("email") or "")
            writer.writerow([one.row, neutral(name), neutral(email), done.file, done.sha256])
    return out.getvalue().encode("utf-8-sig")


def _name(one: Learner) -> str:
    given, family = one.values.get("given_name"), one.values.get("family_name")
    return str(one.values.get("full_name") or " ".join(str(part) for part in (given, family) if part))

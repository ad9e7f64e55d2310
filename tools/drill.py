"""The long drills of the bar, in full: each by name, resumable, with date and figures in `docs/drills.md`.

    python -m tools.drill             all drills that have not passed on the present state of the code
    python -m tools.drill R3 R5       these, whatever passed before

A drill is the tests marked `@pytest.mark.drill("R3")`, run with MIKRA_FULL=1. Its figures are what those tests record
(`record_property("mutants", 100000)`): numbers of one name are added up.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tools.house.tree import ROOT

DRILLS = {
    "R1": "kill -9 during bulk issue, of workers and of the database: each row once, nothing acknowledged lost",
    "R2": "the power fails: the database opens, is whole, nothing acknowledged is lost, and sealing goes on",
    "R3": "every change of a sealed credential is refused, or has the same canonical content",
    "R4": "hostile and awkward inputs: each case gets its stated answer",
    "R5": "malformed inputs: only our own errors, none takes over 2 s",
    "R6": "hostile requests over the whole API: no 5xx, a problem on every 4xx",
    "R7": "every route, verb and id as somebody whose it is not: as if it did not exist; as nobody: the sign-in",
    "R8": "many at once: one redemption of an offer, one batch of a key, no place of a status list twice",
    "R9": "keys: encrypted at rest, in the signer alone, in no backup; ended keys keep what they sealed before",
    "R10": "a backup while it issues, restored elsewhere: blocked until reconciled, no place of a status list twice",
    "R11": "every edit, deletion, move and cut of the audit trail is found offline by a checker of its own",
    "R12": "of an erased learner nothing can be read, in tables, pages, files, logs and backups; checking goes on",
    "R13": "what names a learner goes through every flow: none of it in logs, errors, addresses, figures, other sites",
    "R14": "what is too large, too deep or too often is refused where the limit is passed, by its code",
    "R15": "withdrawn is public within a minute, lists count for a day, the last good one is served, the stop switch",
    "R16": "disk full or read-only, database locked, mail, signer or status host down: said, nothing lost, resumed",
    "R17": "every page in a browser: strict policy, script as text, no violation of WCAG 2.2 AA, in every language",
    "R18": "one guarded door to the network: public addresses alone, pinned, no redirect that was not looked at",
}
PAGE = ROOT / "docs" / "drills.md"
WORKERS = os.environ.get("WORKERS", "2")

HEAD = """# Drills

The long drills, run in full by `make drill`. Their small form is part of every `make test`, with a fixed seed and with
a planted fault that must turn it red.

| drill | what must hold | run on | code | result | figures | took |
|---|---|---|---|---|---|---|
"""


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What came of one drill."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    figures: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def word(self) -> str:
        if self.failed:
            return f"FAILED ({self.failed} of {self.passed + self.failed} tests)"
        return "passed" if self.passed and not self.skipped else "INCOMPLETE" if self.passed else "NO TESTS"


def state_of_the_code() -> str:
    """The last commit that changed source or tests; with a plus where there are changes beside it."""

    def git(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments, "--", "src", "tests"], cwd=ROOT, capture_output=True, check=False)
        return done.stdout.decode().strip()

    return (git("log", "-1", "--format=%h") or "unknown") + ("+" if git("status", "--porcelain") else "")


def outcome_of(results: Path) -> Outcome:
    """Reads pytest's JUnit file."""
    outcome = Outcome()
    for case in ET.parse(results).iter("testcase"):
        tags = {child.tag for child in case}
        if tags & {"failure", "error"}:
            outcome.failed += 1
        elif "skipped" in tags:
            outcome.skipped += 1
        else:
            outcome.passed += 1
        for recorded in case.iter("property"):
            value = recorded.get("value", "")
            if re.fullmatch(r"\d+", value):
                outcome.figures[recorded.get("name", "")] += int(value)
    return outcome


def run(name: str) -> Outcome:
    """One drill in full. Its output goes to the terminal."""
    results = ROOT / "build" / f"drill-{name}.xml"
    results.parent.mkdir(exist_ok=True)
    results.unlink(missing_ok=True)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-n",
        WORKERS,
        "--drill",
        name,
        f"--junitxml={results}",
        "-o",
        "junit_family=xunit1",
    ]
    start = time.monotonic()
    subprocess.run(command, cwd=ROOT, env={**os.environ, "MIKRA_FULL": "1"}, check=False)
    outcome = outcome_of(results) if results.exists() else Outcome(failed=1)
    outcome.seconds = time.monotonic() - start
    return outcome


def row(name: str, outcome: Outcome, code: str, on: dt.date) -> str:
    """One line of the table."""
    figures = ", ".join(f"{value:,} {key}" for key, value in sorted(outcome.figures.items())) or "-"
    took = f"{outcome.seconds / 60:.0f} min" if outcome.seconds >= 120 else f"{outcome.seconds:.0f} s"
    return f"| {name} | {DRILLS[name]} | {on.isoformat()} | {code} | {outcome.word} | {figures} | {took} |"


def rows_of(page: str) -> dict[str, str]:
    """Drill -> its line."""
    return {hit[1]: hit[0] for hit in re.finditer(r"^\| (R\d+) \|.*$", page, re.MULTILINE)}


def page_with(page: str, lines: dict[str, str]) -> str:
    """The page with these lines replaced or added, in the order of the bar."""
    merged = rows_of(page) | lines
    return HEAD + "".join(merged[name] + "\n" for name in sorted(merged, key=lambda n: int(n[1:])))


def done(page: str, name: str, code: str) -> bool:
    """Whether the drill has passed on this state of the code."""
    return f"| {code} | passed |" in rows_of(page).get(name, "")


def main(wanted: list[str]) -> int:
    if unknown := [name for name in wanted if name not in DRILLS]:
        print(f"No such drill yet: {', '.join(unknown)}. There are: {', '.join(DRILLS)}.", file=sys.stderr)
        return 3
    failed = False
    for name in wanted or DRILLS:
        page = PAGE.read_text("utf-8") if PAGE.exists() else ""
        code = state_of_the_code()
        if not wanted and done(page, name, code):
            print(f"{name}: passed on {code} already")
            continue
        print(f"{name}: {DRILLS[name]}", flush=True)
        outcome = run(name)
        line = row(name, outcome, code, dt.datetime.now(dt.UTC).date())
        page = PAGE.read_text("utf-8") if PAGE.exists() else ""  # as it is now: a drill takes long
        PAGE.write_text(page_with(page, {name: line}), "utf-8")
        print(line)
        failed = failed or outcome.word != "passed"
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Planted faults: each verification check of the source removed, one at a time; the tests beside it must notice.

    python -m tools.faults                    all that were not yet tried on the present state of source and tests
    python -m tools.faults sd_jwt jws.py      those whose file, function or condition holds one of these words
    python -m tools.faults --list             which there are, without trying any

A check is an `if` (or a choice between two values) that refuses: it raises, or gives a code of `codes.CODES`. They are
found in the source itself, so none can be forgotten; checks of another form stand in `faults_plan.PATCHES`. Each is
removed in a copy of `src`, with which the tests of its area run. What came of it is kept in `build/faults.json` and
written to `docs/faults.md`. One that nothing notices is a gap in the tests, or says in `faults_plan.HARMLESS` why not.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from mikra.codes import CODES
from tools.faults_plan import AREAS, HARMLESS, PATCHES
from tools.house.tree import ROOT

SOURCE = ROOT / "src" / "mikra"
STATE = ROOT / "build" / "faults.json"
PAGE = ROOT / "docs" / "faults.md"
SECONDS = 300
WORKERS = int(os.environ.get("WORKERS", "2"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One check and how it is removed: `start` to `end` of the file's text become `replace`."""

    file: str
    function: str
    says: str
    condition: str
    start: int
    end: int
    replace: str
    tests: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.file}:{self.function}: {self.condition}"

    def planted(self, text: str) -> str:
        return text[: self.start] + self.replace + text[self.end :]

    def key(self) -> str:
        """Changes with the check, its file, and the tests that should notice."""
        parts = [self.name, (SOURCE / self.file).read_text("utf-8")]
        parts += [path.read_text("utf-8") for name in self.tests for path in _files(name)]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _files(name: str) -> list[Path]:
    path = ROOT / name.partition("::")[0]
    return sorted(path.rglob("test_*.py")) if path.is_dir() else [path]


def faults() -> list[Fault]:
    """Every check of every file of `AREAS`, in order, and the patches."""
    found = [fault for file, tests in AREAS.items() for fault in _of_file(file, tests)]
    return [*found, *(_of_patch(*patch) for patch in PATCHES)]


def _of_patch(file: str, find: str, replace: str, says: str) -> Fault:
    text = (SOURCE / file).read_text("utf-8")
    if text.count(find) != 1:
        raise SystemExit(f"{file}: {text.count(find)} times in the file, not once: {find}")
    start = text.index(find)
    return Fault(
        file=file,
        function="",
        says=says,
        condition=" ".join(find.split()),
        start=start,
        end=start + len(find),
        replace=replace,
        tests=AREAS[file],
    )


def _of_file(file: str, tests: tuple[str, ...]) -> Iterator[Fault]:
    text = (SOURCE / file).read_text("utf-8")
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))

    def place(line: int, column: int) -> int:
        before = text[starts[line - 1] : starts[line]].encode()[:column]
        return starts[line - 1] + len(before.decode())

    for function, test, value, says in _checks(ast.parse(text), ""):
        yield Fault(
            file=file,
            function=function,
            says=says,
            condition=ast.unparse(test),
            start=place(test.lineno, test.col_offset),
            end=place(test.end_lineno or 0, test.end_col_offset or 0),
            replace=value,
            tests=tests,
        )


def _checks(tree: ast.AST, function: str) -> Iterator[tuple[str, ast.expr, str, str]]:
    """(function, condition, what it becomes, what the check says) of every check below a node."""
    for node in ast.iter_child_nodes(tree):
        inside = node.name if isinstance(node, ast.FunctionDef) else function
        if isinstance(node, ast.If) and (says := _refusal(node)):
            for part in _parts(node.test):
                yield inside, part, "False", says
        if isinstance(node, ast.IfExp):
            good, bad = _code(node.body), _code(node.orelse)
            if bool(good) is not bool(bad):
                yield inside, node.test, "False" if good else "True", good or bad
        yield from _checks(node, inside)


def _parts(test: ast.expr) -> Iterator[ast.expr]:
    """What is looked at one by one: the parts of an `or`, of which each alone refuses."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or):
        for value in test.values:
            yield from _parts(value)
    else:
        yield test


def _refusal(node: ast.If) -> str:
    """What the block refuses with: a code, else the words of an error; "" where it does not refuse."""
    last = node.body[-1]
    if isinstance(last, ast.Raise):
        return _code(last) or _words(last) or "raises"
    if isinstance(last, ast.Return | ast.Expr | ast.Assign) and last.value is not None:
        return _code(last.value) or _passed_on(node.test, last.value)
    return ""


def _passed_on(test: ast.expr, value: ast.expr) -> str:
    """`if fault: return ...`: what was found elsewhere and is told here."""
    if not isinstance(test, ast.Name) or test.id not in ("fault", "faults", "code", "findings", "refused"):
        return ""
    used = {n.id for n in ast.walk(value) if isinstance(n, ast.Name)}
    return f"the {test.id} that was found" if test.id in used else ""


def _code(tree: ast.AST) -> str:
    texts = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    return next((text for text in texts if text in CODES and CODES[text][1].value != "passed"), "")


def _words(tree: ast.AST) -> str:
    texts = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    return max(texts, key=len, default="")


def attempt(fault: Fault, copy: Path) -> tuple[str, float]:
    """("noticed" or "SURVIVED" or "not run", seconds)."""
    target = copy / "mikra" / fault.file
    text = (SOURCE / fault.file).read_text("utf-8")
    target.write_text(fault.planted(text), "utf-8")
    started = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider", *fault.tests]
    environment = {**os.environ, "PYTHONPATH": f"{copy}{os.pathsep}{ROOT}", "HYPOTHESIS_MAX_EXAMPLES": "25"}
    try:
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=SECONDS, check=False)
        word = {0: "SURVIVED", 1: "noticed"}.get(done.returncode, "not run")
    except subprocess.TimeoutExpired:
        word = "noticed"  # a test that never ends is a test that does not pass
    finally:
        target.write_text(text, "utf-8")
    return word, time.monotonic() - started


def copies(count: int, folder: Path) -> list[Path]:
    made = [folder / str(number) for number in range(count)]
    for copy in made:
        shutil.copytree(SOURCE, copy / "mikra", ignore=shutil.ignore_patterns("__pycache__"))
    return made


def run(wanted: Sequence[Fault], known: dict[str, dict[str, str]]) -> None:
    """Tries all that are not known, and keeps each answer as soon as it is there."""
    todo = [fault for fault in wanted if known.get(fault.name, {}).get("key") != fault.key()]
    print(f"{len(wanted)} checks, {len(todo)} to try", flush=True)
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(WORKERS) as pool:
        free = copies(WORKERS, Path(name))

        def one(fault: Fault) -> tuple[Fault, str, float]:
            copy = free.pop()
            try:
                return (fault, *attempt(fault, copy))
            finally:
                free.append(copy)

        for fault, word, seconds in pool.map(one, todo):
            known[fault.name] = {"key": fault.key(), "result": word}
            STATE.parent.mkdir(exist_ok=True)
            STATE.write_text(json.dumps(known, indent=1, sort_keys=True), "utf-8")
            print(f"{word:9} {seconds:5.1f} s  {fault.name[:150]}", flush=True)


HEAD = """# Planted faults

Every check that refuses something was removed from a copy of the source, one at a time, and the tests of its area were
run: at least one must fail. `make faults` does it anew for what has changed; [the drills](drills.md) plant others.

{summary}

| file | function | the check | refuses with | result |
|---|---|---|---|---|
"""


def page(every: Sequence[Fault], known: dict[str, dict[str, str]]) -> str:
    words = [_word(fault, known) for fault in every]
    counted = {word: words.count(word) for word in dict.fromkeys(words)}
    summary = f"{len(every)} checks: " + ", ".join(f"{count} {word}" for word, count in counted.items()) + "."
    rows = [
        f"| `{fault.file}` | `{fault.function}` | `{_cell(fault.condition)}` | {_cell(fault.says)} | {word} |"
        for fault, word in zip(every, words, strict=True)
    ]
    reasons = [f"- `{_cell(name)}`: {reason}" for name, reason in HARMLESS.items()]
    end = "\n## Harmless\n\nNothing notices these, because nothing changes:\n\n" + "\n".join(reasons) if reasons else ""
    return HEAD.format(summary=summary) + "\n".join(rows) + "\n" + end + ("\n" if end else "")


def _word(fault: Fault, known: dict[str, dict[str, str]]) -> str:
    if fault.name in HARMLESS:
        return "harmless"
    return known.get(fault.name, {}).get("result", "not yet tried")


def _cell(text: str) -> str:
    short = " ".join(text.split()).replace("|", "\\|").replace("`", "'")
    return short if len(short) <= 100 else short[:97] + "..."


def main(arguments: Sequence[str]) -> int:
    every = faults()
    words = [word for word in arguments if not word.startswith("-")]
    wanted = [fault for fault in every if not words or any(word in fault.name for word in words)]
    known: dict[str, dict[str, str]] = json.loads(STATE.read_text("utf-8")) if STATE.exists() else {}
    if "--list" in arguments:
        print("\n".join(f"{fault.name}    [{fault.says}]" for fault in wanted))
        return 0
    try:
        run(wanted, known)
    finally:
        PAGE.write_text(page(every, known), "utf-8")
    survived = [fault.name for fault in wanted if _word(fault, known) in ("SURVIVED", "not run")]
    print("\n".join(["Nothing noticed:", *survived]) if survived else "Every fault was noticed.")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Planted faults: the checks of the source, found in the source itself, and how each is removed.

A check is an `if` (or a choice between two values) that refuses: it raises, or gives a code of `codes.CODES`. None can
be forgotten; checks of another form stand in `plan.PATCHES`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from mikra.codes import CODES
from tools.faults.plan import AREAS, PATCHES
from tools.house.tree import ROOT

SOURCE = ROOT / "src" / "mikra"


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
        """By which the plan speaks of it."""
        return f"{self.file}:{self.function}: {self.condition}"

    def planted(self, text: str) -> str:
        """The file's text without the check; all other lines stay where they are."""
        lines = text.count("\n", self.start, self.end) - self.replace.count("\n")
        put = f"({self.replace}{chr(10) * lines})" if lines else self.replace
        return text[: self.start] + put + text[self.end :]


def faults() -> list[Fault]:
    """Every check of every file of `AREAS`, in order, and the patches."""
    found = [fault for file, tests in AREAS.items() for fault in of_file(file, tests)]
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


def of_file(file: str, tests: tuple[str, ...]) -> Iterator[Fault]:
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

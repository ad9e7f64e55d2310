"""Rules for code: small modules, short functions, honest names, and no effect in the core.

Each rule takes source text and gives complaints, one sentence each; no complaint is a pass.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import PurePath

MODULE_LINES = 400
FUNCTION_LINES = 50

EMPTY_NAMES = frozenset({"utils", "util", "helpers", "helper", "common", "misc"})

EFFECTS = (
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.date.today",
    "time.time",
    "time.time_ns",
    "time.monotonic",
    "time.sleep",
    "os.environ",
    "os.getenv",
    "os.urandom",
    "secrets",
    "uuid.uuid1",
    "uuid.uuid4",
    "urllib.request",
)
"""What the core takes as an argument instead: the time, the settings, fresh ids and salt, the web."""

OUTSIDE_THE_CORE = ("adapters", "server", "cli")


def length(source: str, where: str) -> Iterator[str]:
    """A module has under 400 lines."""
    lines = source.count("\n")
    if lines >= MODULE_LINES:
        yield f"{where}: {lines} lines, a module has under {MODULE_LINES}"


def functions(source: str, where: str) -> Iterator[str]:
    """A function has under 50 lines, its docstring counted."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines >= FUNCTION_LINES:
                yield f"{where}:{node.lineno}: {node.name} has {lines} lines, a function has under {FUNCTION_LINES}"


def names(path: PurePath) -> Iterator[str]:
    """No file or folder is called after nothing in particular."""
    for part in (*path.parts[:-1], path.stem):
        if part.lower() in EMPTY_NAMES:
            yield f"{path}: {part!r} says nothing of what is inside"


def in_core(path: PurePath) -> bool:
    """Whether a path inside the project (`src/mikra/...`) belongs to the core."""
    return path.parts[:2] == ("src", "mikra") and path.parts[2] not in OUTSIDE_THE_CORE


def _qualified(node: ast.expr, known: dict[str, str]) -> str:
    """The dotted name behind an expression, imports followed; "" where there is none."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in known:
        return ""
    return ".".join([known[node.id], *reversed(parts)])


def _imports(tree: ast.AST) -> dict[str, str]:
    known: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                known[alias.asname or alias.name.split(".")[0]] = (
                    alias.name if alias.asname else alias.name.split(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                known[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return known


def _mentions(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of everything imported or used."""
    known = _imports(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Attribute | ast.Name):
            yield node.lineno, _qualified(node, known)


def effects(source: str, where: str) -> Iterator[str]:
    """The core takes the time, the settings and fresh ids as arguments."""
    seen = set()
    for line, dotted in _mentions(ast.parse(source)):
        for effect in EFFECTS:
            if dotted == effect or dotted.startswith(effect + "."):
                seen.add((line, effect))
    for line, effect in sorted(seen):
        yield f"{where}:{line}: {effect} is an effect; the core takes it as an argument"


def imports_at_load(source: str) -> set[str]:
    """Top-level packages that a module imports when it is loaded: not in functions, not for types only."""
    return {name.split(".")[0] for name in modules_at_load(source)}


def modules_at_load(source: str) -> set[str]:
    """The same by their full names; of `from a import b` both "a" and "a.b"."""
    found: set[str] = set()

    def walk(body: list[ast.stmt]) -> None:
        for node in body:
            if isinstance(node, ast.Import):
                found.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.update((node.module, *(f"{node.module}.{alias.name}" for alias in node.names)))
            elif isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
                walk(node.orelse)
            elif isinstance(node, ast.If | ast.ClassDef | ast.With):
                walk([*node.body, *getattr(node, "orelse", [])])

    walk(ast.parse(source).body)
    return found


def codes(source: str) -> Iterator[str]:
    """The codes that a source gives to its errors and findings: every `code="..."`."""
    for node in ast.walk(ast.parse(source)):
        given = node.value if isinstance(node, ast.keyword) and node.arg == "code" else None
        if isinstance(given, ast.Constant) and isinstance(given.value, str) and given.value:
            yield given.value


def spellings(found: Iterable[str]) -> Iterator[str]:
    """A code is written in one way: never once with and once without an underscore."""
    ways: dict[str, set[str]] = {}
    for one in found:
        ways.setdefault(re.sub("[^a-z0-9]", "", one.lower()), set()).add(one)
    for same in ways.values():
        if len(same) > 1:
            yield f"one code is written in several ways: {', '.join(sorted(same))}"

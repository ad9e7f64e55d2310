"""What code refuses with: the sentences of the errors that it raises, read from the source.

Errors are raised in English, in the core without any framework; a page looks their sentences up (`web.pages.said`).
So that every one of them can be looked up, they are collected from here into the catalogues of words, as if they
stood in `_()`. Read are the message and what to do of each error, also where they come through a function of the same
module, or stand in one of two branches. What cannot be read so is named by `unread`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src" / "mikra"
READ = (
    "adapters/http.py",
    "adapters/signer_client.py",
    "adapters/signer_keys.py",
    "adapters/signers.py",
    "adapters/verify_worker.py",
    "conversion/forms.py",
    "conversion/identity.py",
    "conversion/open_badges.py",
    "conversion/sd_jwt_vc.py",
    "conversion/vc.py",
    "exchange/dcql.py",
    "exchange/dcql_match.py",
    "exchange/oid4vp_wallet.py",
    "exchange/transfer.py",
    "issuance",
    "rendering",
    "sealing/certificates.py",
    "sealing/chunk.py",
    "sealing/keys.py",
    "server/actions",
    "server/rights.py",
    "server/store",
    "server/web",
    "trust/addresses.py",
    "trust/certificates.py",
    "trust/loader.py",
    "verification/openers/link.py",
)
"""Whose errors reach a page: what actions and pages raise, and what they call with something that a person gave."""

SILENT = {
    "issuance/award_id.py": "a defect of whoever calls it",
    "issuance/extension_journal.py": "of the command line",
    "issuance/extension_steps.py": "of the command line",
    "issuance/journal.py": "of the command line",
    "issuance/status_lists.py": "of the command line",
    "rendering/page.py": "of the command line",
    "server/actions/idempotency.py": "answers to programs",
    "server/actions/presenting_queries.py": "answers to programs",
    "server/actions/wallet_exchange.py": "answers to wallets, in the protocol's own words",
    "server/actions/wallet_issuing.py": "answers to wallets, in the protocol's own words",
    "server/actions/wallet_proofs.py": "answers to wallets, in the protocol's own words",
    "server/actions/wallet_tokens.py": "answers to wallets, in the protocol's own words",
    "server/actions/wallet_encryption.py": "answers to wallets, in the protocol's own words",
    "server/actions/wallet_registry.py": "of the command line",
    "server/actions/erasure_list.py": "in the log, where it stops the job",
    "server/web/api": "answers to programs",
    "server/web/issuing/exchange.py": "answers to wallets, in the protocol's own words",
    "server/web/present/wallet.py": "answers to wallets, in the protocol's own words",
    "server/web/transfers/fetching.py": "answers to the service of another institution",
    "server/web/verify/api.py": "answers to programs",
}
"""Whose errors no person reads in a page, and why."""

ERRORS = frozenset(
    f"{one}Error" for one in ("Input", "NotFound", "Conflict", "NotAllowed", "Protocol", "Unavailable", "Mikra")
)
_TRANSLATES = frozenset({"_", "lazy", "gettext"})


@dataclass(frozen=True, slots=True)
class Unread:
    """A sentence that is put together when it is raised; `text` is the expression."""

    file: str
    line: int
    text: str


@dataclass(slots=True)
class _Module:
    """What is known of one module: `takes` says of a function which of its arguments become sentences."""

    name: str
    tree: ast.Module
    takes: dict[str, dict[str, int]] = field(default_factory=dict)
    said: list[tuple[int, str]] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)


def files() -> list[Path]:
    """All modules that are read, in order."""
    found = {
        one for name in READ for one in ([SOURCE / name] if name.endswith(".py") else (SOURCE / name).rglob("*.py"))
    }
    return sorted(one for one in found if not _silent(str(one.relative_to(SOURCE))))


def _silent(name: str) -> bool:
    return any(name == one or name.startswith(f"{one}/") for one in SILENT)


def collected() -> Iterator[tuple[str, str]]:
    """(module, sentence), in the order of their files."""
    for file in files():
        name = str(file.relative_to(SOURCE))
        for _line, text in read(file.read_text("utf-8"), name).said:
            yield name, text


def unread() -> Iterator[Unread]:
    for file in files():
        yield from read(file.read_text("utf-8"), str(file.relative_to(SOURCE))).unread


def read(source: str, name: str = "") -> _Module:
    """Both of one module: what it says, and what cannot be read."""
    module = _Module(name=name, tree=ast.parse(source))
    while _functions(module):  # a function may hand on to another one
        pass
    for function, call in _calls(module.tree):
        for one in _sentences(module, call):
            _take(module, one, function)
    return module


def _calls(tree: ast.Module) -> Iterator[tuple[ast.FunctionDef | None, ast.Call]]:
    """Every call with the function in which it stands."""

    def walk(node: ast.AST, inside: ast.FunctionDef | None) -> Iterator[tuple[ast.FunctionDef | None, ast.Call]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Call):
                yield inside, child
            yield from walk(child, child if isinstance(child, ast.FunctionDef) else inside)

    return walk(tree, None)


def _sentences(module: _Module, call: ast.Call) -> Iterator[ast.expr]:
    """The expressions of a call that become a message, or what to do."""
    called = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    if called in ERRORS:
        yield from call.args[:1]
        yield from (one.value for one in call.keywords if one.arg in ("message", "fix"))
        return
    for argument, place in module.takes.get(called, {}).items():
        if place < len(call.args):
            yield call.args[place]
        yield from (one.value for one in call.keywords if one.arg == argument)


def _functions(module: _Module) -> bool:
    """Learns which arguments of which functions become sentences; whether something was learnt."""
    learnt = False
    for function, call in _calls(module.tree):
        if function is None:
            continue
        names = [one.arg for one in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]
        places = names[1:] if names[:1] in (["self"], ["cls"]) else names
        for one in _sentences(module, call):
            for part in _parts(one):
                if isinstance(part, ast.Name) and part.id in places:
                    known = module.takes.setdefault(function.name, {})
                    learnt |= part.id not in known
                    only_named = part.id in {a.arg for a in function.args.kwonlyargs}
                    known[part.id] = 99 if only_named else places.index(part.id)
    return learnt


def _parts(one: ast.expr) -> Iterator[ast.expr]:
    """The branches of which one is said."""
    if isinstance(one, ast.IfExp):
        yield from _parts(one.body)
        yield from _parts(one.orelse)
    elif isinstance(one, ast.BoolOp):
        for value in one.values:
            yield from _parts(value)
    else:
        yield one


def _take(module: _Module, one: ast.expr, function: ast.FunctionDef | None) -> None:
    for part in _written(module, one, function):
        if isinstance(part, ast.Constant):
            if isinstance(part.value, str) and part.value:
                module.said.append((part.lineno, part.value))
        elif not _passed_on(module, part, function):
            module.unread.append(Unread(module.name, part.lineno, ast.unparse(part)))


def _written(module: _Module, one: ast.expr, function: ast.FunctionDef | None) -> Iterator[ast.expr]:
    """The branches; for a name what it was given in the function, for a table of the module all that it holds."""
    for part in _parts(one):
        given: list[ast.expr] = []
        if isinstance(part, ast.Name) and function is not None:
            given = _assigned(function, part.id)
        elif isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and part.func.attr == "get":
            tables = [x for x in _assigned(module.tree, ast.unparse(part.func.value)) if isinstance(x, ast.Dict)]
            given = [value for table in tables for value in table.values]
        if given:
            for value in given:
                yield from _parts(value)
        else:
            yield part


def _assigned(inside: ast.Module | ast.FunctionDef, name: str) -> list[ast.expr]:
    found = [one for one in ast.walk(inside) if isinstance(one, ast.Assign | ast.AnnAssign) and one.value]
    return [
        one.value
        for one in found
        if one.value
        and any(ast.unparse(x) == name for x in (one.targets if isinstance(one, ast.Assign) else [one.target]))
    ]


def _passed_on(module: _Module, part: ast.expr, function: ast.FunctionDef | None) -> bool:
    """Translated already, an argument that was read where it was given, or the sentence of another error."""
    if isinstance(part, ast.Name) and function is not None:
        return part.id in module.takes.get(function.name, {})
    if isinstance(part, ast.Attribute):
        return part.attr in ("message", "fix")
    if isinstance(part, ast.Call):
        inner = part.func
        while isinstance(inner, ast.Attribute) and isinstance(inner.value, ast.Call):  # _("{x}").format(x=...)
            inner = inner.value.func
        called = inner.id if isinstance(inner, ast.Name) else getattr(inner, "attr", "")
        return called in _TRANSLATES or called == "text"
    return False

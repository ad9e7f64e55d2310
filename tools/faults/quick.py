"""One process loads all tests once; for each fault a copy of it (fork) puts the broken function in place, and tests.

What the tests import is that of the source. In the copy, the code of each function that differs in the broken text is
exchanged in place: whoever holds the function then calls the broken one. Nothing was run before, so no cache is warm.
The test that noticed a fault the last time goes first. Where no function can be exchanged, the answer is "not run".
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import CodeType, FunctionType

import pytest

from tools.faults.checks import SOURCE, Fault

SECONDS = 300
NOTICED, SURVIVED, NOT_RUN = "noticed", "SURVIVED", "not run"

Answer = tuple[str, str]
"""("noticed", the test that did), or another word and nothing."""
Tell = Callable[[Fault, Answer, float], None]


def attempt(faults: Sequence[Fault], tell: Tell, *, hints: Mapping[str, str] | None = None, workers: int = 2) -> None:
    """Tells what came of each fault as soon as it is known. `hints`: name -> the test that noticed it before."""
    files = [*dict.fromkeys(name for fault in faults for name in fault.tests)]
    if not files:
        return
    runner = _Runner(faults, tell, hints or {}, workers)
    code = pytest.main(["-q", "-n", "0", "-p", "no:cacheprovider", *files], plugins=[runner])
    if not runner.began:
        raise SystemExit(f"The tests could not be loaded (pytest: {code}).")


class _Runner:
    """A plugin that takes the place of pytest's own loop."""

    def __init__(self, faults: Sequence[Fault], tell: Tell, hints: Mapping[str, str], workers: int) -> None:
        self.faults, self.tell, self.hints, self.workers = faults, tell, hints, workers
        self.began = False
        self.session: pytest.Session

    def pytest_configure(self) -> None:
        """A failure needs no smaller example here."""
        from hypothesis import Phase, settings  # not before pytest, which would rewrite its assertions

        phases = [Phase.explicit, Phase.generate]
        settings.register_profile("faults", settings.get_profile("mikra"), max_examples=25, phases=phases)
        settings.load_profile("faults")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            return False
        self.began, self.session = True, session
        for file in {fault.file for fault in self.faults}:  # openers are loaded when they are first needed
            importlib.import_module(f"mikra.{file.removesuffix('.py').removesuffix('/__init__').replace('/', '.')}")
        functions = _functions()
        gc.collect()
        gc.freeze()
        running: dict[int, _Child] = {}
        todo = list(self.faults)
        while todo or running:
            while todo and len(running) < self.workers:
                fault = todo.pop(0)
                child = self.begin(fault, functions)
                running[child.output] = child
            ready, _, _ = select.select([*running], [], [], 1.0)
            late = [output for output, child in running.items() if time.monotonic() > child.ends]
            for output in {*ready, *late}:
                child = running.pop(output)
                self.tell(child.fault, child.answer(late=output not in ready), time.monotonic() - child.began)
        return True

    def begin(self, fault: Fault, functions: Mapping[tuple[str, str], list[FunctionType]]) -> _Child:
        sys.stdout.flush()
        output, mine = os.pipe()
        process = os.fork()
        if process:
            os.close(mine)
            return _Child(fault, process, output)
        status = 2
        try:
            os.setsid()
            quiet = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(quiet, stream)
            plugins = self.session.config.pluginmanager
            plugins.unregister(plugins.get_plugin("terminalreporter"))
            if plant(fault, functions):
                by = self.failing(fault)
                os.write(mine, f"{NOTICED if by else SURVIVED}\n{by}".encode())
            status = 0
        finally:
            os._exit(status)

    def failing(self, fault: Fault) -> str:
        """The first test that fails; "" where none does."""
        items = self.items(fault)
        for item, after in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
            if self.session.testsfailed:
                return item.nodeid
        return ""

    def items(self, fault: Fault) -> list[pytest.Item]:
        """The tests of the fault's area in the order of the plan; the one that noticed it before comes first."""
        by_file: dict[str, list[pytest.Item]] = {}
        for item in self.session.items:
            by_file.setdefault(item.nodeid.partition("::")[0], []).append(item)
        found = [
            item
            for name in fault.tests
            for file, items in by_file.items()
            if file == name or file.startswith(f"{name}/")
            for item in items
        ]
        hint = self.hints.get(fault.name, "")
        return sorted(dict.fromkeys(found), key=lambda item: item.nodeid != hint)


class _Child:
    """A copy of this process that tries one fault."""

    def __init__(self, fault: Fault, process: int, output: int) -> None:
        self.fault, self.process, self.output = fault, process, output
        self.began = time.monotonic()
        self.ends = self.began + SECONDS

    def answer(self, *, late: bool) -> Answer:
        """What it said. A test that never ends is a test that does not pass."""
        said = b"" if late else os.read(self.output, 4096)
        os.close(self.output)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)
        if late:
            return NOTICED, "a test that never ended"
        word, _, by = said.decode().partition("\n")
        return (word, by) if word else (NOT_RUN, "")


def plant(fault: Fault, functions: Mapping[tuple[str, str], list[FunctionType]]) -> bool:
    """Exchanges the code of every function that the fault changes. False where one cannot be."""
    path = str(SOURCE / fault.file)
    text = (SOURCE / fault.file).read_text("utf-8")
    before, after = (dict(_codes(compile(t, path, "exec", dont_inherit=True))) for t in (text, fault.planted(text)))
    changed = [name for name, code in after.items() if name in before and code != before[name]]
    done = 0
    for name in changed:
        for function in functions.get((path, name), []):
            if function.__code__.co_freevars != after[name].co_freevars:
                return False
            function.__code__ = after[name]
            done += 1
    return done > 0


def _codes(code: CodeType) -> Iterator[tuple[str, CodeType]]:
    """Qualified name -> code of every function within, outermost first."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant.co_qualname, constant
            yield from _codes(constant)


def _functions() -> dict[tuple[str, str], list[FunctionType]]:
    """(file, qualified name) -> the functions of the source that are loaded."""
    found: dict[tuple[str, str], list[FunctionType]] = {}
    for one in gc.get_objects():
        if isinstance(one, FunctionType) and one.__code__.co_filename.startswith(str(SOURCE)):
            found.setdefault((one.__code__.co_filename, one.__code__.co_qualname), []).append(one)
    return found

"""Says which tests were skipped, each by name and reason. With REQUIRE_ALL=1 a skipped test is a failed run.

Also `@pytest.mark.extra("pdf")`: skipped, and said, where that extra of the package is not installed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from importlib import metadata

import pytest

SKIPPED_IS_RED = 1


def _requirements_of(extra: str) -> Iterator[str]:
    """The distributions that an extra of ours adds. Raises KeyError for an unknown extra."""
    if extra not in (metadata.metadata("mikra").get_all("Provides-Extra") or []):
        raise KeyError(f"Mikra has no extra {extra!r}")
    for line in metadata.requires("mikra") or []:
        wanted = re.fullmatch(r"([\w.-]+)[^;]*; *extra *== *['\"]([\w-]+)['\"]", line)
        if wanted and wanted[2] == extra:
            yield wanted[1]


def missing_of(extra: str) -> list[str]:
    """The distributions of an extra that are not installed here."""
    installed = {re.sub(r"[-_.]+", "-", d.name).lower() for d in metadata.distributions()}
    return [r for r in _requirements_of(extra) if re.sub(r"[-_.]+", "-", r).lower() not in installed]


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("extra"):
        (extra,) = mark.args
        if missing := missing_of(extra):
            pytest.skip(f"the extra {extra!r} is not installed (missing: {', '.join(missing)})")


def _skipped(reporter: pytest.TerminalReporter) -> list[tuple[str, str]]:
    """(test, reason) of every skipped test or module."""
    rows = []
    for report in reporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        rows.append((report.nodeid, reason.removeprefix("Skipped: ")))
    return sorted(set(rows))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    rows = _skipped(terminalreporter)
    if not rows:
        return
    terminalreporter.section(f"skipped: {len(rows)}")
    for test, reason in rows:
        terminalreporter.write_line(f"{test}: {reason}")
    if os.environ.get("REQUIRE_ALL") == "1":
        terminalreporter.write_line("REQUIRE_ALL=1: every one of these must run, so this run has failed.", red=True)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("REQUIRE_ALL") != "1" or reporter is None or hasattr(session.config, "workerinput"):
        return
    if _skipped(reporter) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = SKIPPED_IS_RED

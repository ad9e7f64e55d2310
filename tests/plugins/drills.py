"""Drills: small in `make test`, in full with `make drill NAME`.

`@pytest.mark.drill("R3")` says to which drill of the bar a test belongs; `--drill R3` runs only those.
The fixture `amount(fast, full)` is `full` with MIKRA_FULL=1, else `fast`.
What `record_property(name, value)` records goes into `docs/drills.md`.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--drill", metavar="NAME", help="run only the tests of this drill, for example R3")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    wanted = config.getoption("--drill")
    if not wanted:
        return
    ours = [item for item in items if any(wanted in mark.args for mark in item.iter_markers("drill"))]
    config.hook.pytest_deselected(items=[item for item in items if item not in ours])
    items[:] = ours


@pytest.fixture(scope="session")
def amount() -> Callable[[int, int], int]:
    """How many: the first number in `make test`, the second in `make drill`."""
    full = os.environ.get("MIKRA_FULL") == "1"

    def choose(fast: int, in_full: int) -> int:
        return in_full if full else fast

    return choose

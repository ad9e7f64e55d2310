"""`--beside-core`: without what the core's own environment runs in any case (`make core-test`).

What these folders hold uses nothing that an extra brings, so once is enough; what an extra is for
(`@pytest.mark.extra`, and the files below) runs here, where the extras are.
"""

from __future__ import annotations

from pathlib import Path

import pytest

CORE = ("issuance", "model", "public_keys", "report", "status", "strictjson", "validation", "vocabulary")
WITH_MORE = frozenset({"tests/issuance/test_design_schema.py"})
"""Files that need a tool of ours, and are skipped where there is none."""

_TESTS = Path(__file__).parents[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--beside-core", action="store_true", help="without what `make core-test` runs in any case")


def is_cores(path: Path) -> bool:
    """Whether a test file is one that the core's own environment runs as it is."""
    inside = path.relative_to(_TESTS) if path.is_relative_to(_TESTS) else Path()
    return bool(inside.parts) and inside.parts[0] in CORE and f"tests/{inside.as_posix()}" not in WITH_MORE


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--beside-core"):
        return
    left = [one for one in items if is_cores(one.path) and one.get_closest_marker("extra") is None]
    config.hook.pytest_deselected(items=left)
    gone = set(map(id, left))
    items[:] = [one for one in items if id(one) not in gone]

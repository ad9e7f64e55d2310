"""`both` marks a test that runs on SQLite and, with MIKRA_TEST_DATABASE=postgresql, a second time on PostgreSQL."""

from __future__ import annotations

import os

import pytest

from tests.simulators.postgres import ADDRESS, WANTED


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "both: runs on SQLite and, a second time, on PostgreSQL")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL only what is marked `both`, unless a test is asked for by name."""
    if os.environ.get(WANTED) != "postgresql" or os.environ.get("MIKRA_TEST_ALL"):
        return
    others = [item for item in items if item.get_closest_marker("both") is None]
    config.hook.pytest_deselected(items=others)
    items[:] = [item for item in items if item.get_closest_marker("both") is not None]
    if not os.environ.get(ADDRESS):
        for item in items:
            item.add_marker(pytest.mark.skip(reason="PostgreSQL is not installed (apt-get install postgresql)"))

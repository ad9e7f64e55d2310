"""The gallery of all parts, served to a real browser under the service's own policy of content."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.server.ui.desk import Desk
from tools import gallery


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The folder with the page and its static files."""
    return gallery.write(tmp_path_factory.mktemp("gallery") / "site").parent


@pytest.fixture
def desk(shelf: Any) -> Iterator[Desk]:
    """The server of one test."""
    with Desk(shelf) as made:
        yield made


Visit = Callable[..., Any]


@pytest.fixture
def visit(chromium: Any, desk: Desk) -> Iterator[Visit]:
    """`visit(width=390, color_scheme="dark", ...)`: the gallery in a new window. A complaint of the browser fails."""
    contexts, complaints = [], []

    def opened(path: str = "/", *, width: int = 1280, height: int = 900, **options: Any) -> Any:
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(desk.address + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [c for c in complaints if "503" not in c] == []

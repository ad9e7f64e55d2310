"""No test opens a socket (docs/design.md, house style 11), but for those marked `sockets`.

An audit hook sees every connection and every name look-up of this process, whoever makes it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

_EVENTS = frozenset({"socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"})


class SocketUsedError(AssertionError):
    """A test reached for the network. Give it a loader that answers from memory instead."""


class _Guard:
    closed = False

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.closed and event in _EVENTS:
            raise SocketUsedError(f"{event} {arguments[-1]!r}: no test opens a socket")


_guard = _Guard()


def pytest_configure() -> None:
    sys.addaudithook(_guard)


@pytest.fixture(autouse=True)
def no_sockets(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every socket is refused while a test runs."""
    _guard.closed = request.node.get_closest_marker("sockets") is None
    yield
    _guard.closed = False

"""Who asks, behind proxies and in front of them."""

from __future__ import annotations

import dataclasses

import pytest
from django.test import RequestFactory

from mikra.server.installation import installation
from mikra.server.web import callers


@pytest.mark.parametrize(
    ("remote", "forwarded", "caller"),
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("127.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.7", "203.0.113.7"),  # the first is what the client made up
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # no proxy of ours
        ("10.1.2.3", "203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "203.0.113.7, 10.1.2.3", "203.0.113.7"),
        ("10.2.0.1", "203.0.113.7", "10.2.0.1"),
        ("2001:db8:1:2:3::4", "", "2001:db8:1:2::/64"),
        ("127.0.0.1", "rubbish", ""),
        ("", "203.0.113.7", "203.0.113.7"),
    ],
)
def test_who_asks(monkeypatch: pytest.MonkeyPatch, remote: str, forwarded: str, caller: str) -> None:
    here = dataclasses.replace(installation(), trusted_proxies=("10.1.0.0/16",))
    monkeypatch.setattr(callers, "installation", lambda: here)
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    assert callers.caller_of(RequestFactory().get("/", REMOTE_ADDR=remote, **headers)) == caller

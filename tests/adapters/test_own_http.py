"""Talking to a service of one's own: a good client waits when it is told to, and goes nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

from mikra.adapters import own_http
from mikra.adapters.own_http import PATIENCE, OwnService, Said
from mikra.errors import UnavailableError


def served(monkeypatch: pytest.MonkeyPatch, *answers: Said) -> tuple[OwnService, list[float]]:
    left, slept = list(answers), []
    monkeypatch.setattr(OwnService, "_asked", lambda *_given: left.pop(0) if len(left) > 1 else left[0])
    monkeypatch.setattr(own_http.time, "sleep", slept.append)
    return OwnService("http://127.0.0.1:8000"), slept


def test_it_waits_as_long_as_it_is_told_and_asks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    busy = Said(status=429, body=b"", headers={"retry-after": "3"})
    service, slept = served(monkeypatch, busy, busy, Said(status=200, body=b"x"))
    assert service.ask("GET", "/x").status == 200
    assert slept == [3, 3]


@pytest.mark.parametrize(("header", "waits"), [("900", 20), ("", 1), ("soon", 1)])
def test_it_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch, header: str, waits: int) -> None:
    service, slept = served(monkeypatch, Said(status=429, body=b"", headers={"retry-after": header}))
    assert service.ask("GET", "/x").status == 429
    assert slept == [waits] * PATIENCE


def test_other_answers_are_taken_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    service, slept = served(monkeypatch, Said(status=503, body=b""))
    assert service.ask("GET", "/x").status == 503
    assert slept == []


@pytest.mark.parametrize("path", ["https://evil.example/x", "x", "", "http://127.0.0.1:80001/x"])
def test_it_goes_nowhere_else(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    service, _slept = served(monkeypatch, Said(status=200, body=b""))
    with pytest.raises(UnavailableError):
        service.ask("GET", path)


def test_json_that_is_none_is_none() -> None:
    given: Any = Said(status=200, body=b"<html>").json()
    assert given is None

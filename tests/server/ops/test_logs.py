"""Logs hold what is on the list, and nothing else: no name, no words of an exception, no parameter (BAR, R13)."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from mikra.server import logs


@pytest.fixture
def lines() -> Iterator[Any]:
    """What is logged meanwhile, line by line."""
    root = logging.getLogger()
    before, levels = list(root.handlers), (root.level, logging.getLogger("mikra").level)
    stream = io.StringIO()
    logs.configure(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.captureWarnings(False)
    root.handlers[:] = before
    root.setLevel(levels[0])
    logging.getLogger("mikra").setLevel(levels[1])


def test_what_is_not_on_the_list_is_dropped(lines: Any) -> None:
    logging.getLogger("mikra.sealing").info("sealed", extra={"batch": "7", "learner": "Jana", "count": 3})
    (line,) = lines()
    assert {key: line[key] for key in ("event", "batch", "count", "level", "logger")} == {
        "event": "sealed",
        "batch": "7",
        "count": 3,
        "level": "info",
        "logger": "mikra.sealing",
    }
    assert set(line) <= logs.ALLOWED
    assert "Jana" not in json.dumps(line)


def test_an_exception_is_its_kind_and_its_places(lines: Any) -> None:
    try:
        raise ValueError("Jana Králová, jana@zed.example")
    except ValueError:
        logging.getLogger("mikra").error("defect", extra={"incident": "1"}, exc_info=True)
    (line,) = lines()
    assert (line["kind"], line["incident"]) == ("ValueError", "1")
    assert "test_an_exception_is_its_kind_and_its_places" in line["places"][-1]
    assert "Jana" not in json.dumps(line)
    assert "jana@" not in json.dumps(line)


def test_lines_of_others_keep_no_parameter(lines: Any) -> None:
    logging.getLogger("django.db").warning("row of %s", "Jana")
    logging.getLogger("allauth").warning("a sentence about " + "Jana")
    first, second = lines()
    assert (first["event"], second["event"]) == ("row of %s", "allauth")
    assert "Jana" not in json.dumps([first, second])


def test_no_object_is_written(lines: Any) -> None:
    """Django's line on a form that was refused carries the request, which tells its address and its query."""
    answer = Client(enforce_csrf_checks=True).post("/claim/?who=Jana", {"code": "x"})
    assert answer.status_code == 403
    refused = [line for line in lines() if line["logger"] == "django.security.csrf"]
    assert len(refused) == 1
    assert re.fullmatch(r"[0-9a-f-]{36}", refused[0]["request"])
    assert "Jana" not in json.dumps(lines())


def test_the_request_is_named(lines: Any) -> None:
    token = logs.request_id.set("abc")
    logging.getLogger("mikra").info("done")
    logs.request_id.reset(token)
    assert lines()[0]["request"] == "abc"

"""Logs: one line of JSON each, with the members of `ALLOWED` and no other (BAR, R13).

Whoever writes `log.info("sealed", extra={"batch": str(id), "name": "Jana"})` finds the batch in it, and no name: what
is not on the list is dropped. Of an exception the kinds and places are kept, never its words, which may quote data.
"""

from __future__ import annotations

import logging
import logging.config
import traceback
from collections.abc import MutableMapping
from contextvars import ContextVar
from typing import Any

import structlog

request_id: ContextVar[str] = ContextVar("request_id", default="")

ALLOWED = frozenset(
    {
        *("event", "level", "logger", "at", "request", "incident", "kind", "code", "problem", "places"),
        *("task", "holder", "child", "exit", "again_in", "count", "batch", "tenant", "key", "list", "delivery"),
        *("method", "route", "status", "milliseconds", "bytes", "state", "seconds"),
    }
)
"""Ids, counts, kinds and times. `problem` is a sentence of our own errors, which quote nothing."""

_OURS = "mikra"
_PLAIN = (str, int, float, list, tuple)
"""No object of others: Django hands over whole requests, which write themselves with their address."""


def only_allowed(_: Any, __: str, members: MutableMapping[str, Any]) -> dict[str, Any]:
    """Drops every member that is not on the list."""
    return {name: value for name, value in members.items() if name in ALLOWED}


def of_record(_: Any, __: str, members: MutableMapping[str, Any]) -> dict[str, Any]:
    """The members of a record of the standard library; of an exception its kind and places."""
    record: logging.LogRecord | None = members.pop("_record", None)
    members.pop("_from_structlog", None)
    if record is None:
        return dict(members)
    given = {name: value for name, value in vars(record).items() if name in ALLOWED and name not in members}
    members.update({name: value for name, value in given.items() if isinstance(value, _PLAIN)})
    if not record.name.startswith(_OURS) and not members.pop("positional_args", ()):
        members["event"] = record.name  # a finished sentence of others may quote anything; a pattern does not
    raised = members.pop("exc_info", None)
    if isinstance(raised, tuple) and raised[1] is not None:
        members["kind"] = type(raised[1]).__name__
        members["places"] = places(raised[1])
    if known := request_id.get():
        members.setdefault("request", known)
    return dict(members)


def places(error: BaseException) -> list[str]:
    """Where an exception came from: `module:line function`, innermost last."""
    frames = traceback.extract_tb(error.__traceback__)[-12:]
    return [f"{one.filename.rpartition('site-packages/')[2][-60:]}:{one.lineno} {one.name}" for one in frames]


def _renderer() -> structlog.stdlib.ProcessorFormatter:
    return structlog.stdlib.ProcessorFormatter(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            of_record,
            only_allowed,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        use_get_message=False,
        pass_foreign_args=True,
    )


def configure(stream: Any = None) -> None:
    """All logs of this process to standard error."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_renderer())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(_OURS).setLevel(logging.INFO)
    logging.getLogger("django.request").setLevel(logging.CRITICAL)  # `web.errors` tells defects, with their id
    logging.captureWarnings(True)

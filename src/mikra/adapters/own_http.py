"""Talking to a service of one's own over HTTP, as an outside program does: no proxy, no redirect, an end to each wait.

own = OwnService("http://127.0.0.1:8000")
said = own.ask("POST", "/api/v1/verify", body, {"Content-Type": "application/json"})
said.status, said.headers["content-type"], said.body
"""

from __future__ import annotations

import http.client
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import orjson

from mikra.errors import UnavailableError

SECONDS = 30.0
PATIENCE, LONGEST_WAIT = 6, 20
"""How often one asks again who asked too often, and seconds that one waits."""
MOST = 20_000_000
"""Bytes of an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An answer. Names of headers are in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> Any:
        """Its JSON; None where it is none."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return None


class OwnService:
    """The service at `origin`, and nothing else: other addresses are refused."""

    def __init__(self, origin: str) -> None:
        self.origin = origin.rstrip("/")
        self._parts = urlsplit(self.origin)

    def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Said:
        """`path`, or an address under the origin. UnavailableError where nobody answers, or it leads elsewhere.

        Who asks too often waits as long as the service says, and asks again; a few times, as any good client.
        """
        if path.startswith(f"{self.origin}/"):
            path = path[len(self.origin) :]
        if not path.startswith("/"):
            raise UnavailableError("This leads away from the service.", where=path[:200], expected=self.origin)
        for _again in range(PATIENCE):
            said = self._asked(method, path, body, headers)
            if said.status != 429:
                break
            wait = said.headers.get("retry-after", "")
            time.sleep(min(int(wait), LONGEST_WAIT) if wait.isdecimal() else 1)
        return said

    def _asked(self, method: str, path: str, body: bytes, headers: Mapping[str, str] | None) -> Said:
        try:
            connection = self._connection()
            try:
                connection.request(method, path, body or None, dict(headers or {}))
                answer = connection.getresponse()
                content = answer.read(MOST)
                named = {name.lower(): value for name, value in answer.getheaders()}
                return Said(status=answer.status, body=content, headers=named)
            finally:
                connection.close()
        except (OSError, http.client.HTTPException) as error:
            raise UnavailableError(
                "The service does not answer.",
                where=f"{self.origin}{path}"[:200],
                found=type(error).__name__,
                fix="Start it (mikra serve), and say with --origin under which address it is seen.",
            ) from error

    def _connection(self) -> http.client.HTTPConnection:
        host, port = self._parts.hostname or "", self._parts.port
        if self._parts.scheme == "https":
            return http.client.HTTPSConnection(host, port, timeout=SECONDS, context=ssl.create_default_context())
        return http.client.HTTPConnection(host, port, timeout=SECONDS)

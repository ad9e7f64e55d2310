"""A small web server for the gallery: the static files, the page, and what the page's own addresses answer."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import TracebackType
from urllib.parse import parse_qs, urlsplit

from mikra.server.web.headers import POLICY, SCANNER, SCANNER_POLICY

FIELDS = [
    {"value": "0521", "text": "Environmental sciences", "note": "ISCED-F 0521"},
    {"value": "0522", "text": "Natural environments and wildlife"},
    {"value": "0732", "text": "Vodní stavby", "lang": "cs"},
]


@dataclass
class Desk:
    """`with Desk(folder) as desk`: serves the folder at `desk.address`; `posts` holds (path, body) of what came."""

    folder: Path
    posts: list[tuple[str, bytes]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    upload_status: int = 200

    def __enter__(self) -> Desk:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, desk=self, directory=str(self.folder)))
        self._thread = Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, *args: object, desk: Desk, directory: str) -> None:
        self.desk = desk
        super().__init__(*args, directory=directory)  # type: ignore[arg-type]

    def log_message(self, *args: object) -> None:
        """Nothing: the desk keeps what was asked."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", SCANNER_POLICY if self.path == SCANNER else POLICY)
        super().end_headers()

    def do_GET(self) -> None:
        at = urlsplit(self.path)
        self.desk.asked.append(self.path)
        if at.path == "/fields.json":
            sought = parse_qs(at.query).get("q", [""])[0].lower()
            found = [o for o in FIELDS if sought in o["text"].lower()]
            self._answer(200, "application/json", json.dumps({"options": found}).encode())
        elif at.path == "/" or at.path.endswith(".html") or at.path.startswith("/static/"):
            super().do_GET()
        else:
            self._answer(200, "text/html", b"<!doctype html><title>There</title><main><h1>There</h1></main>")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.desk.posts.append((self.path, body))
        if self.path.startswith("/cell"):
            self._answer(200, "text/html", b'<td id="c-17-award" class="is-saved">03/05/2026</td>')
        elif self.path == "/upload":
            self._answer(self.desk.upload_status, "text/html", b"", {"X-Location": "/check"})
        else:
            self._answer(204, "text/html", b"")

    def _answer(self, status: int, kind: str, body: bytes, more: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        for name, value in (more or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

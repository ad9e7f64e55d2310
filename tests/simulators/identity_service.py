"""An institution's OpenID Connect service on this machine: whoever comes is the person that it was told of."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt


@contextmanager
def identity_service(email: str, client: str = "mikra") -> Iterator[str]:
    """Its address. Every code is answered with a token that names this address (OpenID Connect Core 1.0, 3.1)."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            here = f"http://127.0.0.1:{self.server.server_address[1]}"  # type: ignore[index,attr-defined]
            asked = urlsplit(self.path)
            if asked.path == "/.well-known/openid-configuration":
                known = {
                    "issuer": here,
                    "authorization_endpoint": f"{here}/authorize",
                    "token_endpoint": f"{here}/token",
                    "jwks_uri": f"{here}/jwks",
                    "token_endpoint_auth_methods_supported": ["client_secret_post"],
                }
                self._say(json.dumps(known).encode())
                return
            query = {name: one[0] for name, one in parse_qs(asked.query).items()}
            back = f"{query['redirect_uri']}?{urlencode({'code': 'right', 'state': query['state']})}"
            self.send_response(302)
            self.send_header("Location", back)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_POST(self) -> None:
            here = f"http://127.0.0.1:{self.server.server_address[1]}"  # type: ignore[index,attr-defined]
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            now = dt.datetime.now(dt.UTC)
            claims = {"iss": here, "aud": client, "sub": "42", "email": email, "iat": now}
            token = jwt.encode({**claims, "exp": now + dt.timedelta(minutes=5)}, "k" * 32, algorithm="HS256")
            self._say(json.dumps({"access_token": "a", "token_type": "Bearer", "id_token": token}).encode())

        def _say(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is written."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()

"""What every answer says to the browser: nothing inline, no frames, no guessing, TLS alone where it is (BAR, R17)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from django.test import Client

from mikra.server.actions import wallets
from mikra.server.rights import Role
from mikra.server.store.tenants import Tenant
from mikra.server.web.headers import POLICY, SCANNER, SCANNER_POLICY

ANSWERS = ("/", "/accessibility/", "/claim/", "/sign-in/", "/nowhere/", "/console/zed/", "/robots.txt", "/health/")


def directives(policy: str) -> dict[str, set[str]]:
    """Each directive with its sources (CSP level 3)."""
    words = [one.split() for one in policy.split(";") if one.strip()]
    return {name: set(sources) for name, *sources in words}


def loose(policy: str) -> list[str]:
    """Where a policy lets in what it should keep out."""
    said = directives(policy)
    found = [f"{name} {source}" for name, sources in said.items() for source in sources if source in _LOOSE]
    found += [f"no {name}" for name in ("script-src", "style-src", "frame-ancestors", "base-uri") if name not in said]
    found += [] if said.get("default-src") == {"'none'"} else ["default-src"]
    found += [] if said.get("frame-ancestors") == {"'none'"} else ["frame-ancestors"]
    return found


_LOOSE = {"'unsafe-inline'", "'unsafe-eval'", "'unsafe-hashes'", "'wasm-unsafe-eval'", "*", "https:", "http:", "blob:"}


@pytest.mark.parametrize("address", ANSWERS)
def test_every_answer_holds_browsers_to_our_own_files(client: Client, tenant: Tenant, address: str) -> None:
    answer = client.get(address)
    assert answer["Content-Security-Policy"] == POLICY
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] in ("same-origin", "no-referrer")
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"


def test_static_files_too(client: Client) -> None:
    answer = client.get("/static/mikra/tokens.css")
    assert answer.status_code == 200
    assert b"--ink" in b"".join(answer)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == POLICY


def test_the_scanner_alone_may_use_webassembly(client: Client, db: None) -> None:
    answers = {}
    for file in ("scan/worker.js", "scan.js", "scan/zxing_reader.js", "scan/zxing_reader.wasm", "app.js"):
        with closing(client.get(f"/static/mikra/{file}")) as answer:
            assert answer.status_code == 200, file
            answers[file] = answer["Content-Security-Policy"], answer["Content-Type"]
    assert SCANNER.endswith("/scan/worker.js")
    assert loose(answers["scan/worker.js"][0]) == ["script-src 'wasm-unsafe-eval'"]
    assert answers.pop("scan/worker.js")[0] == SCANNER_POLICY
    assert {policy for policy, _kind in answers.values()} == {POLICY}
    assert answers["scan/zxing_reader.wasm"][1] == "application/wasm"


def test_the_box_of_the_verifier_alone_may_use_the_camera(client: Client, db: None) -> None:
    for address in (*ANSWERS, "/verify/", "/c/"):
        answer = client.get(address)
        allowed = "camera=(self)" if address == "/verify/" else "camera=()"
        assert answer["Permissions-Policy"] == f"{allowed}, geolocation=(), microphone=()", address
    assert client.get("/verify/")["Content-Security-Policy"] == POLICY


def test_where_a_wallet_answers_it_may_use_the_camera_and_nowhere_else(client: Client, db: None) -> None:
    client.force_login(wallets.open_for("p1@student.example").person)
    for address in ("/wallet/", "/wallet/answer/", "/wallet/shown/", "/wallet/add/"):
        answer = client.get(address)
        allowed = "camera=(self)" if address == "/wallet/answer/" else "camera=()"
        assert answer["Permissions-Policy"] == f"{allowed}, geolocation=(), microphone=()", address
        assert ("data-scan-start" in answer.content.decode()) == (address == "/wallet/answer/")
        assert answer["Content-Security-Policy"] == POLICY


def test_the_policy_is_strict() -> None:
    assert loose(POLICY) == []


@pytest.mark.parametrize(
    ("policy", "complaint"),
    [
        (POLICY.replace("script-src 'self'", "script-src 'self' 'unsafe-inline'"), "script-src 'unsafe-inline'"),
        (POLICY.replace("script-src 'self'", "script-src 'self' 'unsafe-eval'"), "script-src 'unsafe-eval'"),
        (POLICY.replace("frame-ancestors 'none'; ", ""), "no frame-ancestors"),
        (POLICY.replace("default-src 'none'", "default-src *"), "default-src *"),
    ],
)
def test_a_loose_policy_is_noticed(policy: str, complaint: str) -> None:
    assert complaint in loose(policy)


def test_tls_alone_where_the_origin_says_so(client: Client, settings: Any, db: None) -> None:
    assert "Strict-Transport-Security" not in client.get("/")
    settings.SESSION_COOKIE_SECURE = True
    for address in ("/", "/nowhere/", "/robots.txt"):
        assert client.get(address)["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_an_origin_of_https_is_what_says_so(tmp_path: Any) -> None:
    """The setting that the header hangs on comes from the operator's origin, in a process of its own."""
    import os
    import subprocess
    import sys

    code = "from django.conf import settings; print(settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE)"
    for origin, answer in (("https://zed.example", "True True"), ("http://127.0.0.1:8000", "False False")):
        around = {**os.environ, "MIKRA_HOME": str(tmp_path), "MIKRA_ORIGIN": origin}
        done = subprocess.run([sys.executable, "-c", code], env=around, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == answer


def test_cookies_are_kept_from_scripts_and_other_sites(
    client: Client, tenant: Tenant, join: Callable[..., Any], sign_in: Callable[[Any], Client]
) -> None:
    browser = sign_in(join(tenant, Role.REGISTRAR))
    given = [client.get("/claim/"), client.post("/language/", {"language": "cs", "next": "/"})]
    given += [browser.get("/console/zed/"), browser.post("/account/prove/")]
    cookies = {name: cookie for answer in given for name, cookie in answer.cookies.items()}
    assert set(cookies) == {"csrftoken", "language", "sessionid"}
    for name, cookie in cookies.items():
        assert cookie["httponly"], name
        assert cookie["samesite"] == "Lax", name


def test_nobody_who_only_reads_gets_a_session(client: Client, db: None) -> None:
    for address in ("/", "/accessibility/", "/claim/", "/sign-in/"):
        client.get(address)
    assert "sessionid" not in client.cookies

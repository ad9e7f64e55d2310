"""The rehearsal sees what is wrong: each step goes red when the service breaks what it looks at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from mikra.adapters.own_http import OwnService, Said
from mikra.errors import UnavailableError
from mikra.sealing.keys import private_key_signer
from mikra.server import rehearsal, rehearsal_leave
from mikra.server.actions import presenting_keys, status_lists, wallet_clients, wallet_requests
from mikra.server.health.finding import State
from mikra.server.installation import installation
from mikra.server.store.awards import Award
from mikra.server.web.issuing import authorize
from mikra.server.web.present import wallet

Broken = Callable[[str, Said], Said]


@pytest.fixture(autouse=True)
def asking(db: None) -> None:
    """The key for requests of the verifier, in this process."""
    leaf, above = presenting_keys.made()
    presenting_keys.hold(private_key_signer(leaf.key, leaf.certificate, (above.certificate,)))
    wallet.BUCKETS.clear()


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, State]]:
    """All steps, or one, over Django's own client; `broken` changes answers on their way."""

    def made(broken: Broken = lambda path, said: said, only: str = "") -> dict[str, State]:
        client = Client()
        origin = installation().origin

        def ask(self: Any, method: str, path: str, body: bytes = b"", headers: Any = None) -> Said:
            path = path.removeprefix(origin)
            given = dict(headers or {})
            kind = given.pop("Content-Type", "application/octet-stream")
            answer = client.generic(method, path, body, kind, headers=given)
            named = {name.lower(): value for name, value in answer.headers.items()}
            return broken(path, Said(status=answer.status_code, body=answer.content, headers=named))

        monkeypatch.setattr(OwnService, "ask", ask)
        while status_lists.publish_due():
            pass
        return {one.id: one.state for one in rehearsal.rehearse(only=only)}

    return made


def test_all_is_well(collected: Award, play: Callable[..., dict[str, State]]) -> None:
    found = play()
    assert set(found.values()) == {State.GOOD}, found
    assert "wallet.dc+sd-jwt" in found


def test_in_production_the_learners_page_is_answered_and_no_provider_of_ours_is_believed(
    collected: Award, play: Callable[..., dict[str, State]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wallet_clients, "in_production", lambda: True)
    for module in (authorize.wallet_clients, rehearsal_leave.wallet_clients):
        assert module.in_production()
    monkeypatch.setattr(wallet_requests, "in_production", lambda: True)
    found = play()
    assert (found["wallet.leave"], found["wallet.eudi"]) == (State.GOOD, State.GOOD), found
    refused = play(lambda path, said: status(201)(said) if path.endswith("/eudi/par") else said)
    assert refused["wallet.eudi"] is State.BAD


def test_without_an_award_nothing_is_claimed(db: None, play: Callable[..., dict[str, State]]) -> None:
    assert play() == {"award": State.UNKNOWN}


def status(code: int) -> Callable[[Said], Said]:
    return lambda said: Said(status=code, body=said.body, headers=said.headers)


def without(header: str) -> Callable[[Said], Said]:
    return lambda said: Said(status=said.status, body=said.body, headers={**said.headers, header: ""})


@pytest.mark.parametrize(
    ("step", "path", "change"),
    [
        ("service", "/nothing-is-here/", status(200)),
        ("verifier", "/api/v1/verify", status(200)),
        ("status", "/token", without("content-type")),
        ("share", "/s/", without("x-robots-tag")),
        ("share", "/s/", status(200)),
        ("metadata", "/.well-known/openid-credential-issuer", without("access-control-allow-origin")),
        ("wallet.dc+sd-jwt", "/open/token", status(200)),
        ("wallet.dc+sd-jwt", "/open/credential", status(200)),
        ("wallet.dc+sd-jwt", "/open/notification", status(200)),
        ("wallet.exchange", "/open/interactions/", status(404)),
        ("wallet.exchange", "/open/exchanges/", status(200)),
        ("wallet.exchange", "/open/exchanges/", status(400)),
        ("wallet.leave", "/open/par", status(201)),
        ("wallet.leave", "/open/authorize", status(302)),
        ("wallet.leave", "/open/authorize", without("location")),
        ("wallet.leave", "/open/token", status(200)),
        ("wallet.leave", "/open/credential", status(200)),
        ("presenting", "/present/request/", status(404)),
        ("presenting", "/present/response/", status(400)),
        ("wallet.eudi", "/eudi/par", status(201)),
        ("wallet.eudi", "/eudi/token", status(200)),
        ("wallet.eudi", "/eudi/credential", status(200)),
    ],
)
def test_what_is_broken_is_seen(
    collected: Award, play: Callable[..., dict[str, State]], step: str, path: str, change: Callable[[Said], Said]
) -> None:
    assert play(lambda asked, said: change(said) if path in asked else said, step) == {step: State.BAD}


def test_only_the_service_itself_is_asked() -> None:
    with pytest.raises(UnavailableError):
        OwnService("http://127.0.0.1:9").ask("GET", "https://elsewhere.example/")

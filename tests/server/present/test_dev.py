"""`mikra dev request` and `mikra dev result`, played in this process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mikra.cli import dev
from mikra.errors import InputError, NotAllowedError, NotFoundError
from mikra.server import installation as of
from tests.server.present.conftest import Wallet


@pytest.fixture(autouse=True)
def opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """The installation of the tests, which is open already."""
    monkeypatch.setattr(dev, "choose", lambda *_, **__: Path())
    monkeypatch.setattr(dev, "open_service", lambda: None)


@pytest.fixture
def mode(monkeypatch: pytest.MonkeyPatch) -> Any:
    def set_mode(mode: of.Mode) -> None:
        from dataclasses import replace

        changed = replace(of.installation(), mode=mode)
        monkeypatch.setattr(of, "installation", lambda: changed)

    set_mode(of.Mode.DEVELOPMENT)
    return set_mode


def run(*arguments: str) -> dict[str, Any]:
    found = CliRunner().invoke(dev.app, list(arguments))
    if found.exception is not None and not isinstance(found.exception, SystemExit):
        raise found.exception
    told: dict[str, Any] = json.loads(found.stdout)
    return told | {"exit": found.exit_code}


@pytest.mark.parametrize("response", ["direct_post", "direct_post.jwt"])
@pytest.mark.parametrize("prefix", ["x509_hash", "x509_san_dns", "decentralized_identifier", "redirect_uri"])
def test_a_request_and_its_result(mode: Any, holder: Wallet, prefix: str, response: str) -> None:
    begun = run("request", "--prefix", prefix, "--mode", response)
    assert set(begun) == {"request", "id", "exit"}
    waiting = run("result", begun["id"])
    assert (waiting["verified"], waiting["state"], waiting["exit"]) == (False, "pending", 1)
    asked = holder.fetch(begun["request"])
    assert (asked.client_id.partition(":")[0], asked.mode.value) == (prefix, response)
    holder.answer(asked)
    for _ in range(2):
        told = run("result", begun["id"])
        assert (told["verified"], told["state"], told["exit"]) == (True, "answered", 0)


def test_what_does_not_hold_is_not_verified(mode: Any) -> None:
    begun = run("request")
    wrong = Wallet(nonce="another")
    wrong.answer(wrong.fetch(begun["request"]))
    told = run("result", begun["id"])
    assert (told["verified"], told["code"], told["exit"]) == (False, "nonce_mismatch", 1)


def test_another_id_gives_nothing(mode: Any) -> None:
    begun = run("request")
    for text in ("", "x", "a.b", begun["id"].partition(".")[0]):
        with pytest.raises((InputError, NotFoundError)):
            run("result", text)
    with pytest.raises(NotFoundError):
        run("result", begun["id"][:-3] + ("AAA" if begun["id"][-3:] != "AAA" else "BBB"))


def test_in_production_there_is_no_such_command(mode: Any) -> None:
    mode(of.Mode.PRODUCTION)
    for arguments in (("request",), ("result", "00000000000000000000000000000000.AAAA")):
        with pytest.raises(NotAllowedError):
            run(*arguments)


def test_its_help_names_both_commands() -> None:
    found = CliRunner().invoke(dev.app, ["--help"])
    assert found.exit_code == 0
    assert found.stdout.index("request") < found.stdout.index("result")

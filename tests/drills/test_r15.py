"""R15: withdrawn is public within a minute; lists count for a day; the last good one is served whatever is down; stop.

In small: the tests of tests/server/status and of the stop switch, by their names, and that they can fail. In full also
against a service that runs: by the clock, with its signer and its runner held by a signal.
"""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from mikra.server.actions import batches_rules, status_lists
from mikra.server.jobs.tasks import task
from mikra.server.rights import Actor
from mikra.server.store.batches import Batch
from mikra.server.store.designs import Edition
from mikra.server.store.tenants import Tenant
from mikra.server.web.status import views
from tests.plugins.installation import ROOT, Running
from tests.server.batches import test_sealing
from tests.server.conftest import actor as actor
from tests.server.conftest import forgetful as forgetful
from tests.server.conftest import join as join
from tests.server.conftest import tenant as tenant
from tests.server.institution import class_list, sealed_batch
from tests.server.ops.conftest import environment
from tests.server.status import test_status
from tests.server.status.conftest import edition as edition
from tests.server.status.conftest import registrar as registrar
from tests.server.status.test_status import https as https

pytestmark = pytest.mark.drill("R15")


@pytest.fixture
def batch(https: None, registrar: Actor, edition: Edition) -> Batch:
    return sealed_batch(registrar, edition, class_list(4))


def test_a_minute_is_enough() -> None:
    """The next publication, and what a cache may keep: together under a minute."""
    assert task("status").every + views.CACHED < 60
    assert status_lists.VALID.total_seconds() <= 24 * 3600


@pytest.mark.django_db
def test_planted_a_decision_that_waits_for_the_renewal_is_found(
    registrar: Actor, batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = status_lists._due
    monkeypatch.setattr(status_lists, "_due", lambda at: [one for one in whole(at) if one.dirty is None])
    with pytest.raises(AssertionError):
        test_status.test_what_is_decided_is_public_at_the_next_publication(registrar, batch)


@pytest.mark.django_db
def test_planted_a_switch_that_nobody_looks_at_is_found(
    tenant: Tenant, registrar: Actor, edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches_rules, "check_may_seal", lambda _tenant: None)
    with pytest.raises(AssertionError):
        test_sealing.test_the_stop_switch_stops_a_batch_that_runs(tenant, registrar, edition)


def deed(running: Running, *words: str) -> Any:
    """What somebody of the institution does meanwhile, in a process of its own."""
    around = {**environment(), "MIKRA_ORIGIN": running.origin, "MIKRA_MODE": "development"}
    around["PYTHONPATH"] = os.pathsep.join([str(ROOT), str(ROOT / "src")])
    command = [sys.executable, "-m", "tests.drills.deeds", str(running.home), *words]
    done = subprocess.run(command, env=around, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def code_of(running: Running, file: str) -> str:
    """What the verifier's address of the service says of it."""
    request = urllib.request.Request(
        f"{running.origin}/api/v1/verify", file.encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            found = json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            found = json.loads(error.read())
    return str(found[0]["code"])


def until(what: Callable[[], bool], seconds: float) -> float:
    """How long it took. AssertionError after that many."""
    begin = time.monotonic()
    while not what():
        assert time.monotonic() - begin < seconds, f"not within {seconds:.0f} s"
        time.sleep(0.5)
    return time.monotonic() - begin


@contextmanager
def held(running: Running, word: str) -> Iterator[None]:
    """The child of the service with that word in its command does nothing meanwhile."""
    found = [pid for pid, args in running.service.children().items() if word in args.split()]
    assert found, running.service.children()
    for pid in found:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in found:
            os.kill(pid, signal.SIGCONT)


def lists_served(running: Running, number: int) -> dict[str, Any]:
    """The claims of a list, from every encoding that is served; each of them is."""
    for encoding in ("revocation", "suspension"):
        assert running.service.get(f"/status/{number}/{encoding}")[0] == 200
    status, body = running.service.get(f"/status/{number}/token")
    assert status == 200
    claims = body.split(b".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(claims + b"=" * (-len(claims) % 4)))
    return found


if os.environ.get("MIKRA_FULL") == "1":

    @pytest.mark.sockets
    @pytest.mark.extra("server")
    @pytest.mark.drill("R16")
    def test_a_service_whose_signer_and_runner_are_held(
        installation: Running, record_property: Callable[[str, object], None]
    ) -> None:
        """In full alone: withdrawn, by the clock; lists are served while nobody can seal one; then all goes on."""
        (one, number), (two, _other), *_rest = deed(installation, "others")
        first, second = deed(installation, "file", one), deed(installation, "file", two)
        until(lambda: code_of(installation, first) == "valid", 60)
        deed(installation, "revoke", one)
        took = until(lambda: code_of(installation, first) == "credential_revoked", 60 - views.CACHED)
        record_property("seconds_to_public", round(took))
        listed = lists_served(installation, number)
        assert listed["exp"] - listed["iat"] <= 24 * 3600
        with held(installation, "signer"):
            deed(installation, "revoke", two)
            batch = deed(installation, "begin")
            took = until(lambda: bool(deed(installation, "batch", batch)["problem"]), 150)
            record_property("seconds_until_it_is_said", round(took))
            assert lists_served(installation, number)["exp"] > time.time(), "the last good list is not served"
            assert code_of(installation, first) == "credential_revoked", "verifying went down with the signer"
            assert deed(installation, "batch", batch)["sealed"] == 0
        until(lambda: code_of(installation, second) == "credential_revoked", 60)
        until(lambda: deed(installation, "batch", batch)["state"] == "done", 120)
        with held(installation, "runner"):
            assert lists_served(installation, number)["exp"] > time.time()

    @pytest.mark.sockets
    @pytest.mark.extra("server")
    def test_the_stop_switch_of_a_service(installation: Running) -> None:
        """In full alone: nothing is sealed from the switch on, verifying goes on, and so does sealing afterwards."""
        (one, _number), *_rest = deed(installation, "others")
        file = deed(installation, "file", one)
        batch = deed(installation, "begin")
        deed(installation, "stop")
        try:
            time.sleep(5)
            sealed = deed(installation, "batch", batch)["sealed"]
            time.sleep(20)
            assert deed(installation, "batch", batch)["sealed"] == sealed
            assert code_of(installation, file) == "valid"
        finally:
            deed(installation, "go_on")
        until(lambda: deed(installation, "batch", batch)["state"] == "done", 120)

"""`mikra selftest` and `mikra dev` against a service that runs, on both databases; and one that is not there."""

from __future__ import annotations

import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from mikra.exchange import authorization
from tests.plugins import installation
from tests.server.ops.conftest import MIKRA, environment
from tests.simulators.postgresql import postgresql

pytestmark = [pytest.mark.sockets, pytest.mark.extra("server")]
ROOT = Path(__file__).parents[3]


def run(service: Any, *words: str, database: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    env = {**environment(), "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    env |= {"MIKRA_ORIGIN": f"http://127.0.0.1:{service.port}", **more}
    if database:
        env["MIKRA_DATABASE"] = database
    env.setdefault("MIKRA_MODE", "development")
    command = [*MIKRA, *words, "--home", str(service.home)]
    return subprocess.run(command, capture_output=True, text=True, env=env, cwd=ROOT, timeout=300, check=False)


def seed(service: Any, database: str = "") -> None:
    env = {**environment(), "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    env |= {"MIKRA_ORIGIN": f"http://127.0.0.1:{service.port}", "MIKRA_MODE": "development"}
    if database:
        env["MIKRA_DATABASE"] = database
    command = [MIKRA[0], "-m", "tests.journeys.learner_seed", str(service.home)]
    done = subprocess.run(command, capture_output=True, text=True, env=env, cwd=ROOT, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    service.until(lambda: len(list((service.home / "mail").glob("*.eml"))) >= 2)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def awarded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, str]]:
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "sqlite":
        yield from _served(folder, "")
        return
    with postgresql() as server:
        yield from _served(folder, server.address)


def _served(folder: Path, database: str) -> Iterator[tuple[Any, str]]:
    service = installation.start(folder, MIKRA_MODE="development", **({"MIKRA_DATABASE": database} if database else {}))
    try:
        service.up()
        seed(service, database)
        yield service, database
    finally:
        installation.stop(service)


def test_the_rehearsal_is_green(awarded: tuple[Any, str]) -> None:
    service, database = awarded

    begun = time.monotonic()
    while (done := run(service, "selftest", "--json", database=database)).returncode and time.monotonic() - begun < 60:
        time.sleep(1)  # the first status lists are published within a minute (BAR, R15)
    found = {one["id"]: (one["state"], one["said"]) for one in json.loads(done.stdout)}
    assert {id: said for id, (state, said) in found.items() if state != "good"} == {}, done.stderr
    assert done.returncode == 0
    assert {"service", "verifier", "status", "share", "metadata"} <= set(found)
    assert {"wallet.dc+sd-jwt", "wallet.jwt_vc_json", "wallet.ldp_vc"} <= set(found)
    if database:
        return
    told = run(service, "selftest", "--lang", "cs")
    assert told.returncode == 0
    assert "Peněženka" in told.stdout


def test_it_leaves_nothing_of_a_learner_behind(awarded: tuple[Any, str]) -> None:
    service, database = awarded
    script = (
        "import django; django.setup();"
        "from mikra.server.store.wallets import Wallet; from mikra.server.store.issuing import WalletOffer;"
        "from mikra.server.store.shares import Share;"
        "print(Wallet._default_manager.count(), Share._default_manager.count(),"
        " WalletOffer._default_manager.filter(rehearsal=False).count())"
    )
    env = {**environment(), "PYTHONPATH": str(ROOT / "src"), "MIKRA_HOME": str(service.home)}
    env |= {"DJANGO_SETTINGS_MODULE": "mikra.server.settings", "MIKRA_DATABASE": database}
    done = subprocess.run([MIKRA[0], "-c", script], capture_output=True, text=True, env=env, timeout=60, check=True)
    assert done.stdout.split() == ["0", "0", "0"]


def test_an_offer_for_a_test_suite_is_new_each_time_and_not_for_production(awarded: tuple[Any, str]) -> None:
    service, database = awarded
    offers = [json.loads(run(service, "dev", "offer", database=database).stdout) for _ in range(2)]
    assert offers[0]["offer"] != offers[1]["offer"]
    assert offers[0]["offer"].startswith("openid-credential-offer://?credential_offer=")
    assert len(offers[0]["tx_code"]) == 6
    refused = run(service, "dev", "offer", database=database, MIKRA_MODE="production")
    assert refused.returncode != 0
    assert not refused.stdout.strip()


def test_a_service_that_is_elsewhere_or_down_is_told(awarded: tuple[Any, str]) -> None:
    service, database = awarded
    done = run(service, "selftest", "--json", "--origin", "http://127.0.0.1:9", database=database)
    assert done.returncode == 1
    assert {one["state"] for one in json.loads(done.stdout)} == {"bad"}


@pytest.mark.drill("R8")
def test_of_fifty_wallets_that_redeem_one_offer_at_once_one_gets_it(awarded: tuple[Any, str]) -> None:
    """BAR, R8."""
    service, database = awarded
    made = json.loads(run(service, "dev", "offer", database=database).stdout)
    offer = json.loads(parse_qs(urlsplit(made["offer"]).query)["credential_offer"][0])
    (grant,) = offer["grants"].values()
    form = {
        "grant_type": next(iter(offer["grants"])),
        "pre-authorized_code": grant["pre-authorized_code"],
        "tx_code": made["tx_code"],
    }
    address, body = f"{offer['credential_issuer']}/token", urlencode(form).encode()

    answers = at_once(address, body)
    assert answers.count(200) == 1, answers
    assert {one for one in answers if one != 200} <= {400, 429}, answers


def at_once(address: str, body: bytes) -> list[int]:
    """What fifty who ask the same at the same time are answered."""

    def asked(_number: int) -> int:
        try:
            with urllib.request.urlopen(address, body, timeout=60) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    with ThreadPoolExecutor(50) as pool:
        return list(pool.map(asked, range(50)))


class Told(urllib.request.HTTPRedirectHandler):
    """Does not follow: what is told to the wallet is read."""

    def redirect_request(self, *_given: Any) -> None:
        return None


@pytest.mark.drill("R8")
def test_of_fifty_that_bring_one_code_at_once_at_most_one_gets_a_token(awarded: tuple[Any, str]) -> None:
    """BAR, R8, for the authorisation code; whoever comes second shows that it was copied, and ends the first."""
    service, database = awarded
    made = run(service, "dev", "offer", "--grant", "authorization_code", database=database)
    offer = json.loads(parse_qs(urlsplit(json.loads(made.stdout)["offer"]).query)["credential_offer"][0])
    asked = {
        "response_type": "code",
        "client_id": "w",
        "redirect_uri": "http://127.0.0.1:3000/back",
        "code_challenge": authorization.challenge_of("v" * 43),
        "code_challenge_method": "S256",
        "scope": offer["credential_configuration_ids"][0],
        **offer["grants"]["authorization_code"],
    }
    issuer = offer["credential_issuer"]
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.build_opener(Told).open(f"{issuer}/authorize?{urlencode(asked)}", timeout=60)
    assert caught.value.code == 302
    (code,) = parse_qs(urlsplit(caught.value.headers["Location"]).query)["code"]
    form = {"grant_type": "authorization_code", "code": code, "code_verifier": "v" * 43, "client_id": "w"}
    answers = at_once(f"{issuer}/token", urlencode({**form, "redirect_uri": asked["redirect_uri"]}).encode())
    assert answers.count(200) == 1, answers
    assert {one for one in answers if one != 200} <= {400, 429}, answers

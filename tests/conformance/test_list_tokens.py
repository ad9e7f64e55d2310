"""Token Status Lists of wallets' copies, read by an engine of another house under the authority of the copies."""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

from mikra.adapters.clock import now
from mikra.sealing import sd_jwt, wallet_certificates
from tests.conformance.node import ask
from tests.conformance.test_wallets import offer
from tests.plugins import installation
from tests.server.ops.conftest import MIKRA, environment
from tests.server.ops.test_rehearsal import ROOT, seed

pytestmark = [pytest.mark.sockets, pytest.mark.extra("server")]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    ask("list_tokens", [])  # skips before anything is started
    made = installation.start(tmp_path_factory.mktemp("lists"), MIKRA_MODE="development")
    try:
        made.up()
        seed(made)
        yield made
    finally:
        installation.stop(made)


def anchor(service: Any) -> str:
    keys = service.home / "keys"
    password = (keys / "wallet-authority.password").read_bytes().strip()
    bundle = pkcs12.load_pkcs12((keys / "wallet-authority.p12").read_bytes(), password)
    assert bundle.cert
    return base64.b64encode(bundle.cert.certificate.public_bytes(Encoding.DER)).decode()


WITHDRAWN = """
from mikra.cli.installed import choose, open_service
choose({home!r}, "")
open_service()
from mikra.adapters.clock import now
from mikra.server.actions.work import work
from mikra.server.store.status import mark
with work():
    mark({{({number}, {index}): 1}}, now())
"""


def withdraw(service: Any, number: int, index: int) -> None:
    """As a decision of the institution does, to this copy alone."""
    env = {**environment(), "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", "MIKRA_MODE": "development"}
    env["MIKRA_ORIGIN"] = f"http://127.0.0.1:{service.port}"
    said = WITHDRAWN.format(home=str(service.home), number=number, index=index)
    done = subprocess.run([MIKRA[0], "-c", said], capture_output=True, text=True, env=env, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


def test_it_takes_the_list_under_the_authority_of_the_copy_and_sees_a_withdrawal(service: Any) -> None:
    (held,) = ask("wallets", [{**offer(service, "dc+sd-jwt"), "named": "jwk"}])
    asked = {"text": held["credential"], "anchor": anchor(service)}
    listed = sd_jwt.read(held["credential"].encode()).claims["status"]["status_list"]
    number = int(listed["uri"].split("/")[-2])
    service.until(lambda: bool(ask("list_tokens", [asked])[0]["ok"]), 60)
    (found,) = ask("list_tokens", [asked])
    assert (found["ok"], found["seen"]) == (True, [0]), found
    assert found["header"]["typ"] == "statuslist+jwt"
    stranger = wallet_certificates.make_authority(wallet_certificates.Subject(name="Other", country="EU"), at=now())
    (refused,) = ask("list_tokens", [{**asked, "anchor": base64.b64encode(stranger.certificate).decode()}])
    assert "Another authority" in refused["failed"]
    withdraw(service, number, listed["idx"])
    service.until(lambda: ask("list_tokens", [asked])[0]["seen"] == [1], 60)
    (found,) = ask("list_tokens", [asked])
    assert (found["ok"], found["seen"]) == (False, [1]), found

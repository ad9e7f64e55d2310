"""S7: from an offer to the credential in a wallet (OpenID4VCI 1.0), by the clock of the server's own work.

One process is service and wallet at once: what the wallet asks is timed (the offer, the token, the nonce, the
credential), what the wallet does itself (its key, its proof) is not. The credential is an attestation (SD-JWT VC), with
a place of its own in a status list. "Seal alone" is an ES256 signature by the same library in the same run.

    python -m benchmarks.wallet_offer [--json]
    MIKRA_BENCH_ROWS=100000 python -m benchmarks.wallet_offer
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from benchmarks import figures, service
from benchmarks.figures import Figure

ROWS = int(os.environ.get("MIKRA_BENCH_ROWS", "2000"))
TARGET = 30.0
ASKED = 100
WARM = 5


def measured() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="mikra-bench-") as folder:
        found = service.elsewhere("benchmarks.wallet_offer", Path(folder), ROWS)
    parts = ", ".join(f"{name} {found[name]:.1f}" for name in ("offer", "token", "nonce", "credential"))
    note = (
        f"median {found['median']:.1f} ({parts}), processor p95 {found['cpu']:.1f};"
        f" {found['held']:,.0f} credentials on SQLite, {ASKED} wallets"
    )
    yield Figure(
        id="S7",
        what="offer to credential, p95",
        unit="ms",
        measured=found["p95"],
        target=TARGET,
        peers={"seal alone": found["seal"]},
        note=note,
    )


def ask(count: int) -> dict[str, float]:
    """Seals so many, then lets wallets fetch some of them."""
    from django.conf import settings
    from django.test import Client

    from mikra.server import signer_folder
    from mikra.server.actions import seal_keys, status_lists, wallet_copies, wallet_offers
    from mikra.server.store.awards import Award, Sealed
    from mikra.server.store.tenants import Tenant

    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]  # as Django's client calls itself
    kept = signer_folder.keep

    def keep(of: Any, name: str, made: Any) -> None:
        kept(of, name, made)
        seal_keys.hold(f"signer:#{name}", made.signer)

    signer_folder.keep = keep  # in the place of the signer this process holds the keys
    service.prepare(count)
    service.seal(1)
    wallet_copies.prepare(Tenant._default_manager.get())
    while status_lists.publish_due():
        pass
    awards = list(Award._default_manager.order_by("id"))
    client = Client()
    chosen = awards[:: max(len(awards) // (ASKED + WARM), 1)][: ASKED + WARM]
    fetched = [_fetched(client, wallet_offers.offer_award(one)) for one in chosen][WARM:]
    spent = [one for one, _cpu in fetched]
    whole = sorted(sum(one.values()) for one in spent)
    worked = sorted(cpu for _one, cpu in fetched)
    found = {name: sorted(one[name] for one in spent)[len(spent) // 2] for name in spent[0]}
    return {
        **found,
        "held": Sealed._default_manager.count(),
        "p95": whole[int(0.95 * len(whole))],
        "median": whole[len(whole) // 2],
        "cpu": worked[int(0.95 * len(worked))],
        "seal": _sealed(),
    }


def _fetched(client: Any, offered: Any) -> tuple[dict[str, float], float]:
    """Milliseconds of each question of one wallet by the clock, and of the processor for all of them.

    What does not end with a credential is no figure.
    """
    from mikra.server.web.issuing import wallet_api
    from tests.server.issuing.conftest import Phone

    wallet_api.BUCKETS.clear()
    spent: dict[str, float] = {}
    worked = [0.0]

    def timed(name: str, do: Callable[[], Any]) -> Any:
        begun, cpu = time.perf_counter(), time.process_time()
        found = do()
        spent[name] = 1000 * (time.perf_counter() - begun)
        worked[0] += 1000 * (time.process_time() - cpu)
        return found

    address = urlsplit(parse_qs(urlsplit(offered.short).query)["credential_offer_uri"][0]).path
    phone = Phone(timed("offer", lambda: client.get(address)).json(), client=client)
    token = timed("token", lambda: phone.token(offered.typed)).json()["access_token"]
    nonce = timed("nonce", phone.nonce)
    proof = phone.proof(nonce=nonce)
    answer = timed("credential", lambda: phone.credential(token, proof=proof))
    if answer.status_code != 200 or len(answer.json()["credentials"]) != 1:
        raise RuntimeError(f"no credential: {answer.status_code}")
    return spent, worked[0]


def _sealed() -> float:
    """Milliseconds of a bare ES256 signature over 5 KB."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    key, data = ec.generate_private_key(ec.SECP256R1()), b"x" * 5_000
    begun = time.perf_counter()
    for _ in range(1_000):
        key.sign(data, ec.ECDSA(hashes.SHA256()))
    return time.perf_counter() - begun


if __name__ == "__main__":
    if sys.argv[1:2] == ["ask"]:
        service.set_up()
        print(json.dumps(ask(int(sys.argv[2]))))
    else:
        figures.main(lambda: list(measured()))

"""A learner with an award in their wallet, and the key for files to other institutions."""

from __future__ import annotations

import pytest

from mikra.sealing.keys import private_key_signer
from mikra.server.actions import service_keys, wallets
from mikra.server.store.awards import Award
from mikra.server.store.wallets import Held, Wallet
from mikra.server.web.transfers.fetching import BUCKETS
from tests.server.wallet.conftest import award as award
from tests.server.wallet.conftest import browser as browser
from tests.server.wallet.conftest import code as code
from tests.server.wallet.conftest import offline as offline
from tests.server.wallet.conftest import other as other
from tests.server.wallet.conftest import sealed as sealed
from tests.server.wallet.conftest import wallet as wallet


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    BUCKETS.clear()
    monkeypatch.setattr(service_keys, "_HELD", {})
    for use in service_keys.TITLES:
        made = service_keys.made(use)
        service_keys.hold(private_key_signer(made.key, made.certificate), use)


@pytest.fixture
def held(wallet: Wallet, award: Award) -> Held:
    wallets.describe(wallet, name="Jana Králová")
    return wallets.keep(wallet, award)

"""R8: many at once. The drill itself stands where its subjects do; here, that each of its tests can fail.

| what | test |
|---|---|
| 50 redeem one offer at once | `tests/server/issuing/test_path.py`, `tests/server/ops/test_rehearsal.py` (over HTTP) |
| 20 post with one idempotency key | `tests/server/api/test_flow.py` |
| workers share no place in a status list | `tests/server/batches/test_r1.py`, `tests/adapters/test_status_store.py` |
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mikra.server.actions import idempotency, wallet_tokens
from mikra.server.actions.idempotency import Answer
from mikra.server.store.awards import Award
from mikra.server.store.designs import Edition
from mikra.server.store.issuing import WalletOffer
from mikra.server.store.tenants import Tenant
from tests.server.api.conftest import Give
from tests.server.api.conftest import edition as edition
from tests.server.api.conftest import program as program
from tests.server.api.test_flow import test_twenty_at_once_make_one_batch as twenty_at_once
from tests.server.conftest import actor as actor
from tests.server.conftest import forgetful as forgetful
from tests.server.conftest import join as join
from tests.server.conftest import tenant as tenant
from tests.server.issuing.conftest import award as award
from tests.server.issuing.conftest import code as code
from tests.server.issuing.conftest import collected as collected
from tests.server.issuing.conftest import offline as offline
from tests.server.issuing.conftest import plenty as plenty
from tests.server.issuing.conftest import sealed as sealed
from tests.server.issuing.conftest import signer as signer
from tests.server.issuing.test_path import test_of_fifty_who_redeem_at_once_one_gets_it as fifty_at_once

pytestmark = [pytest.mark.drill("R8"), pytest.mark.django_db(transaction=True)]


def test_planted_an_offer_that_is_not_spent_is_found(collected: Award, monkeypatch: pytest.MonkeyPatch) -> None:
    whole: Any = wallet_tokens._for_offer

    def forgetful(*given: Any) -> Any:
        found = whole(*given)
        WalletOffer._default_manager.update(redeemed=None)
        return found

    monkeypatch.setattr(wallet_tokens, "_for_offer", forgetful)
    with pytest.raises(AssertionError):
        fifty_at_once(collected)


def test_planted_a_key_that_is_not_remembered_is_found(
    tenant: Tenant, edition: Edition, program: Give, monkeypatch: pytest.MonkeyPatch
) -> None:
    def each_time(_actor: Any, _key: str, _request: bytes, do: Callable[[], Answer], **_at: Any) -> Answer:
        return do()

    monkeypatch.setattr(idempotency, "once", each_time)
    with pytest.raises(AssertionError):
        twenty_at_once(tenant, edition, program)

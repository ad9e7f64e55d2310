"""A key that its owner says is in other hands: what the seal may still prove."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mikra.verification.withdrawal import Times, lost

LOST = datetime(2026, 5, 1, tzinfo=UTC)
BEFORE, AFTER, NOW = LOST - timedelta(days=1), LOST + timedelta(days=1), LOST + timedelta(days=30)


@pytest.mark.parametrize(
    ("since", "proven", "claimed", "code"),
    [
        (None, None, AFTER, ""),
        (NOW + timedelta(days=1), None, BEFORE, ""),
        (LOST, BEFORE, BEFORE, ""),
        (LOST, AFTER, BEFORE, "key_compromised"),
        (LOST, LOST, BEFORE, "key_compromised"),
        (LOST, None, BEFORE, "seal_time_not_proven"),
        (LOST, None, AFTER, "key_compromised"),
        (LOST, None, None, "key_compromised"),
    ],
)
def test_only_a_proof_of_time_shows_that_a_seal_is_older(
    since: datetime | None, proven: datetime | None, claimed: datetime | None, code: str
) -> None:
    assert lost(since, Times(at=NOW, proven=proven, claimed=claimed)) == code

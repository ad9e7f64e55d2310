"""A certificate that its authority withdrew, a key in other hands: what the seal may still prove."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mikra.trust.revocation import Standing, State
from mikra.trust.statements import Source, Statement, Withdrawn
from mikra.verification.policy import Policy
from mikra.verification.withdrawal import Times, code_of, lost

LOST = datetime(2026, 5, 1, tzinfo=UTC)
BEFORE, AFTER, NOW = LOST - timedelta(days=1), LOST + timedelta(days=1), LOST + timedelta(days=30)
LATER = NOW + timedelta(days=1)


@pytest.mark.parametrize(
    ("since", "proven", "claimed", "code"),
    [
        (None, None, AFTER, ""),
        (LATER, None, BEFORE, ""),
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


def standing(reason: str, since: datetime = LOST, state: State = State.REVOKED) -> Standing:
    withdrawn = Withdrawn.HELD if state is State.HELD else Withdrawn.REVOKED
    said = Statement(
        source=Source.CRL,
        withdrawn=withdrawn,
        as_of=NOW,
        until=None,
        signer=b"",
        evidence=b"",
        since=since,
        reason=reason,
    )
    return Standing(certificate=b"", state=state, statement=said)


HARMLESS, HARMFUL = "superseded", "keyCompromise"


@pytest.mark.parametrize(
    ("reason", "proven", "lapsed", "claimed", "code"),
    [
        (HARMFUL, BEFORE, None, AFTER, ""),
        (HARMLESS, LOST, None, BEFORE, "seal_certificate_revoked"),
        (HARMLESS, AFTER, None, BEFORE, "seal_certificate_revoked"),
        (HARMFUL, AFTER, None, BEFORE, "seal_certificate_revoked"),
        (HARMLESS, AFTER, BEFORE, BEFORE, "seal_time_not_proven"),
        (HARMFUL, None, BEFORE, None, "seal_time_not_proven"),
        (HARMFUL, None, AFTER, BEFORE, "key_compromised"),
        (HARMLESS, None, None, AFTER, "seal_certificate_revoked"),
        (HARMFUL, None, None, BEFORE, "key_compromised"),
        (HARMLESS, None, None, BEFORE, "seal_time_not_proven"),
        (HARMLESS, None, None, None, "seal_time_not_proven"),
    ],
)
def test_a_withdrawn_certificate(
    reason: str, proven: datetime | None, lapsed: datetime | None, claimed: datetime | None, code: str
) -> None:
    """Row by row, the table of ETSI EN 319 102-1, 5.2.6 at the top of `withdrawal`."""
    times = Times(at=NOW, proven=proven, claimed=claimed, lapsed=lapsed)
    assert code_of([standing(reason)], times, Policy()) == code
    assert code_of([standing(reason, since=LATER)], times, Policy()) == ""


@pytest.mark.parametrize(("proven", "code"), [(None, "seal_certificate_suspended"), (BEFORE, "")])
def test_a_suspended_certificate(proven: datetime | None, code: str) -> None:
    times = Times(at=NOW, proven=proven, claimed=BEFORE)
    assert code_of([standing("certificateHold", state=State.HELD)], times, Policy()) == code

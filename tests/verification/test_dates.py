"""Dates against the moment asked for: before, within, after, at the edges, and dates that name no moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mikra.report import Status
from mikra.verification import dates

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
SKEW = timedelta(minutes=5)


def judged(**document: Any) -> tuple[Status, str, str]:
    check = dates.check(document, AT, SKEW)
    return check.status, check.code, check.where


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"validFrom": "2026-01-01T00:00:00Z"},
        {"validFrom": "2026-06-01T12:05:00Z"},
        {"validFrom": "2026-06-01T14:00:00+02:00", "validUntil": "2026-06-01T14:00:00+02:00"},
        {"validUntil": "2026-06-01T11:55:00Z"},
        {"issued": "2023-09-27T13:54:17+02:00", "validFrom": "2022-12-31T23:00:00Z"},
    ],
)
def test_within(document: dict[str, Any]) -> None:
    assert judged(**document) == (Status.PASSED, "", "")


@pytest.mark.parametrize(
    ("document", "code", "where"),
    [
        ({"validFrom": "2026-06-01T12:05:01Z"}, "credential_not_yet_valid", "/validFrom"),
        (
            {"validFrom": "2020-01-01T00:00:00Z", "issued": "2027-01-01T00:00:00Z"},
            "credential_not_yet_valid",
            "/issued",
        ),
        ({"issuanceDate": "2027-01-01T00:00:00Z"}, "credential_not_yet_valid", "/issuanceDate"),
        ({"validFrom": "9999-12-31T23:59:59-14:00"}, "credential_not_yet_valid", "/validFrom"),
        ({"validUntil": "2026-06-01T11:54:59Z"}, "credential_expired", "/validUntil"),
        ({"expirationDate": "2026-06-01T11:54:59Z"}, "credential_expired", "/expirationDate"),
        (
            {"validUntil": "2030-01-01T00:00:00Z", "expirationDate": "2025-01-01T00:00:00Z"},
            "credential_expired",
            "/expirationDate",
        ),
        ({"validUntil": "0001-01-01T00:00:00+14:00"}, "credential_expired", "/validUntil"),
        ({"validUntil": "2026-13-45T99:00:00Z"}, "credential_malformed", "/validUntil"),
        ({"validFrom": "2026-01-01T00:00:00"}, "credential_malformed", "/validFrom"),
        ({"issued": ["2026-01-01T00:00:00Z"]}, "credential_malformed", "/issued"),
        ({"validFrom": None}, "credential_malformed", "/validFrom"),
    ],
)
def test_outside_or_unreadable(document: dict[str, Any], code: str, where: str) -> None:
    assert judged(**document) == (Status.FAILED, code, where)

"""One text, one moment; anything else is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mikra.errors import InputError
from mikra.instants import instant


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-05-03T10:00:00Z", datetime(2026, 5, 3, 10, tzinfo=UTC)),
        ("2026-05-03T10:00:00+02:00", datetime(2026, 5, 3, 8, tzinfo=UTC)),
        ("2026-05-03T10:00:00-03:30", datetime(2026, 5, 3, 13, 30, tzinfo=UTC)),
        ("2026-05-03T10:00:00.1234567Z", datetime(2026, 5, 3, 10, 0, 0, 123456, tzinfo=UTC)),
        ("2026-05-03T24:00:00Z", datetime(2026, 5, 4, tzinfo=UTC)),
        ("2024-02-29T00:00:00+14:00", datetime(2024, 2, 28, 10, tzinfo=UTC)),
    ],
)
def test_one_moment(text: str, moment: datetime) -> None:
    assert instant(text) == moment


@pytest.mark.parametrize(
    "value",
    [
        "2026-05-03T10:00:00",
        "2026-05-03",
        "2026-05-03 10:00:00Z",
        "2026-05-03t10:00:00z",
        "2026-13-45T99:00:00Z",
        "2026-02-29T00:00:00Z",
        "2026-05-03T24:00:01Z",
        "2026-05-03T10:00:60Z",
        "2026-05-03T10:00:00+14:01",
        "2026-05-03T10:00:00+02:60",
        "2026-05-03T10:00:00+0200",
        "0000-01-01T00:00:00Z",
        "9999-12-31T24:00:00Z",
        "-0044-03-15T00:00:00Z",
        "12026-05-03T10:00:00Z",
        "٢٠٢٦-05-03T10:00:00Z",
        "",
        1777802400,
        None,
        ["2026-05-03T10:00:00Z"],
    ],
)
def test_anything_else_is_refused(value: Any) -> None:
    with pytest.raises(InputError) as caught:
        instant(value, "/validFrom")
    assert caught.value.code == "credential_malformed"
    assert caught.value.path == "/validFrom"


@settings(max_examples=60)
@given(st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)), st.integers(-840, 840))  # noqa: DTZ001
def test_what_is_written_is_read(naive: datetime, minutes: int) -> None:
    sign, offset = "-" if minutes < 0 else "+", abs(minutes)
    text = f"{naive.isoformat(timespec='microseconds')}{sign}{offset // 60:02}:{offset % 60:02}"
    assert instant(text) == (naive - timedelta(minutes=minutes)).replace(tzinfo=UTC)

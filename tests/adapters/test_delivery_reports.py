"""Which letter came back, and whether for good (RFC 3464, RFC 3463)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mikra.adapters.delivery_reports import Bounce, read_report

OURS = "<176.1@zed.example>"


def report(status: str = "5.1.1", action: str = "failed", original: str = "message/rfc822", **changes: str) -> bytes:
    kind = changes.get("kind", 'multipart/report; report-type=delivery-status; boundary="B"')
    return f"""From: MAILER-DAEMON@posta.example
To: mikra@zed.example
Subject: Undelivered
MIME-Version: 1.0
Content-Type: {kind}

--B
Content-Type: text/plain; charset=utf-8

It could not be delivered to zoe@posta.example.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.posta.example

Final-Recipient: rfc822; zoe@posta.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 unknown

--B
Content-Type: {original}

Message-ID: {OURS}
From: mikra@zed.example
To: zoe@posta.example
Subject: Yours

--B--
""".replace("\n", "\r\n").encode()


def test_a_letter_that_came_back() -> None:
    bounce = read_report(report())
    assert bounce == Bounce(OURS, "5.1.1")
    assert bounce is not None
    assert bounce.final


def test_headers_alone_will_do() -> None:
    assert read_report(report(original="text/rfc822-headers")) == Bounce(OURS, "5.1.1")


def test_a_delay_is_not_for_good() -> None:
    bounce = read_report(report(status="4.4.1", action="delayed"))
    assert bounce is not None
    assert not bounce.final


def test_an_action_without_a_status() -> None:
    assert read_report(report(status="unknown")) == Bounce(OURS, "5.0.0")


@pytest.mark.parametrize(
    "data", [b"", b"Subject: hello\r\n\r\nThank you!", report(kind="text/plain"), b"\xff" * 1000, b"a" * 1_000_001]
)
def test_what_reports_nothing(data: bytes) -> None:
    assert read_report(data) is None


@given(st.binary(max_size=400))
def test_garbage_is_no_report(tail: bytes) -> None:
    for data in (tail, report()[:300] + tail, report() + tail):
        assert read_report(data) is None or isinstance(read_report(data), Bounce)

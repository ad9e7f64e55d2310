"""Delivery status notifications (RFC 3464) and what mailers of old send in their place: which letter came back, why.

Only a message-id of ours and a status code are taken out; addresses and words of the report are left.
"""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import dataclass
from email.message import EmailMessage, Message

MOST = 1_000_000
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")


@dataclass(frozen=True, slots=True)
class Bounce:
    """A letter that came back: its Message-ID and the enhanced status code (RFC 3463), "" where none is given."""

    message_id: str
    status: str

    @property
    def final(self) -> bool:
        """Whether it came back for good; "4.x.x" is a delay."""
        return not self.status.startswith(("2.", "4."))


def read_report(data: bytes) -> Bounce | None:
    """What a message of the mailbox reports; None for one that reports nothing (an answer of a person, say)."""
    if len(data) > MOST:
        return None
    message = email.message_from_bytes(data, policy=email.policy.default)
    if not isinstance(message, EmailMessage) or message.get_content_type() != "multipart/report":
        return None
    status, original = "", ""
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            status = status or _status(part)
        elif kind in ("message/rfc822", "text/rfc822-headers"):
            original = original or _message_id(part)
    return Bounce(original, status) if original else None


def _status(part: EmailMessage) -> str:
    """The first Status or Action field of the per-recipient groups."""
    groups = part.get_payload()
    for group in groups if isinstance(groups, list) else ():
        if not isinstance(group, Message):
            continue
        found = _STATUS.search(str(group.get("Status", "")))
        if found:
            return found[1]
        if str(group.get("Action", "")).strip().lower() == "failed":
            return "5.0.0"
    return ""


def _message_id(part: EmailMessage) -> str:
    payload = part.get_payload()
    if isinstance(payload, list) and payload and isinstance(payload[0], Message):
        return str(payload[0].get("Message-ID", "")).strip()[:120]
    if isinstance(payload, str):
        inner = email.message_from_string(payload, policy=email.policy.default)
        return str(inner.get("Message-ID", "")).strip()[:120]
    return ""

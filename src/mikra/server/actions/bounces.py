"""Letters that come back: the mailbox of this installation is read for delivery reports. The task `bounces`."""

from __future__ import annotations

from pathlib import Path

from mikra.adapters.mail import open_mailbox
from mikra.server.actions import deliveries
from mikra.server.installation import installation


def read_mailbox() -> bool:
    """Reads what is new, where a mailbox is set; never more at once. UnavailableError where it cannot be read."""
    of = installation()
    if of.mailbox:
        password = Path(of.mail_password_file).read_text("utf-8").strip() if of.mail_password_file else ""
        deliveries.read_mailbox(open_mailbox(of.mailbox, password=password))
    return False

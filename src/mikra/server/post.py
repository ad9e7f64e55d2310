"""The post of this installation, for letters of ours and for those that Django and allauth send (EMAIL_BACKEND)."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Sequence
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from django.core.mail.backends.base import BaseEmailBackend

from mikra.adapters.mail import Later, Post, Refused, open_post
from mikra.server.installation import installation


def our_post() -> Post:
    """A new connection to it; whoever opens it closes it."""
    of = installation()
    password = Path(of.mail_password_file).read_text("utf-8").strip() if of.mail_password_file else ""
    return open_post(of.mail, folder=of.home / "mail", password=password)


class Backend(BaseEmailBackend):
    """Django's mail through our post."""

    def send_messages(self, email_messages: Sequence[Any]) -> int:
        post, sent = our_post(), 0
        try:
            for one in email_messages:
                outcome = post.send(_message(one))
                if isinstance(outcome, Later | Refused) and not self.fail_silently:
                    raise OSError(f"The letter was not taken: {outcome.why}")
                sent += not isinstance(outcome, Later | Refused)
        finally:
            post.close()
        return sent


def _message(one: Any) -> EmailMessage:
    made = email.message_from_bytes(one.message().as_bytes(), policy=email.policy.default)
    assert isinstance(made, EmailMessage)
    return made

"""How allauth behaves here: nobody signs up by themselves, and codes are typed with ease."""

from __future__ import annotations

import base64
import uuid
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from mikra.server.store import personal


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by administrators (`actions.people.invite`), or by the set-up token."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Its messages ("Successfully signed in as ...") say what one sees anyway."""

    def get_from_email(self) -> str:
        from django.conf import settings

        return str(settings.DEFAULT_FROM_EMAIL)


class SecondProofs(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of apps and recovery codes stand encrypted in the database, under a key of this installation."""

    def encrypt(self, text: str) -> str:
        return base64.b64encode(personal.encrypt(personal.derived("second-proof", NOBODY), text.encode())).decode()

    def decrypt(self, encrypted_text: str) -> str:
        blob = base64.b64decode(encrypted_text)
        return personal.decrypt(personal.derived("second-proof", NOBODY), blob).decode()


NOBODY = uuid.UUID(int=0)
"""People belong to no tenant, so their key is the installation's."""

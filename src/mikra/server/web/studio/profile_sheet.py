"""One provider profile as its form shows it."""

from __future__ import annotations

from typing import Any

from mikra.server.actions import providers
from mikra.server.store.tenants import Provider
from mikra.server.web.studio import choices, faults
from mikra.server.web.studio.reading import Reading


class ProfileSheet(Reading):
    """Values as they were typed, and what is wrong with them."""

    def __init__(self, provider: Provider, tags: list[str], *, language: str, others: list[Provider]) -> None:
        _body, found = providers.judge_body(provider.body)
        super().__init__(provider.body, language=language, profiles=others)
        self.tags = tags
        self.faults = {fault.where: faults.sentence(fault) for fault in found}
        self.policy: dict[str, Any] = provider.policy

    @property
    def languages(self) -> list[tuple[str, str]]:
        return choices.languages(self.tags, self.language)

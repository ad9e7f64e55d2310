"""The one application of the service."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created


class StoreConfig(AppConfig):
    name = "mikra.server.store"
    label = "store"
    verbose_name = "Mikra"

    def ready(self) -> None:
        connection_created.connect(_durable, dispatch_uid="mikra.durable")


def _durable(connection: Any, **_: Any) -> None:
    from mikra.server.databases import check_durability

    check_durability(connection)

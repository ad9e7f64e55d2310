"""All that somebody can read who has the database and every key that is left: what an erasure has to answer to.

Each blob is tried with each key that stands in the database, as a sealed file, as a value, and as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
from django.apps import apps

from mikra.errors import MikraError
from mikra.server.actions.awards_content import take_out
from mikra.server.store import personal
from mikra.server.store.tenants import Wrapped


def readable() -> Iterator[tuple[str, bytes]]:
    """(table.column, content) of every cell, decrypted where any key fits."""
    keys = [personal.unwrap(one) for one in Wrapped._default_manager.all()]
    for model in apps.get_models(include_auto_created=True):
        for row in model._default_manager.all():
            for field in model._meta.local_concrete_fields:
                value = getattr(row, field.attname)
                for content in _contents(value, row, keys):
                    yield f"{model._meta.label}.{field.name}", content


def _contents(value: Any, row: Any, keys: list[bytes]) -> Iterator[bytes]:
    if value is None:
        return
    if not isinstance(value, bytes | memoryview):
        yield (orjson.dumps(value) if isinstance(value, dict | list) else str(value).encode())
        return
    blob = bytes(value)
    yield blob
    for key in keys if len(blob) > 40 else ():
        yield from _opened(blob, row, key)


def _opened(blob: bytes, row: Any, key: bytes) -> Iterator[bytes]:
    about = row.award_id.bytes if hasattr(row, "award_id") and row.award_id else b""
    for way in (
        lambda: take_out(key, about, blob),
        lambda: orjson.dumps(personal.look_into(key, blob)),
        lambda: personal.decrypt(key, blob),
    ):
        try:
            yield way()
        except (MikraError, ValueError):
            continue
        except Exception as error:  # zstd has an error of its own for what is no zstd
            if type(error).__name__ != "ZstdError":
                raise

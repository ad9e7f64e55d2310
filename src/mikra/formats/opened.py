"""What a file turns out to hold: values passed from the readers to whoever judges them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from mikra import strictjson
from mikra.errors import InputError
from mikra.formats.containers import DEFAULT_LIMITS, ZipLimits


class Form(StrEnum):
    """How far a credential can be judged here."""

    SEALED = "sealed"
    UNSEALED = "unsealed"
    OTHER = "other"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One credential, not yet judged.

    `kind` names its form exactly ("jades", "credential", "jwt", "pdf" ...): a key of `messages/verify`, `kind.*`.
    `document` is parsed JSON: the sealed wrapper, or the bare credential; `data` are the bytes of what is not JSON.
    `error` says why one of several is refused.
    `name` is the file's name, also within an archive; `where` a JSON Pointer into that file.
    """

    form: Form
    kind: str
    name: str = ""
    where: str = ""
    document: Mapping[str, Any] = field(default_factory=dict, hash=False)
    data: bytes = b""
    error: InputError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A file that could be read: its kind from the outside, and the credentials in it."""

    kind: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one upload may cost (docs/design.md, limits). Bytes; `text` is a credential without its images."""

    text: int = 1024 * 1024
    file: int = 5 * 1024 * 1024
    archive: int = 15 * 1024 * 1024
    credentials: int = 500
    json: strictjson.Limits = strictjson.LIMITS_WITH_IMAGES
    zip: ZipLimits = DEFAULT_LIMITS


LIMITS = Limits()


def refuse_heavy(size: int, document: Any, limits: Limits = LIMITS) -> None:
    """InputError `too_large` where a document of `size` bytes is over the limit even without its images."""
    if size > limits.text and size - _images(document) > limits.text:
        raise too_large(size, limits.text)


def too_large(size: int, limit: int) -> InputError:
    return InputError(
        "This file is larger than we accept.",
        found=f"{size} bytes",
        expected=f"at most {limit} bytes",
        code="too_large",
    )


def _images(document: Any) -> int:
    """Characters of embedded files: the `content` of media objects, and `data:` addresses.

    A sealed credential within counts too: its content is weighed when its seal is opened.
    """
    total, todo = 0, [document]
    while todo:
        value = todo.pop()
        if isinstance(value, str) and value.startswith("data:"):
            total += len(value)
        elif isinstance(value, list):
            todo += value
        elif isinstance(value, Mapping):
            content = _embedded(value)
            total += len(content)
            todo += [v for v in value.values() if v is not content]
    return total


def _embedded(value: Mapping[str, Any]) -> str:
    name = "content" if value.keys() & {"contentEncoding", "contentType"} else "payload"
    content = value.get(name)
    return content if isinstance(content, str) else ""

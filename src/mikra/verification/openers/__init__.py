"""How each kind of sealed thing is opened: kind of `formats.Item` -> module with `open_item`, loaded when needed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module

from mikra.formats import Item
from mikra.verification.openers.opening import Opening
from mikra.verification.question import Question

OPENERS: dict[str, str] = {
    "cose": "vc_cose",
    "data_integrity": "data_integrity",
    "jades": "jades",
    "jwt": "vc_jose",
    "link": "link",
    "open_badge_2": "open_badge_2",
    "pdf": "pdf",
    "photo": "photo",
    "png": "png",
    "sd_jwt": "sd_jwt",
    "svg": "svg",
    "xml": "xml",
}
"""Kind -> module here. A kind that is not in it is recognised and said to be not read yet."""


def can_open(item: Item) -> bool:
    """Whether this kind is read here."""
    return item.kind in OPENERS


def open_item(item: Item, question: Question) -> Opening:
    """What is in a sealed thing. Raises InputError as `opening` says; KeyError for a kind that is not read here."""
    return _opener(item.kind)(item, question)


@cache
def _opener(kind: str) -> Callable[[Item, Question], Opening]:
    opener: Callable[[Item, Question], Opening] = import_module(f"mikra.verification.openers.{OPENERS[kind]}").open_item
    return opener


__all__ = ["OPENERS", "Opening", "can_open", "open_item"]

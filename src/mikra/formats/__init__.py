"""Readers: bytes in, credentials out. `read` is the door."""

from mikra.formats.edc import held, is_credential, is_presentation, items_of, presented
from mikra.formats.opened import LIMITS, Form, Item, Limits, Opened, refuse_heavy
from mikra.formats.read import read

__all__ = [
    "LIMITS",
    "Form",
    "Item",
    "Limits",
    "Opened",
    "held",
    "is_credential",
    "is_presentation",
    "items_of",
    "presented",
    "read",
    "refuse_heavy",
]

"""A photo of a QR code: the credential in it, or the https address of one, is what is judged."""

from __future__ import annotations

from mikra.formats import Item, photo
from mikra.verification.openers.opening import Opening
from mikra.verification.openers.within import items_of
from mikra.verification.question import Question


def open_item(item: Item, question: Question) -> Opening:
    """What the code holds. InputError as `photo.extract` and `within.items_of`."""
    return Opening(inside=items_of(photo.extract(item.data), item, question))

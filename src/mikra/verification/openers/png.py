"""Badge images in PNG (Open Badges 3.0, 5.3.1; 2.0 baking): the credential within is what is judged.

A picture without one may be a screenshot of a QR code: then what the code holds.
"""

from __future__ import annotations

from mikra.errors import InputError
from mikra.formats import Item, baked_png, photo
from mikra.formats.baked import Baked
from mikra.verification.openers.opening import Opening
from mikra.verification.openers.within import items_of
from mikra.verification.question import Question


def open_item(item: Item, question: Question) -> Opening:
    """The credential in the image. InputError as `baked_png.extract` and `within.items_of`."""
    return Opening(inside=items_of(_found(item.data), item, question))


def _found(png: bytes) -> Baked:
    try:
        return baked_png.extract(png)
    except InputError as error:
        if error.code != "image_no_credential":
            raise
        try:
            return photo.extract(png)
        except InputError as other:
            raise (other if other.code == "image_ambiguous" else error) from None

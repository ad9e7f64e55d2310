"""Badge images in SVG (Open Badges 3.0, 5.3.2; 2.0 baking): the credential within is what is judged."""

from __future__ import annotations

from mikra.formats import Item, baked_svg
from mikra.verification.openers.opening import Opening
from mikra.verification.openers.within import items_of
from mikra.verification.question import Question


def open_item(item: Item, question: Question) -> Opening:
    """The credential in the drawing. InputError as `baked_svg.extract` and `within.items_of`."""
    return Opening(inside=items_of(baked_svg.extract(item.data), item, question))

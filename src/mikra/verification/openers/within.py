"""What stands within an image or a photo, as items to be judged by themselves."""

from __future__ import annotations

from dataclasses import replace

from mikra import formats
from mikra.errors import InputError
from mikra.formats import Form, Item
from mikra.formats.baked import Baked, Edition
from mikra.formats.sniff import Kind, kind_of
from mikra.verification.question import Question

_ADDRESS = ("https://", "http://")


def items_of(baked: Baked, item: Item, question: Question) -> tuple[Item, ...]:
    """The credentials in a text that was found in `item`. InputError as `formats.read`, `image_ambiguous` for several.

    What was baked by Open Badges 2.0 is an assertion: a sealed text, JSON, or the address of one.
    """
    text = baked.text.strip()
    kind = "open_badge_2" if baked.edition is Edition.V2 else "link"
    if text.lower().startswith(_ADDRESS):
        return (Item(form=Form.SEALED, kind=kind, name=item.name, where=item.where, data=text.encode()),)
    data = text.encode()
    if baked.edition is Edition.V2 and kind_of(data) is Kind.JWT:
        return (Item(form=Form.SEALED, kind=kind, name=item.name, where=item.where, data=data),)
    if kind_of(data) not in (Kind.JSON, Kind.JWT, Kind.SD_JWT):
        raise InputError("What stands in this image is not a credential.", code="image_no_credential")
    found = formats.read(data, item.name, question.policy.limits).items
    if len(found) > 1:
        raise InputError("There is more than one credential in this image.", code="image_ambiguous")
    return tuple(replace(one, where=item.where + one.where) for one in found)

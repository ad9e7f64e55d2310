"""Credentials and presentations under COSE_Sign1 (W3C VC-JOSE-COSE 1.0, 3.3): judged as those under JWS are."""

from __future__ import annotations

from mikra.formats import Item
from mikra.sealing import vc_cose
from mikra.verification.openers import vc_jose
from mikra.verification.openers.opening import Opening
from mikra.verification.question import Question


def open_item(item: Item, question: Question) -> Opening:
    """The credential under the seal; of a presentation, the credentials within, and who showed them."""
    return vc_jose.open_envelope(vc_cose.open_envelope(item.data), item, question)

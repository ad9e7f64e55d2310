"""JAdES files (ETSI TS 119 182-1): one JSON text under one or several seals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mikra import formats, strictjson
from mikra.errors import InputError
from mikra.formats import Item
from mikra.sealing import jades
from mikra.verification import known_shapes, seals
from mikra.verification.case import Unread
from mikra.verification.openers.opening import Opening
from mikra.verification.question import Question


def open_item(item: Item, question: Question) -> Opening:
    """The content of a JAdES file; the credentials inside, where it is a sealed presentation."""
    sealed = jades.unseal(item.document)
    faults = jades.check_integrity(sealed)
    if faults:
        return Opening(faults=faults)
    shape = known_shapes.look(sealed.payload, question) if sealed.raw else None
    known = shape is not None and shape.twin is not None
    judged = tuple([seals.judge(seal, question.at, question.policy, question.loader) for seal in sealed.seals])
    if known and shape is not None:
        return Opening(document=Unread(sealed.payload), seals=judged, shape=shape)
    document = _content(sealed.payload, question)
    if formats.is_presentation(document):
        inside = formats.items_of(document, name=item.name, where=item.where, limits=question.policy.limits)
        return Opening(document=document, seals=judged, inside=inside)
    return Opening(document=document, seals=judged, shape=shape)


def _content(payload: bytes, question: Question) -> Mapping[str, Any]:
    """The sealed content, strictly read."""
    limits = question.policy.limits
    document = strictjson.parse(payload, limits.json)
    formats.refuse_heavy(len(payload), document, limits)
    if not formats.is_credential(document):
        raise InputError("There is no credential under this seal.", code="credential_malformed")
    return document

"""Sealed bytes at rest: compressed with what all credentials of an edition have in common, then encrypted.

    4 bytes    the dictionary (`store.awards.Dictionary`), 0 for none
    the rest   zstd

under XChaCha20-Poly1305 with the learner's key, bound to the award. A credential of 5 KB takes some 200 bytes.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import zstandard

from mikra.errors import NotFoundError
from mikra.issuance.design import Design
from mikra.issuance.fields import FieldKind, RosterField
from mikra.server.store import personal
from mikra.server.store.awards import Award, Dictionary, Sealed
from mikra.server.store.learners import Learner

_HEAD = 4
_LEVEL = 3
MOST = 16_000_000
"""Bytes that one file unpacks to."""


class _Presses(threading.local):
    """Compressors and decompressors of one thread, by dictionary."""

    def __init__(self) -> None:
        self.pack: dict[int, zstandard.ZstdCompressor] = {}
        self.unpack: dict[int, zstandard.ZstdDecompressor] = {}


_presses = _Presses()


def put_away(key: bytes, award_id: bytes, file: bytes, dictionary: Dictionary | None) -> bytes:
    """A file as `Sealed.content` keeps it."""
    number = dictionary.pk if dictionary else 0
    packed = number.to_bytes(_HEAD) + _compressor(number, dictionary).compress(file)
    return personal.encrypt(key, packed, about=award_id)


def take_out(key: bytes, award_id: bytes, content: bytes) -> bytes:
    """The file again, byte for byte. UnavailableError where it was damaged."""
    packed = personal.decrypt(key, content, about=award_id)
    number = int.from_bytes(packed[:_HEAD])
    return bytes(_decompressor(number).decompress(packed[_HEAD:], max_output_size=MOST))


def file_of(award: Award, *, form: str = "edc") -> bytes:
    """The sealed credential of an award in its newest generation. NotFoundError: none, or erased."""
    learner = Learner._default_manager.select_related("key").filter(awards=award).first()
    newest = Sealed.of(award.tenant_id).filter(award=award, form=form).order_by("-generation").first()
    if newest is None or newest.content is None or learner is None:
        raise NotFoundError("There is no credential here in this form.", found=form, code="not_found")
    return take_out(personal.opened(learner.key), award.id.bytes, bytes(newest.content))


def _compressor(number: int, dictionary: Dictionary | None) -> zstandard.ZstdCompressor:
    known = _presses.pack.get(number)
    if known is None:
        shared = _prepared(bytes(dictionary.content)) if dictionary else None
        if shared:
            shared.precompute_compress(level=_LEVEL)
        _bound(_presses.pack)
        known = _presses.pack[number] = zstandard.ZstdCompressor(level=_LEVEL, dict_data=shared)
    return known


def _decompressor(number: int) -> zstandard.ZstdDecompressor:
    known = _presses.unpack.get(number)
    if known is None:
        row = Dictionary._default_manager.filter(pk=number).first() if number else None
        if number and row is None:
            raise NotFoundError("What is needed to unpack this credential is gone.", code="not_found")
        shared = _prepared(bytes(row.content)) if row else None
        _bound(_presses.unpack)
        known = _presses.unpack[number] = zstandard.ZstdDecompressor(dict_data=shared)
    return known


def _bound(known: dict[int, Any]) -> None:
    if len(known) > 64:
        known.clear()


def _prepared(content: bytes) -> zstandard.ZstdCompressionDict:
    return zstandard.ZstdCompressionDict(content, dict_type=zstandard.DICT_TYPE_RAWCONTENT)


def nobody(design: Design, fields: tuple[RosterField, ...]) -> Mapping[str, Any]:
    """Values of a row about nobody, by which a dictionary is made."""
    by_kind: dict[FieldKind, Any] = {
        FieldKind.NAME: "A",
        FieldKind.EMAIL: "a@learner.example",
        FieldKind.DATE: "2000-01-01",
        FieldKind.TEXT: "1",
        FieldKind.YES_NO: True,
    }
    found = {one.name: by_kind[one.kind] for one in fields if one.kind in by_kind}
    found |= {one.name: one.choices[0] for one in fields if one.kind is FieldKind.CHOICE and one.choices}
    return found | ({"language": design.primary_language} if "language" in found else {})

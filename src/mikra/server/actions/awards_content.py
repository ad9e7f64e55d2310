"""Sealed bytes at rest: compressed with what all credentials of an edition have in common, then encrypted.

    8 bytes    the name of the dictionary (`store.awards.Dictionary`), zeros for none
    the rest   zstd

under XChaCha20-Poly1305 with the learner's key, bound to the award. A credential of 5 KB takes some 200 bytes.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from typing import Any

import zstandard

from mikra.errors import NotFoundError, UnavailableError
from mikra.issuance.design import Design
from mikra.issuance.fields import FieldKind, RosterField
from mikra.server.store import personal
from mikra.server.store.awards import Award, Dictionary, Sealed
from mikra.server.store.designs import Edition

_HEAD = 8
_NONE = bytes(_HEAD)
_LEVEL = 3
MOST = 16_000_000
"""Bytes that one file unpacks to."""


class _Presses(threading.local):
    """Compressors and decompressors of one thread, by dictionary."""

    def __init__(self) -> None:
        self.pack: dict[bytes, zstandard.ZstdCompressor] = {}
        self.unpack: dict[bytes, zstandard.ZstdDecompressor] = {}


_presses = _Presses()


def put_away(key: bytes, award_id: bytes, file: bytes, dictionary: Dictionary | None) -> bytes:
    """A file as `Sealed.content` keeps it."""
    return personal.encrypt(key, pack(file, dictionary), about=award_id)


def pack(file: bytes, dictionary: Dictionary | None) -> bytes:
    """A file as it is encrypted."""
    name = bytes(dictionary.name) if dictionary else _NONE
    return name + _compressor(name, dictionary).compress(file)


def take_out(key: bytes, award_id: bytes, content: bytes) -> bytes:
    """The file again, byte for byte. UnavailableError where it was damaged."""
    packed = personal.decrypt(key, content, about=award_id)
    return bytes(_decompressor(packed[:_HEAD]).decompress(packed[_HEAD:], max_output_size=MOST))


def new_dictionary(edition: Edition, content: bytes, digest: bytes) -> Dictionary:
    """Stores it; call it inside `work()`."""
    name = hashlib.sha256(content).digest()[:_HEAD]
    return Dictionary._default_manager.create(edition=edition, content=content, digest=digest, name=name)


def file_of(award: Award, *, form: str = "edc") -> bytes:
    """The sealed credential of an award in its newest generation. NotFoundError: none, or erased."""
    rows = Sealed.of(award.tenant_id).filter(award=award, form=form).select_related("award__learner__key")
    newest = rows.order_by("-generation").first()
    learner = newest.award.learner if newest else None
    if newest is None or newest.content is None or learner is None:
        raise NotFoundError("There is no credential here in this form.", found=form, code="not_found")
    file = take_out(personal.opened(learner.key), award.id.bytes, bytes(newest.content))
    if hashlib.sha256(file).digest() != bytes(newest.digest):
        raise UnavailableError("What is stored here is not what was sealed.", code="data_unreadable")
    return file


def _compressor(name: bytes, dictionary: Dictionary | None) -> zstandard.ZstdCompressor:
    known = _presses.pack.get(name)
    if known is None:
        shared = _prepared(bytes(dictionary.content)) if dictionary else None
        if shared:
            shared.precompute_compress(level=_LEVEL)
        _bound(_presses.pack)
        known = _presses.pack[name] = zstandard.ZstdCompressor(level=_LEVEL, dict_data=shared)
    return known


def _decompressor(name: bytes) -> zstandard.ZstdDecompressor:
    known = _presses.unpack.get(name)
    if known is None:
        row = Dictionary._default_manager.filter(name=name).first() if name != _NONE else None
        if name != _NONE and row is None:
            raise NotFoundError("What is needed to unpack this credential is gone.", code="not_found")
        shared = _prepared(bytes(row.content)) if row else None
        _bound(_presses.unpack)
        known = _presses.unpack[name] = zstandard.ZstdDecompressor(dict_data=shared)
    return known


def _bound(known: dict[bytes, Any]) -> None:
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

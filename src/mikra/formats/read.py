"""Any bytes in, credentials out: the one door for files, by content and not by name.

Kinds that are recognised but not read yet come out as such: they are never passed, and never crash.
"""

from __future__ import annotations

from mikra import strictjson
from mikra.errors import InputError
from mikra.formats import containers
from mikra.formats.edc import items_of
from mikra.formats.opened import LIMITS, Form, Item, Limits, Opened, refuse_heavy, too_large
from mikra.formats.sniff import Kind, kind_of

_SYSTEM_FILES = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
"""What operating systems slip into archives; nobody means it as a credential."""

_OFFICE = "[Content_Types].xml"
"""Spreadsheets and text documents are archives too (ECMA-376, part 2)."""

_JSON_NAMES = (".json", ".jsonld")
"""A text that is not JSON but says so in its name is told what is wrong with it as JSON."""


def read(data: bytes, name: str = "", limits: Limits = LIMITS) -> Opened:
    """What a file holds. `name` is only passed on.

    Raises InputError with a code of `codes.CODES` where the file as a whole cannot be taken: empty_upload, too_large,
    file_type_mismatch, json_*, credential_malformed, and what `containers.inspect_zip` refuses. In an archive, what is
    wrong with one of several files stands in its `Item`.
    """
    kind = kind_of(data)
    if kind is Kind.EMPTY:
        raise InputError("The file is empty.", fix="Give the file as it was sent to you.", code="empty_upload")
    if kind is Kind.ZIP:
        return Opened(kind="zip", items=_archive(data, limits))
    if len(data) > limits.file:
        raise too_large(len(data), limits.file)
    if kind is Kind.UNKNOWN or (kind is Kind.TEXT and not name.lower().endswith(_JSON_NAMES)):
        raise _no_credential_kind()
    if kind in (Kind.JSON, Kind.TEXT):
        document = strictjson.parse(data, limits.json)
        refuse_heavy(len(data), document, limits)
        return Opened(kind="json", items=items_of(document, name=name, limits=limits))
    content = data.strip() if kind is Kind.LINK else data
    return Opened(kind=kind.value, items=(Item(form=Form.SEALED, kind=kind.value, name=name, data=content),))


def _no_credential_kind() -> InputError:
    return InputError(
        "This is not a kind of file that holds a credential.",
        expected="JSON, or an archive of JSON files",
        fix="Give the file as the issuer or the holder sent it.",
        code="file_type_mismatch",
    )


def _archive(data: bytes, limits: Limits) -> tuple[Item, ...]:
    if len(data) > limits.archive:
        raise too_large(len(data), limits.archive)
    entries = [e for e in containers.inspect_zip(data, limits.zip) if not _is_system_file(e.name)]
    if any(e.name == _OFFICE for e in entries):
        raise _no_credential_kind()
    if not entries:
        raise InputError("The archive holds no file.", code="empty_upload")
    return tuple(item for entry in entries for item in _member(data, entry, limits))


def _is_system_file(name: str) -> bool:
    return name.startswith(_SYSTEM_FILES[0]) or name.rsplit("/", 1)[-1] in _SYSTEM_FILES


def _member(data: bytes, entry: containers.Entry, limits: Limits) -> tuple[Item, ...]:
    try:
        content = containers.read_entry(data, entry)
        return read(content, entry.name, limits).items
    except InputError as error:
        return (Item(form=Form.REFUSED, kind="refused", name=entry.name, error=error),)

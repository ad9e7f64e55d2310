"""ISO 32000-2, 7.3, 7.11 and 12.6: the objects of a PDF file, by qpdf. Loaded by `pdf` alone, when needed.

Every object is looked at, whether or not something leads to it: what one reader does not find, another may.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Stream

from mikra.errors import InputError
from mikra.formats import pdf_bytes, pdf_changes, pdf_seals, pdf_text
from mikra.formats.pdf_file import Attachment, PdfFile, PdfLimits, PdfSeal, SealKind, damaged
from mikra.formats.pdf_stream import unpacked

BROKEN = (
    pikepdf.PdfError,
    pikepdf.ForeignObjectError,
    pikepdf.DataDecodingError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    RecursionError,
    NotImplementedError,
    RuntimeError,
)
"""What pikepdf raises over a file that is none."""

_ACTIONS = frozenset(
    {
        *("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/ResetForm", "/GoToR", "/GoToE", "/Rendition"),
        *("/Movie", "/Sound", "/RichMediaExecute", "/GoTo3DView", "/Hide", "/GoToDp"),
    }
)
"""ISO 32000-2, table 201: actions that run, send, open other files or change what is seen. Links may stay."""

_ACTIVE_KEYS = ("/JS", "/JavaScript", "/AA", "/XFA", "/RichMediaContent", "/3DD")
_ACTIVE_SUBTYPES = frozenset({"/RichMedia", "/3D", "/Screen", "/Movie", "/Sound"})
_DEEPEST = 60
_LINE_END = re.compile(rb"[\r\n]*")


def read(data: bytes, limits: PdfLimits) -> PdfFile:
    """See `pdf.read`."""
    try:
        file, seals_alone = _state(data, limits)
        seals = tuple(_judged(data, seal, file, seals_alone, limits) for seal in file.seals)
    except BROKEN as error:
        raise damaged() from error
    return replace(file, seals=seals)


def _state(data: bytes, limits: PdfLimits) -> tuple[PdfFile, bool]:
    """The file as it stands, and whether its form holds nothing but seals."""
    with _opened(data) as pdf:
        if len(pdf.objects) > limits.objects:
            raise InputError("This PDF file holds too many objects.", code="file_expands_too_much")
        dictionaries = [d for one in pdf.objects if isinstance(one, Object) for d in _within(one, 0)]
        file = PdfFile(
            attachments=_attachments(dictionaries, limits),
            text=pdf_text.read(pdf, limits.content, limits.pages),
            active=_active(dictionaries),
            seals=pdf_seals.read(data, dictionaries, pdf.Root, limits.seals),
            store=_store(pdf, limits),
        )
        return file, all(str(one["/FT"]) == "/Sig" for one in dictionaries if "/FT" in one)


def _judged(data: bytes, seal: PdfSeal, file: PdfFile, seals_alone: bool, limits: PdfLimits) -> PdfSeal:
    """The seal, with a fault where the file was changed after it."""
    if seal.whole or seal.fault:
        return seal
    end = seal.covers[2] + seal.covers[3]
    more = any(other.kind is SealKind.SEAL and other.covers > seal.covers for other in file.seals)
    sealed = data[: end + len(_LINE_END.match(data, end).group())]  # type: ignore[union-attr]
    pdf_bytes.check(sealed, limits.unpacked, limits.objects)
    before, _ = _state(sealed, limits)
    same = (before.attachments, before.text, before.active) == (file.attachments, file.text, file.active)
    if same and pdf_changes.harmless(data, seal.covers, further_seals=more and seals_alone):
        return seal
    return replace(seal, fault=pdf_seals.CHANGED)


def _opened(data: bytes) -> pikepdf.Pdf:
    try:
        pdf = pikepdf.open(BytesIO(data), attempt_recovery=False, suppress_warnings=True, inherit_page_attributes=False)
    except pikepdf.PasswordError as error:
        raise InputError(
            "This PDF file is protected by a password.", fix="Save it without one.", code="file_encrypted"
        ) from error
    if pdf.is_encrypted:
        raise InputError("This PDF file is encrypted.", fix="Save it without encryption.", code="file_encrypted")
    return pdf


def _within(one: Any, depth: int) -> Iterator[Any]:
    """A dictionary or stream, and all that stand in it directly (references lead to objects that are seen anyway)."""
    if depth > _DEEPEST:
        raise damaged("The parts of this PDF file lie too deep in one another.")
    if isinstance(one, Dictionary | Stream):
        yield one
        members = [value for _, value in one.items()]
    elif isinstance(one, Array):
        members = list(one)
    else:
        return
    for value in members:
        if isinstance(value, Object) and not value.is_indirect:
            yield from _within(value, depth + 1)


def _attachments(dictionaries: list[Any], limits: PdfLimits) -> tuple[Attachment, ...]:
    """Every embedded file, each content once, in the order of the objects."""
    found: dict[tuple[int, int], str] = {}
    streams: dict[tuple[int, int], Any] = {}
    for one in dictionaries:
        if isinstance(one.get("/EF"), Dictionary):
            for stream in one["/EF"].values():
                if isinstance(stream, Stream):
                    found.setdefault(stream.objgen, str(one.get("/UF", one.get("/F", ""))))
                    streams[stream.objgen] = stream
        elif isinstance(one, Stream) and one.get("/Type") == Name.EmbeddedFile:
            found.setdefault(one.objgen, "")
            streams[one.objgen] = one
    if len(found) > limits.attachments:
        raise InputError(
            "This PDF file holds too many attachments.",
            found=str(len(found)),
            expected=f"at most {limits.attachments}",
            code="too_many_files",
        )
    contents: dict[bytes, str] = {}
    for place, name in found.items():
        data = unpacked(streams[place], limits.attachment)
        if data is None:
            raise damaged("An attachment of this PDF file is packed in a way that we do not read.")
        contents.setdefault(data, name)
    return tuple(Attachment(name=name, data=data) for data, name in contents.items())


def _active(dictionaries: list[Any]) -> str:
    """The first thing that would run or reach out when somebody opens the file."""
    for one in dictionaries:
        action, subtype = str(one.get("/S", "")), str(one.get("/Subtype", ""))
        if action in _ACTIONS:
            return action
        if subtype in _ACTIVE_SUBTYPES:
            return subtype
        for key in _ACTIVE_KEYS:
            if key in one:
                return key
    return ""


def _store(pdf: pikepdf.Pdf, limits: PdfLimits) -> tuple[tuple[bytes, ...], tuple[bytes, ...], tuple[bytes, ...]]:
    dss = pdf.Root.get("/DSS")
    if not isinstance(dss, Dictionary):
        return ((), (), ())

    def values(name: str) -> tuple[bytes, ...]:
        listed = dss.get(name)
        streams = [one for one in listed if isinstance(one, Stream)] if isinstance(listed, Array) else []
        read = [unpacked(one, limits.attachment) for one in streams[: limits.attachments]]
        return tuple(one for one in read if one is not None)

    return (values("/Certs"), values("/CRLs"), values("/OCSPs"))

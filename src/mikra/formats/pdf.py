"""PDF (ISO 32000-1, ISO 32000-2) as a carrier: what is attached to a file of anybody, what its page says, its seals.

    read(data)          PdfFile, or InputError with a code of `codes.CODES`

A file is taken only where it can be read in one way: a table of contents that fits, no password, nothing before the
header or behind the end. Objects are read by qpdf (through pikepdf), streams are unpacked here, under limits. Names
of attachments are passed on and used for nothing. `adapters.pdf_worker` does the same in a process that can be killed.
"""

from __future__ import annotations

from collections.abc import Callable

from mikra.errors import UnavailableError
from mikra.formats import pdf_bytes
from mikra.formats.pdf_file import DEFAULT_LIMITS, Attachment, PdfFile, PdfLimits, PdfSeal, SealKind

PdfReader = Callable[[bytes], PdfFile]


def read(data: bytes, limits: PdfLimits = DEFAULT_LIMITS) -> PdfFile:
    """The contents of a file.

    Raises InputError (file_type_mismatch, file_damaged, file_encrypted, file_expands_too_much, too_many_files);
    UnavailableError without the extra `pdf`.
    """
    pdf_bytes.check(data, limits.unpacked, limits.objects)
    try:
        from mikra.formats import pdf_objects
    except ModuleNotFoundError as error:
        raise UnavailableError(
            "PDF files cannot be read here.",
            where="extra pdf",
            found="pikepdf is not installed",
            fix="Install mikra[pdf].",
        ) from error
    return pdf_objects.read(data, limits)


__all__ = ["DEFAULT_LIMITS", "Attachment", "PdfFile", "PdfLimits", "PdfReader", "PdfSeal", "SealKind", "read"]

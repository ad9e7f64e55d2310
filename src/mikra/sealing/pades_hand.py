"""ETSI EN 319 142-1 as pyHanko writes it into the file, around seals of ours. Loaded by `pades` alone, when needed.

pyHanko's writer sets the date of change in the metadata of the file. In a PDF/A file those are fixed to what the page
maker wrote, and a rewritten packet loses the declarations of conformance: here they stay untouched.
"""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from itertools import count
from typing import Any

from asn1crypto import crl, ocsp
from asn1crypto import x509 as asn1
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.fields import InvisSigSettings, SigFieldSpec, SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
from pyhanko.sign.signers.constants import ESIC_EXTENSION_1
from pyhanko.sign.signers.pdf_byterange import SignatureObject
from pyhanko.sign.validation.dss import DocumentSecurityStore

from mikra.errors import InputError
from mikra.sealing import cms
from mikra.sealing.etsiu import ValidationData
from mikra.sealing.keys import Signer
from mikra.sealing.timestamps import Timestamper, request_token

FIELD = "Seal"
"""The name of our signature field; the second seal of a file is "Seal2"."""

_ROOM, _ROOM_FOR_TOKEN = 2_048, 12_288
"""Bytes kept free for the seal beside its certificates, and for a timestamp with those of its authority."""

_BROKEN = (PdfError, SigningError, ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError)
"""What pyHanko raises over a file that is none."""


class _Writer(IncrementalPdfFileWriter):
    """Appends and nothing else: metadata and version of the file stay as they are."""

    output_version = (1, 7)

    def _update_meta(self) -> None:
        pass


def seal(
    pdf: bytes, *, signer: Signer, at: datetime, timestamper: Timestamper | None, store: ValidationData, label: str
) -> bytes:
    """See `pades.seal`."""
    digest = cms.digest_name(signer)
    room = _ROOM + sum(map(len, (signer.certificate, *signer.chain))) + (_ROOM_FOR_TOKEN if timestamper else 0)
    try:
        writer = _Writer(BytesIO(pdf))
        writer.register_extension(ESIC_EXTENSION_1)
        _store(writer, store)
        writing = _embedder(_free_name(writer), label, writer)
        placeholder = SignatureObject(timestamp=at, subfilter=SigSeedSubFilter.PADES, bytes_reserved=2 * room)
        writing.send(SigObjSetup(sig_placeholder=placeholder))
        prepared, output = writing.send(SigIOSetup(md_algorithm=digest, output=BytesIO()))
    except _BROKEN as error:
        raise _not_sealable() from error
    stamp = (lambda signature: request_token(timestamper, signature)) if timestamper else None
    made = cms.build(signer, prepared.document_digest, timestamp=stamp)
    if len(made) > room:
        raise InputError("The timestamp is too large for a seal.", found=f"{len(made)} bytes", expected=f"{room} bytes")
    writing.send(made)
    return bytes(output.getvalue())


def _embedder(name: str, label: str, writer: _Writer) -> Any:
    """The field is there, its box off the page: a widget outside the crop box needs no tag (ISO 14289-1, 7.18.1)."""
    field = SigFieldSpec(
        sig_field_name=name, readable_field_name=label, invis_sig_settings=InvisSigSettings(box_out_of_bounds=True)
    )
    writing = PdfCMSEmbedder(new_field_spec=field).write_cms(field_name=name, writer=writer)
    next(writing)
    return writing


def _free_name(writer: IncrementalPdfFileWriter) -> str:
    taken = {name for name, _, _ in enumerate_sig_fields(writer.prev)}
    return FIELD if FIELD not in taken else next(f"{FIELD}{n}" for n in count(2) if f"{FIELD}{n}" not in taken)


def extend(pdf: bytes, data: ValidationData) -> bytes:
    """See `pades.extend`."""
    try:
        writer = _Writer(BytesIO(pdf))
        if not writer.prev.embedded_signatures:
            raise InputError("This file bears no seal that could be extended.", fix="Seal it first.")
        _store(writer, data)
        output = BytesIO()
        writer.write(output)  # type: ignore[no-untyped-call]
    except _BROKEN as error:
        raise _not_sealable() from error
    return output.getvalue()


def _store(writer: _Writer, data: ValidationData) -> None:
    """The document security store, with what is new to it."""
    if data.certificates or data.crls or data.ocsps:
        DocumentSecurityStore.supply_dss_in_writer(
            writer,
            None,
            certs=[asn1.Certificate.load(der) for der in data.certificates],
            crls=[crl.CertificateList.load(der) for der in data.crls],
            ocsps=[ocsp.OCSPResponse.load(der) for der in data.ocsps],
        )


def _not_sealable() -> InputError:
    return InputError(
        "This PDF file cannot be sealed.",
        expected="a whole PDF file, not encrypted",
        fix="Save it again from the program that made it, as PDF/A.",
        code="file_damaged",
    )

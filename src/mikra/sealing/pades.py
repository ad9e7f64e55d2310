"""PAdES (ETSI EN 319 142-1, 5 and 6; ISO 32000-2, 12.8): seals on PDF files, levels B-B, B-T and B-LT.

    seal(pdf, signer=signer, at=now)                              B-B
    seal(pdf, signer=signer, at=now, timestamper=authority)       B-T
    seal(..., timestamper=authority, validation_data=values)      B-LT: what a later check needs is in the file
    extend(sealed, values)                                        B-LT, of a file that was sealed before

A file that was PDF/A-3a and PDF/UA-1 stays so: its metadata are left as they are, the field of the seal has a name
that can be read aloud, and its box lies off the page. Each step only appends to the file. ISO 19005-3, 6.4.3 wants
the seal to cover the whole file: where validation data are at hand when sealing, they go under the seal; what `extend`
adds later stands behind it.
"""

from __future__ import annotations

from datetime import datetime
from types import ModuleType

from mikra.errors import InputError, UnavailableError
from mikra.sealing.certificates import check_validity
from mikra.sealing.etsiu import ValidationData
from mikra.sealing.keys import Signer
from mikra.sealing.timestamps import Timestamper

NOTHING = ValidationData()


def seal(
    pdf: bytes,
    *,
    signer: Signer,
    at: datetime,
    timestamper: Timestamper | None = None,
    validation_data: ValidationData = NOTHING,
    label: str = "Electronic seal",
) -> bytes:
    """`pdf` under a seal over all of it. `at` is the claimed time; `label` is what a screen reader says of the field.

    Raises UnavailableError without the extra `pdf`, or where the timestamp authority cannot be had; InputError where
    the file is none that can be sealed; NotAllowedError outside the validity of the certificate.
    """
    if at.tzinfo is None:
        raise InputError("The time of sealing has no time zone.", found=at.isoformat(), expected="a time and zone")
    check_validity(signer.certificate, at)
    hand = _hand()
    return bytes(
        hand.seal(_ended(pdf), signer=signer, at=at, timestamper=timestamper, store=validation_data, label=label)
    )


def extend(pdf: bytes, data: ValidationData) -> bytes:
    """A sealed `pdf` with a document security store (EN 319 142-1, 5.4.2): certificates, CRLs, OCSP responses.

    Only appends; what the file holds already is not doubled. Raises as `seal`.
    """
    if not (data.certificates or data.crls or data.ocsps):
        raise InputError("There is nothing to add to this seal.", expected="certificates, CRLs or OCSP responses")
    return bytes(_hand().extend(_ended(pdf), data))


def covered(pdf: bytes, ranges: tuple[int, int, int, int]) -> bytes:
    """The bytes under a seal: two ranges, each an offset and a length."""
    first, length, second, rest = ranges
    return pdf[first : first + length] + pdf[second : second + rest]


def _ended(pdf: bytes) -> bytes:
    """The appended part begins on a line of its own (ISO 19005-3, 6.1.9: objects begin lines)."""
    return pdf if pdf.endswith(b"\n") else pdf + b"\n"


def _hand() -> ModuleType:
    try:
        from mikra.sealing import pades_hand
    except ModuleNotFoundError as error:
        raise UnavailableError(
            "PDF files cannot be sealed here.",
            where="extra pdf",
            found="pyHanko is not installed",
            fix="Install mikra[pdf].",
        ) from error
    return pades_hand

"""A learner's credentials on their way to a home institution: one sealed file with a European Student Identifier.

    data = jades.seal(document(transfer, at), signer=..., at=at)     what is sealed: JSON, each credential as it came
    transfer = read(data)                                            InputError where it is not what was sealed

The seal says who put the file together, and that nothing was exchanged since. It says nothing of the credentials: each
carries its own seal, and is judged by itself. Nor of the identifier: that is the learner's own word, and the file says
so (`stated_by`).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson

from mikra import strictjson
from mikra.errors import InputError
from mikra.sealing import jades, wallet_certificates

FORMAT = "mikra/transfer/1"
MEDIA_TYPE = "application/jose+json"
MOST = 50
"""Credentials of one file."""
LARGEST = 6_000_000
"""Bytes of a file."""
ESI = re.compile(r"urn:schac:personalUniqueCode:int:esi:[A-Za-z0-9._:@\-]{3,200}")
"""European Student Identifier, 2: a SCHAC personal unique code."""
_LIMITS = replace(strictjson.LIMITS_WITH_IMAGES, max_bytes=LARGEST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One credential as it came. `form` is the kind of file, as the verifier calls it."""

    name: str
    form: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """`origin`: the address of the service that made it, which its seal stands for. `to`: as the learner wrote it."""

    id: str
    origin: str
    made: str
    ends: str
    learner: str
    esi: str
    to: str
    parts: tuple[Part, ...]
    certificate: bytes = b""
    """Of its seal, once it was read."""


def document(transfer: Transfer, *, valid_from: str) -> bytes:
    """What is sealed (VC 2.0 in form, so that every tool can read it). `valid_from` is an instant (RFC 3339)."""
    subject = {
        "format": FORMAT,
        "id": f"urn:uuid:{transfer.id}",
        "to": transfer.to,
        "learner": {"name": transfer.learner, "esi": transfer.esi, "stated_by": "learner"},
        "credentials": [
            {
                "name": one.name,
                "form": one.form,
                "sha256": hashlib.sha256(one.content).hexdigest(),
                "content": base64.b64encode(one.content).decode(),
            }
            for one in transfer.parts
        ],
    }
    whole = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential"],
        "issuer": {"id": f"{transfer.origin}/"},
        "name": "Credentials for a home institution",
        "validFrom": valid_from,
        "validUntil": transfer.ends,
        "credentialSubject": subject,
    }
    return orjson.dumps(whole, option=orjson.OPT_SORT_KEYS)


def read(data: bytes) -> Transfer:
    """A sealed file, whole. InputError `transfer_malformed`: it is none; `transfer_altered`: its seal does not hold."""
    if len(data) > LARGEST:
        raise _malformed("This file is larger than we accept.", f"{len(data)} bytes", f"at most {LARGEST} bytes")
    try:
        opened = jades.unseal(data, limits=_LIMITS)
        whole = strictjson.parse(opened.payload, _LIMITS)
    except InputError as error:
        raise _malformed("This is no sealed file for a home institution.", error.found) from error
    subject = whole.get("credentialSubject") if isinstance(whole, dict) else None
    if not isinstance(whole, dict) or not isinstance(subject, dict) or subject.get("format") != FORMAT:
        raise _malformed("This is no sealed file for a home institution.", "", f"a file in the format {FORMAT}")
    if len(opened.seals) != 1 or jades.check_integrity(opened) or opened.seals[0].certificate is None:
        raise _altered("The seal of this file does not hold.")
    try:
        made = _transfer(whole, subject, opened.seals[0].certificate)
        stands = wallet_certificates.stands_for(made.certificate, (made.origin,))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _malformed("This file for a home institution lacks something.", str(error)[:80]) from error
    if not stands:
        raise _altered("This file says that it comes from where its seal does not stand for.", made.origin)
    return made


def _transfer(whole: Mapping[str, Any], subject: Mapping[str, Any], certificate: bytes) -> Transfer:
    learner, listed = subject["learner"], subject["credentials"]
    if not isinstance(listed, list) or not 0 < len(listed) <= MOST:
        raise ValueError(f"1 to {MOST} credentials")
    if not ESI.fullmatch(learner["esi"]):
        raise ValueError("esi")
    for one in (whole["validFrom"], whole["validUntil"]):
        if datetime.fromisoformat(one).tzinfo is None:
            raise ValueError("a time without its zone")
    return Transfer(
        id=_text(subject["id"]).removeprefix("urn:uuid:"),
        origin=_text(whole["issuer"]["id"]).rstrip("/"),
        made=whole["validFrom"],
        ends=whole["validUntil"],
        learner=_text(learner["name"]),
        esi=learner["esi"],
        to=_text(subject["to"]),
        parts=tuple(_part(one) for one in listed),
        certificate=certificate,
    )


def _part(one: Mapping[str, Any]) -> Part:
    try:
        content = base64.b64decode(one["content"], validate=True)
    except binascii.Error as error:
        raise ValueError("content") from error
    if hashlib.sha256(content).hexdigest() != one["sha256"]:
        raise ValueError("sha256")
    return Part(name=_text(one["name"]), form=_text(one["form"]), content=content)


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 500:
        raise ValueError("a text")
    return value


def _malformed(message: str, found: str = "", expected: str = "") -> InputError:
    fix = "Give the file as it came from the other institution's service."
    return InputError(message, found=found, expected=expected, fix=fix, code="transfer_malformed")


def _altered(message: str, found: str = "") -> InputError:
    fix = "Do not use it. Ask the learner for a new one."
    return InputError(message, found=found, fix=fix, code="transfer_altered")

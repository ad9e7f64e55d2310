"""The manifest of an award (docs/design.md, 4): which forms of it there are, each with its id and digest.

Every form points to the sealed EDC; the manifest points the other way. It is a credential in form (VC 2.0, 4.1), sealed
by the issuer of the award, and written anew when a form is added, or the award is withdrawn or superseded. It holds no
personal data.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import orjson

from mikra import strictjson
from mikra.conversion.identity import Identity, Origin
from mikra.conversion.open_badges import CONTEXT_VC, form_id
from mikra.conversion.reading import Form
from mikra.errors import ConflictError, InputError
from mikra.sealing import jades
from mikra.sealing.keys import Signer

FORMAT = "mikra/manifest/1"


class Standing(StrEnum):
    """Whether a form may be relied on."""

    VALID = "valid"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One form. `digest` is the SHA-256 of its sealed bytes, in hexadecimal; `language` is "" where it holds all.

    An SD-JWT VC is sealed anew for each wallet: then each has its own entry.
    """

    form: Form
    id: str
    digest: str
    issued: str
    status: Standing = Standing.VALID
    language: str = ""

    @classmethod
    def of(cls, form: Form, sealed: bytes, *, form_id: str, at: dt.datetime, language: str = "") -> Entry:
        digest = hashlib.sha256(sealed).hexdigest()
        return cls(form=form, id=form_id, digest=digest, issued=_written(at), language=language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """All forms of one award, in the order in which they were made. `version` counts from 1.

    `superseded_by` is the id of the credential that took the place of this award's, `supersedes` of that whose place
    it took itself; "" where there is none.
    """

    award: str
    issuer: str
    at: str
    entries: tuple[Entry, ...] = ()
    version: int = 1
    superseded_by: str = ""
    supersedes: str = ""

    def with_entry(self, entry: Entry, at: dt.datetime) -> Manifest:
        """The next version with one form more. ConflictError where that very form is listed with other bytes."""
        if any(one.id == entry.id and one.form is entry.form and one.digest != entry.digest for one in self.entries):
            raise ConflictError("This form is in the manifest already, with other content.", where=entry.id)
        rest = tuple(one for one in self.entries if (one.id, one.form) != (entry.id, entry.form))
        return self._next((*rest, entry), at)

    def with_status(self, entry_id: str, status: Standing, at: dt.datetime) -> Manifest:
        """The next version in which one form stands otherwise. InputError where it is not listed."""
        if all(one.id != entry_id for one in self.entries):
            raise InputError("The manifest has no such form.", where=entry_id)
        changed = [replace(one, status=status) if one.id == entry_id else one for one in self.entries]
        return self._next(changed, at)

    def withdrawn(self, at: dt.datetime, *, by: str = "") -> Manifest:
        """The next version in which no form may be relied on; `by`: the credential that took the place of this one."""
        status = Standing.SUPERSEDED if by else Standing.WITHDRAWN
        return replace(self._next([replace(one, status=status) for one in self.entries], at), superseded_by=by)

    def replacing(self, credential: str, at: dt.datetime) -> Manifest:
        """The next version, which says whose place this award took."""
        return replace(self._next(self.entries, at), supersedes=credential)

    @property
    def credential(self) -> str:
        """The id of the sealed EDC; "" where it is not listed."""
        return next((one.id for one in self.entries if one.form is Form.EDC), "")

    def _next(self, entries: Sequence[Entry], at: dt.datetime) -> Manifest:
        return replace(self, at=_written(at), entries=tuple(entries), version=self.version + 1)

    def entry_of(self, sealed: bytes) -> Entry | None:
        """The entry of these very bytes; None where they are not of this award."""
        digest = hashlib.sha256(sealed).hexdigest()
        return next((one for one in self.entries if one.digest == digest), None)


def begin(origin: Origin, sealed: bytes, *, identity: Identity, at: dt.datetime) -> Manifest:
    """The first version: the EDC alone, from which all others are made."""
    entry = Entry.of(Form.EDC, sealed, form_id=origin.credential, at=at)
    return Manifest(award=origin.award, issuer=identity.issuer, at=_written(at), entries=(entry,))


def document(manifest: Manifest) -> dict[str, Any]:
    """The manifest as it is sealed."""
    origin = Origin(credential="", award=manifest.award, digest=b"")
    return {
        "@context": [CONTEXT_VC],
        "id": form_id(origin, f"manifest {manifest.version}"),
        "type": ["VerifiableCredential"],
        "issuer": manifest.issuer,
        "validFrom": manifest.at,
        "credentialSubject": {
            "id": manifest.award,
            "format": FORMAT,
            "version": manifest.version,
            **{name: value for name, value in _relations(manifest).items() if value},
            "forms": [{name: value for name, value in _entry(one).items() if value != ""} for one in manifest.entries],
        },
    }


def _relations(manifest: Manifest) -> dict[str, str]:
    return {"supersededBy": manifest.superseded_by, "supersedes": manifest.supersedes}


def _entry(one: Entry) -> dict[str, str]:
    return {
        "form": one.form.value,
        "id": one.id,
        "language": one.language,
        "sha256": one.digest,
        "issued": one.issued,
        "status": one.status.value,
    }


def seal(manifest: Manifest, *, signer: Signer, at: dt.datetime) -> bytes:
    """The manifest under the issuer's seal (JAdES B-B), read back before it is given out."""
    sealed = jades.seal(orjson.dumps(document(manifest)), signer=signer, at=at)
    if read(sealed) != manifest:
        raise ConflictError("The manifest does not read back as it was written.", where=manifest.award)
    return sealed


def read(sealed: bytes) -> Manifest:
    """The manifest in sealed bytes whose seal holds; whose seal it is, `verify` says. InputError."""
    opened = jades.unseal(sealed)
    faults = jades.check_integrity(opened)
    if faults:
        raise InputError("The seal of the manifest does not hold.", code=faults[0].rule)
    return _read(strictjson.parse(opened.payload))


def _read(found: Any) -> Manifest:
    try:
        subject: Mapping[str, Any] = found["credentialSubject"]
        if subject["format"] != FORMAT:
            raise _malformed(str(subject["format"]))
        return Manifest(
            award=_text(subject["id"]),
            issuer=_text(found["issuer"]),
            at=_text(found["validFrom"]),
            version=int(subject["version"]),
            entries=tuple(_read_entry(one) for one in subject["forms"]),
            superseded_by=_text(subject.get("supersededBy", "")),
            supersedes=_text(subject.get("supersedes", "")),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _malformed(type(error).__name__) from None


def _read_entry(one: Mapping[str, Any]) -> Entry:
    return Entry(
        form=Form(one["form"]),
        id=_text(one["id"]),
        digest=_text(one["sha256"]),
        issued=_text(one["issued"]),
        status=Standing(one["status"]),
        language=_text(one.get("language", "")),
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _malformed(type(value).__name__)
    return value


def _malformed(found: str) -> InputError:
    return InputError("This is not a manifest of an award.", found=found, expected=FORMAT, code="credential_malformed")


def _written(at: dt.datetime) -> str:
    """xsd:dateTime in UTC, whole seconds."""
    if at.tzinfo is None:
        raise InputError("The moment has no time zone.", found=at.isoformat(), expected="a time and zone")
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

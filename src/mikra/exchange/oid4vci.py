"""OpenID4VCI 1.0, 7, 8 and 11: nonce, credential request and response, notification; what wallets ask and are told.

    asked = read_request(body, profile)      which configuration, and the proofs
    response([sealed], notification=id)      what the wallet gets
    nonce = Nonces(key).make(at, chance)     a value that we know again, without keeping it
    later(transaction, 5)                    what it is told where it has to wait; `read_transaction` reads it back
    read_notification(body)                  what became of it in the wallet

The leniencies for wallets of draft 15 (`Leniency`) are those of the profile `open` alone.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from mikra import base64url, strictjson
from mikra.errors import InputError, ProtocolError
from mikra.exchange import oid4vci_encryption
from mikra.exchange.oid4vci_encryption import ResponseKey

MOST_BYTES = 512 * 1024
"""Of a credential request: a batch of proofs with attestations."""
_LONGEST = 200
_IDENTIFIER, _CONFIGURATION = "credential_identifier", "credential_configuration_id"


BATCH = 10
"""Copies that one token gives, each bound to a key of its own."""


class ProofType(StrEnum):
    """8.2.1."""

    JWT = "jwt"
    ATTESTATION = "attestation"
    DI_VP = "di_vp"


class Event(StrEnum):
    """11.1: what became of a credential in the wallet."""

    ACCEPTED = "credential_accepted"
    FAILURE = "credential_failure"
    DELETED = "credential_deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What an issuer's address takes: how many proofs in one request, of which types, and `proof` of draft 15.

    `name`: the last part of the address. `strict`: what OpenID4VC HAIP 1.0 asks of the authorisation (4.1 to 4.4).
    """

    name: str
    batch: int = BATCH
    proofs: frozenset[ProofType] = frozenset({ProofType.JWT})
    draft_15: bool = False
    strict: bool = False


OPEN = Profile(name="open", draft_15=True)
EUDI = Profile(name="eudi", strict=True, proofs=frozenset({ProofType.JWT, ProofType.ATTESTATION}))
PROFILES = {one.name: one for one in (OPEN, EUDI)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A credential request (8.2): one of `configuration` and `identifier`, and the proofs, all of one type.

    `encryption`: for whom the answer is to be encrypted; None where it is not.
    """

    proof_type: ProofType
    proofs: tuple[str, ...]
    configuration: str = ""
    identifier: str = ""
    encryption: ResponseKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """11.1. The wallet's own words are not kept."""

    id: str
    event: Event


def read_request(body: bytes, profile: Profile, *, encrypted: bool = False) -> Request:
    """ProtocolError with the codes of 8.3.1.2. `encrypted`: how the body came."""
    found = _object(body, "invalid_credential_request")
    named = [name for name in (_IDENTIFIER, _CONFIGURATION) if name in found]
    if len(named) != 1 or not _is_text(found[named[0]]):
        raise _malformed(
            "The request names one credential.", expected=f"exactly one of {_IDENTIFIER}, {_CONFIGURATION}"
        )
    encryption = _encryption(found, encrypted)
    kind, proofs = _proofs(found, profile)
    return Request(
        proof_type=kind,
        proofs=proofs,
        configuration=found.get(_CONFIGURATION, ""),
        identifier=found.get(_IDENTIFIER, ""),
        encryption=encryption,
    )


def _encryption(found: Mapping[str, Any], encrypted: bool) -> ResponseKey | None:
    """10: whoever wants an encrypted answer encrypts the request, so that nobody puts another key into it."""
    given = found.get(oid4vci_encryption.MEMBER)
    if given is None:
        return None
    if not encrypted:
        raise ProtocolError(
            "An encrypted answer is given to an encrypted request alone.",
            where=oid4vci_encryption.MEMBER,
            code=oid4vci_encryption.INVALID,
        )
    return oid4vci_encryption.read_response_key(given)


def _proofs(found: Mapping[str, Any], profile: Profile) -> tuple[ProofType, tuple[str, ...]]:
    given = found.get("proofs")
    single = found.get("proof")
    if profile.draft_15 and given is None and isinstance(single, Mapping):
        kind = single.get("proof_type")
        given = {str(kind): [single.get(str(kind))]}
    if given is None:
        raise ProtocolError("The request holds no proof of a key.", where="proofs", code="invalid_proof")
    if not isinstance(given, Mapping) or len(given) != 1:
        raise _malformed("The proofs are of one type.", where="proofs", expected="an object with one member")
    ((name, texts),) = given.items()
    if name not in profile.proofs:
        raise ProtocolError(
            "Proofs of this type are not taken here.",
            where="proofs",
            expected=", ".join(sorted(profile.proofs)),
            code="invalid_proof",
        )
    if not isinstance(texts, list) or not texts or not all(isinstance(one, str) and one for one in texts):
        raise _malformed("The proofs are a list of texts.", where=f"proofs.{name}")
    most = 1 if name == ProofType.ATTESTATION else profile.batch
    if len(texts) > most:
        raise _malformed("There are more proofs than we take at once.", where=f"proofs.{name}", expected=f"{most}")
    return ProofType(name), tuple(texts)


def response(credentials: Sequence[Any], *, notification: str = "") -> dict[str, Any]:
    """8.3: texts, or objects for ldp_vc."""
    answer: dict[str, Any] = {"credentials": [{"credential": one} for one in credentials]}
    return {**answer, "notification_id": notification} if notification else answer


def read_transaction(body: bytes, *, encrypted: bool = False) -> tuple[str, ResponseKey | None]:
    """9.1: the transaction of a deferred request, and for whom its answer is encrypted.

    ProtocolError `invalid_transaction_id`, `invalid_encryption_parameters`.
    """
    found = _object(body, "invalid_credential_request")
    id = found.get("transaction_id")
    if not _is_text(id):
        raise ProtocolError("The request names no transaction.", where="transaction_id", code="invalid_transaction_id")
    return str(id), _encryption(found, encrypted)


def later(transaction: str, interval: int) -> dict[str, Any]:
    """8.3 and 9.2: it is not to be had yet. `interval` in seconds."""
    return {"transaction_id": transaction, "interval": interval}


def read_notification(body: bytes) -> Notification:
    """ProtocolError `invalid_notification_request`."""
    found = _object(body, "invalid_notification_request")
    id, event = found.get("notification_id"), found.get("event")
    if not _is_text(id) or not isinstance(event, str) or event not in set(Event):
        raise ProtocolError(
            "A notification says of what, and what became of it.",
            expected=f"notification_id, and event: {', '.join(Event)}",
            code="invalid_notification_request",
        )
    return Notification(id=str(id), event=Event(event))


def _object(body: bytes, code: str) -> dict[str, Any]:
    try:
        found = strictjson.parse(body) if len(body) <= MOST_BYTES else None
    except InputError as error:
        raise ProtocolError(error.message, where=error.where, code=code) from error
    if not isinstance(found, dict):
        raise ProtocolError("The request is no JSON object of a size that we take.", code=code)
    return found


def _is_text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST


def _malformed(message: str, *, where: str = "", expected: str = "") -> ProtocolError:
    return ProtocolError(message, where=where, expected=expected, code="invalid_credential_request")


@dataclass(frozen=True, slots=True)
class Nonces:
    """7: nonces that carry their own end and a MAC under `key`, so that who asks for many fills no table.

    That one was used is kept by whoever takes it, until it would have ended.
    """

    key: bytes
    lifetime: timedelta = timedelta(minutes=5)

    def make(self, at: datetime, chance: bytes) -> str:
        """A nonce from 16 bytes of chance."""
        body = int((at + self.lifetime).timestamp()).to_bytes(6) + chance
        return base64url.encode(body + self._mac(body))

    def ends(self, nonce: str, at: datetime) -> datetime | None:
        """When it ends; None where it is none of ours, or ended."""
        try:
            raw = base64url.decode(nonce)
        except InputError:
            return None
        body, mac = raw[:-16], raw[-16:]
        if len(raw) != 38 or not hmac.compare_digest(mac, self._mac(body)):
            return None
        end = datetime.fromtimestamp(int.from_bytes(body[:6]), at.tzinfo)
        return end if at < end else None

    def _mac(self, body: bytes) -> bytes:
        return hmac.digest(self.key, body, hashlib.sha256)[:16]

"""ETSI TS 119 602 (v1.1.1): what a list of trusted entities in JSON says: scheme, pointers, entities, services.

Member names are those of ETSI's JSON schema, as the EU's own library of the format has them
(eudi-lib-kmp-etsi-1196x2, data model, 2026). Here the content is read; the seal, JAdES in compact form, is checked by
`Unseal`, and by whom it must be is said by whoever asks: a list proves nothing about who signs lists.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from mikra import strictjson
from mikra.errors import InputError
from mikra.strictjson import Limits
from mikra.trust.certificates import fingerprint
from mikra.trust.trusted_list import Texts, malformed

VERSION = 1
"""LoTEVersionIdentifier: raised when the rules for reading change."""

LIMITS = Limits(max_bytes=20_000_000, max_depth=40, max_nodes=500_000)
"""As for a trusted list (docs/design.md, limits)."""

Unseal = Callable[[bytes], tuple[bytes, bytes]]
"""A JAdES in compact form -> its content, and the certificate (DER) under which it is whole. Raises InputError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    """Where another list is, of which kind, and who signs it (DER)."""

    location: str
    kind: str
    territory: str
    mime: str
    signers: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What a service is, or was from `since` on. `kind` and `status` are addresses, or "" where the list has none.

    `since` is None where the list gives no time: then it is so as long as the list counts.
    """

    kind: str
    status: str
    since: datetime | None
    certificates: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service of one entity. `now` is its state as the list has it, `before` the earlier ones, as they stand."""

    entity: Texts = field(hash=False)
    name: Texts = field(hash=False)
    now: State
    before: tuple[State, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityList:
    """One list. `kind` is LoTEType ("" where it is left to the scheme), `territory` two letters or ""."""

    kind: str
    territory: str
    operator: Texts = field(hash=False)
    sequence: int
    issued: datetime
    next_update: datetime
    pointers: tuple[Pointer, ...] = ()
    services: tuple[Service, ...] = ()

    def covers(self, time: datetime) -> bool:
        """Whether the list can speak of `time`: not before it was issued, nor after its next update."""
        return self.issued <= time <= self.next_update


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A list whose seal holds, and the fingerprint of the certificate that it holds under."""

    content: EntityList
    signer: str


def open_list(data: bytes, signers: Sequence[bytes], unseal: Unseal) -> Opened:
    """The list in `data`, sealed by one of `signers` (DER).

    Raises InputError trusted_list_malformed; signature_invalid where none of them sealed this; and as `unseal`.
    """
    payload, certificate = unseal(data.strip())
    if certificate not in signers:
        raise InputError(
            "Nobody whom we know signed this list of trusted entities.",
            found=fingerprint(certificate),
            expected="the seal of a certificate that was named beforehand",
            fix="Name the certificate of whoever publishes the list, from a source that you trust.",
            code="signature_invalid",
        )
    return Opened(content=read(payload), signer=fingerprint(certificate))


def read(payload: bytes) -> EntityList:
    """What a list says; `payload` are the bytes that its seal covers. Raises InputError trusted_list_malformed."""
    try:
        document = strictjson.parse(payload, LIMITS)
    except InputError as error:
        raise malformed(error.message, error.found) from error
    if not isinstance(document, dict):
        raise malformed("This is not a list of trusted entities.", type(document).__name__)
    lote = _object(document, "LoTE")
    scheme = _object(lote, "ListAndSchemeInformation")
    if scheme.get("LoTEVersionIdentifier") != VERSION:
        raise malformed("This version is not read.", f"LoTEVersionIdentifier {scheme.get('LoTEVersionIdentifier')}")
    return EntityList(
        kind=_text(scheme, "LoTEType"),
        territory=_text(scheme, "SchemeTerritory"),
        operator=_texts(scheme, "SchemeOperatorName"),
        sequence=_sequence(scheme),
        issued=_time(scheme, "ListIssueDateTime"),
        next_update=_time(scheme, "NextUpdate"),
        pointers=tuple(_pointers(scheme)),
        services=tuple(_services(lote)),
    )


def _pointers(scheme: Mapping[str, Any]) -> Iterator[Pointer]:
    for each in _objects(scheme, "PointerToOtherLoTE"):
        about = next(iter(_objects(each, "LoTEQualifiers")), {})
        signers = [der for one in _objects(each, "ServiceDigitalIdentities") for der in _certificates(one)]
        yield Pointer(
            location=_needed(each, "LoTELocation"),
            kind=_text(about, "LoTEType"),
            territory=_text(about, "SchemeTerritory"),
            mime=_text(about, "MimeType"),
            signers=tuple(dict.fromkeys(signers)),
        )


def _services(lote: Mapping[str, Any]) -> Iterator[Service]:
    for entity in _objects(lote, "TrustedEntitiesList"):
        names = _texts(_object(entity, "TrustedEntityInformation"), "TEName")
        for service in _objects(entity, "TrustedEntityServices"):
            current = _object(service, "ServiceInformation")
            yield Service(
                entity=names,
                name=_texts(current, "ServiceName"),
                now=_state(current),
                before=tuple(_state(past) for past in _objects(service, "ServiceHistory")),
            )


def _state(members: Mapping[str, Any]) -> State:
    return State(
        kind=_text(members, "ServiceTypeIdentifier"),
        status=_text(members, "ServiceStatus"),
        since=_time(members, "StatusStartingTime") if "StatusStartingTime" in members else None,
        certificates=tuple(_certificates(_object(members, "ServiceDigitalIdentity"))),
    )


def _certificates(identity: Mapping[str, Any]) -> Iterator[bytes]:
    """The certificates by which somebody is known. Keys and names alone say less, and are passed over."""
    for one in _objects(identity, "X509Certificates"):
        try:
            yield base64.b64decode(_needed(one, "val"), validate=True)
        except (binascii.Error, ValueError):
            raise malformed("A certificate in the list cannot be read.", "X509Certificates") from None


def _object(parent: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = parent.get(name)
    if not isinstance(found, dict):
        raise malformed("A part of the list is missing, or is something else.", name)
    return found


def _objects(parent: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    """The objects under a name; () where there is none."""
    found = parent.get(name, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise malformed("A part of the list is something else than it should be.", name)
    return found


def _text(parent: Mapping[str, Any], name: str) -> str:
    found = parent.get(name, "")
    if not isinstance(found, str):
        raise malformed("This is not a text.", name)
    return found


def _needed(parent: Mapping[str, Any], name: str) -> str:
    found = _text(parent, name)
    if not found:
        raise malformed("A part of the list is missing.", name)
    return found


def _texts(parent: Mapping[str, Any], name: str) -> Texts:
    """The same in several languages, at least in one."""
    found = {_needed(one, "lang"): _needed(one, "value") for one in _objects(parent, name)}
    if not found:
        raise malformed("A part of the list is missing.", name)
    return found


def _sequence(scheme: Mapping[str, Any]) -> int:
    found = scheme.get("LoTESequenceNumber")
    if type(found) is not int or found < 1:
        raise malformed("This is not a number of a list.", f"LoTESequenceNumber {found!r}")
    return found


def _time(parent: Mapping[str, Any], name: str) -> datetime:
    """RFC 3339, with its zone."""
    text = _needed(parent, name)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise malformed("This is not a time.", f"{name}: {text}") from None
    if moment.tzinfo is None:
        raise malformed("This time has no zone.", f"{name}: {text}")
    return moment.astimezone(UTC)

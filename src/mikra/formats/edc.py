"""European Digital Credentials in JSON: sealed, not sealed, and the wrappers in which they travel.

    {"payload", "signatures"}                a sealed credential, or a sealed presentation (ETSI TS 119 182-1)
    the same, with "disclosures" in a header an SD-JWT in JSON serialisation (RFC 9901, 8)
    {"credential", "deliveryDetails"}        what is handed to the EU's issuer: not sealed yet
    type Enveloped...                        a sealed text, as a data: URL in `id`
    type ... Presentation                    several credentials, in `verifiableCredential`; with a `proof`, sealed
    type ... Credential                      one credential, without a seal of this kind
    [ ... ]                                  several of any of these

Only forms are told apart here; no seal is opened.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

from mikra import strictjson
from mikra.errors import InputError
from mikra.formats import enveloped
from mikra.formats.opened import LIMITS, Form, Item, Limits
from mikra.formats.sniff import Kind, kind_of

_PRESENTATIONS = frozenset({"VerifiablePresentation", "EuropeanDigitalPresentation"})
_CREDENTIALS = frozenset({"VerifiableCredential", "EuropeanDigitalCredential", "OpenBadgeCredential"})
_OLD_BADGES = frozenset({"Assertion", "BadgeClass", "Endorsement"})
_DEEPEST = 3
"""A presentation in a delivery in a list is as far as anybody goes."""


def items_of(document: Any, *, name: str = "", where: str = "", limits: Limits = LIMITS) -> tuple[Item, ...]:
    """The credentials in a parsed JSON document, in order. InputError `credential_malformed` where there is none.

    Raises `too_many_files` for more than `limits.credentials`.
    """
    found = tuple(_walk(document, name, where, 0, limits))
    if not found:
        raise _nothing_inside(where)
    return found


def presented(
    presentation: Mapping[str, Any], *, name: str = "", where: str = "", limits: Limits = LIMITS
) -> tuple[Item, ...]:
    """The credentials in a presentation, whose own proof is somebody else's work. Raises as `items_of` does."""
    place = f"{where}/verifiableCredential"
    return tuple(_inside(presentation.get("verifiableCredential"), name, place, 0, limits))


def held(document: Mapping[str, Any], *, name: str = "", where: str = "", limits: Limits = LIMITS) -> tuple[Item, ...]:
    """The credentials in the subjects of another one: a learner record (CLR 2.0). None is no fault. Raises as above."""
    subjects = document.get("credentialSubject")
    listed = enumerate(subjects) if isinstance(subjects, list) else [("", subjects)]
    return tuple(
        item
        for number, subject in listed
        if isinstance(subject, Mapping) and subject.get("verifiableCredential")
        for item in _inside(subject["verifiableCredential"], name, _place(where, number), 0, limits)
    )


def _place(where: str, number: int | str) -> str:
    within = "" if number == "" else f"/{number}"
    return f"{where}/credentialSubject{within}/verifiableCredential"


def types_of(document: Mapping[str, Any]) -> frozenset[str]:
    """The names in `type`, whether one or many."""
    declared = document.get("type", document.get("@type"))
    return frozenset(t for t in (declared if isinstance(declared, list) else [declared]) if isinstance(t, str))


def is_presentation(document: Any) -> bool:
    return isinstance(document, Mapping) and bool(types_of(document) & _PRESENTATIONS)


def is_credential(document: Any) -> TypeGuard[Mapping[str, Any]]:
    return isinstance(document, Mapping) and (
        bool(types_of(document) & (_CREDENTIALS | _PRESENTATIONS)) or "credentialSubject" in document
    )


def _walk(document: Any, name: str, where: str, depth: int, limits: Limits) -> Iterator[Item]:
    if depth > _DEEPEST:
        raise InputError("The wrappers are nested too deep.", where=where, code="json_too_deep")
    if isinstance(document, list):
        yield from _many(document, name, where, depth, limits)
    elif isinstance(document, str):
        yield from _text(document, name, where, depth, limits)
    elif isinstance(document, Mapping):
        yield from _object(document, name, where, depth, limits)


def _many(documents: list[Any], name: str, where: str, depth: int, limits: Limits) -> Iterator[Item]:
    if len(documents) > limits.credentials:
        raise InputError(
            "There are more credentials in one file than we accept.",
            where=where,
            found=str(len(documents)),
            expected=f"at most {limits.credentials}",
            code="too_many_files",
        )
    for number, document in enumerate(documents):
        yield from _walk(document, name, f"{where}/{number}", depth + 1, limits)


def _object(document: Mapping[str, Any], name: str, where: str, depth: int, limits: Limits) -> Iterator[Item]:
    types = types_of(document)
    if "payload" in document and document.keys() & {"signatures", "signature", "protected"}:
        kind = "sd_jwt" if _has_disclosures(document) else "jades"
        yield Item(form=Form.SEALED, kind=kind, name=name, where=where, document=document)
    elif types & enveloped.TYPES:
        yield _enveloped(document, name, where)
    elif types & _PRESENTATIONS and document.get("proof"):
        yield Item(form=Form.SEALED, kind="data_integrity", name=name, where=where, document=document)
    elif types & _PRESENTATIONS:
        yield from _inside(document.get("verifiableCredential"), name, f"{where}/verifiableCredential", depth, limits)
    elif types & _CREDENTIALS or "credentialSubject" in document:
        yield _unsealed(document, name, where)
    elif types & _OLD_BADGES:
        yield Item(form=Form.SEALED, kind="open_badge_2", name=name, where=where, document=document)
    elif isinstance(document.get("credential"), (Mapping, str)):
        yield from _walk(document["credential"], name, f"{where}/credential", depth + 1, limits)


def _has_disclosures(document: Mapping[str, Any]) -> bool:
    """Whether it is an SD-JWT in JSON (RFC 9901, 8)."""
    signatures = document.get("signatures")
    entries = [document, *(signatures if isinstance(signatures, list) else [])]
    headers = [entry.get("header") for entry in entries if isinstance(entry, Mapping)]
    return any(isinstance(header, Mapping) and "disclosures" in header for header in headers)


def _enveloped(document: Mapping[str, Any], name: str, where: str) -> Item:
    kind, data = enveloped.read(document, where)
    if not kind:
        return Item(form=Form.OTHER, kind="enveloped", name=name, where=where)
    return Item(form=Form.SEALED, kind=kind, name=name, where=where, data=data)


def _inside(value: Any, name: str, where: str, depth: int, limits: Limits) -> Iterator[Item]:
    documents = value if isinstance(value, list) else [] if value is None else [value]
    if not documents:
        raise _nothing_inside(where)
    yield from _many(documents, name, where, depth, limits)


def _unsealed(document: Mapping[str, Any], name: str, where: str) -> Item:
    if document.get("proof"):
        return Item(form=Form.SEALED, kind="data_integrity", name=name, where=where, document=document)
    return Item(form=Form.UNSEALED, kind="credential", name=name, where=where, document=document)


def _text(text: str, name: str, where: str, depth: int, limits: Limits) -> Iterator[Item]:
    """A credential within a JSON text: a sealed text, or JSON once more."""
    data = text.encode()
    kind = kind_of(data)
    if kind in (Kind.JWT, Kind.SD_JWT):
        yield Item(form=Form.SEALED, kind=kind.value, name=name, where=where, data=data)
    elif kind is Kind.JSON and depth:
        yield from _walk(strictjson.parse(data, limits.json), name, where, depth + 1, limits)


def _nothing_inside(where: str) -> InputError:
    return InputError(
        "We read this file, but there is no credential inside it.",
        where=where,
        expected="a credential: sealed, in a presentation, or without a seal",
        fix="Give the file as the issuer or the holder sent it.",
        code="credential_malformed",
    )

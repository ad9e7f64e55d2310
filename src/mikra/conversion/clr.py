"""Comprehensive Learner Record 2.0 (1EdTech): several sealed credentials of one learner, bundled under one seal.

Every credential in the bundle keeps its own seal; the bundle says how they belong together and adds no claim.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mikra.conversion.identity import Identity
from mikra.conversion.open_badges import CONTEXT, CONTEXT_VC, IN_THE_CLEAR, Bearer
from mikra.conversion.profile import profile
from mikra.errors import InputError
from mikra.model import Agent

CONTEXT_CLR = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"
TYPES = ("VerifiableCredential", "ClrCredential")
_BUNDLES = uuid.UUID("e3c6f6b1-93d8-5a2b-8f0a-6d696b726131")
"""Name space of the ids of bundles (RFC 9562, 5.5)."""


class AssociationType(StrEnum):
    """CLR 2.0, B.2.1: how one achievement belongs to another."""

    EXACT_MATCH_OF = "exactMatchOf"
    IS_CHILD_OF = "isChildOf"
    IS_PARENT_OF = "isParentOf"
    IS_PART_OF = "isPartOf"
    IS_PEER_OF = "isPeerOf"
    IS_RELATED_TO = "isRelatedTo"
    PRECEDES = "precedes"
    REPLACED_BY = "replacedBy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Association:
    """`source` is, for example, part of `target`: ids of achievements in the bundle."""

    kind: AssociationType
    source: str
    target: str

    def as_dict(self) -> dict[str, str]:
        return {
            "type": "Association",
            "associationType": self.kind.value,
            "sourceId": self.source,
            "targetId": self.target,
        }


def learner_record(
    credentials: Sequence[Mapping[str, Any] | str],
    *,
    identity: Identity,
    issuer: Agent,
    valid_from: str,
    name: str,
    language: str = "en",
    associations: Sequence[Association] = (),
    bearer: Bearer = IN_THE_CLEAR,
    partial: bool | None = None,
) -> dict[str, Any]:
    """The bundle, not sealed yet. A credential is an object with a proof, or a compact text (vc+jwt), to be enveloped.

    `partial`: whether the issuer has more about this learner. InputError for a credential without a seal, for learners
    that differ, and for an association that names no achievement of the bundle.
    """
    held = _checked(credentials, associations)
    seed = " ".join([identity.issuer, valid_from, *(str(one.get("id", "")) for one in held)])
    subject: dict[str, Any] = {
        "id": _learner(held, bearer),
        "type": ["ClrSubject"],
        "verifiableCredential": held,
        "association": [one.as_dict() for one in associations],
    }
    written: dict[str, Any] = {
        "@context": [CONTEXT_VC, CONTEXT, CONTEXT_CLR],
        "id": f"urn:uuid:{uuid.uuid5(_BUNDLES, seed)}",
        "type": list(TYPES),
        "name": name,
        "issuer": profile(issuer, language, own_id=identity.issuer),
        "validFrom": valid_from,
        "credentialSubject": {member: value for member, value in subject.items() if value},
        "credentialStatus": dict(identity.status[0]) if identity.status else None,
    }
    if partial is not None:
        written["partial"] = partial
    return {member: value for member, value in written.items() if value is not None}


def _checked(
    credentials: Sequence[Mapping[str, Any] | str], associations: Sequence[Association]
) -> list[dict[str, Any]]:
    if not credentials:
        raise InputError("A learner record needs at least one credential.", where="credentials", code="empty_upload")
    held = [_held(one, number) for number, one in enumerate(credentials)]
    known = {identifier for one in held for identifier in _achievements(one)}
    for number, one in enumerate(associations):
        if not {one.source, one.target} <= known:
            raise InputError(
                "The relation names an achievement that is not in the record.",
                where=f"associations/{number}",
                found=f"{one.source}, {one.target}",
            )
    return held


def _held(one: Mapping[str, Any] | str, number: int) -> dict[str, Any]:
    """VC Data Model 2.0, 4.13.1: a text is enveloped; an object has its proof in it."""
    if isinstance(one, str):
        return {
            "@context": CONTEXT_VC,
            "id": f"data:application/vc+jwt,{one}",
            "type": "EnvelopedVerifiableCredential",
        }
    if not one.get("proof"):
        raise InputError(
            "A learner record holds sealed credentials only.",
            where=f"credentials/{number}",
            fix="Seal the credential first.",
            code="proof_missing",
        )
    return dict(one)


def _achievements(one: Mapping[str, Any]) -> tuple[str, ...]:
    subject = one.get("credentialSubject")
    achievement = subject.get("achievement") if isinstance(subject, Mapping) else None
    found = achievement.get("id") if isinstance(achievement, Mapping) else None
    return tuple(x for x in (found, one.get("id")) if isinstance(x, str) and x)


def _learner(held: Sequence[Mapping[str, Any]], bearer: Bearer) -> str:
    """The one learner. Two that name themselves differently cannot be in one record, unless one key binds them."""
    subjects = {
        subject["id"]
        for one in held
        if isinstance(subject := one.get("credentialSubject"), Mapping) and isinstance(subject.get("id"), str)
    }
    dids = {name for name in subjects if name.startswith("did:")}
    if len(dids) > 1:
        raise InputError("These credentials are about different learners.", where="credentials")
    return bearer.key or next(iter(dids), "") or (next(iter(subjects)) if len(subjects) == 1 else "")

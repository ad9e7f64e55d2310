"""Issuing and proving of the VC API: checked as strictly as when verifying, then sealed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mikra.adapters.vc_api.issuers import CONTEXTS, VC_JOSE, Issuer, StatusLists, add_proof
from mikra.errors import InputError
from mikra.sealing import data_integrity_seal, ecdsa_sd, vc_jose
from mikra.sealing.data_integrity import AUTHENTICATION
from mikra.status.bitstring import Purpose
from mikra.validation.vc_model import check_model, faults
from mikra.verification.openers.data_integrity import library_of
from mikra.vocabulary.contexts import CREDENTIALS_V2


def issue(
    credential: Mapping[str, Any], issuer: Issuer, lists: StatusLists, at: datetime, options: Mapping[str, Any]
) -> dict[str, Any]:
    """The credential, as one of this issuer's own, sealed. InputError where it breaks a rule."""
    document = _as_own(credential, issuer)
    if issuer.status:
        document["credentialStatus"] = lists.entries(str(document.get("id", "")), _purposes(options))
    refuse_faults(document)
    if issuer.suite == VC_JOSE:
        data_integrity_seal.check(document, library_of(CONTEXTS, inline=True))
        token = vc_jose.seal_credential(document, signer=issuer.signer, at=at, key_id=issuer.key_id)
        return enveloped(token, "EnvelopedVerifiableCredential", "application/vc+jwt")
    if issuer.suite == ecdsa_sd.NAME:
        return ecdsa_sd.seal(
            document,
            signer=issuer.signer,
            method=issuer.key_id,
            at=at,
            mandatory=_pointers(options, "mandatoryPointers"),
            chance=secrets.token_bytes(ecdsa_sd.CHANCE),
            library=library_of(CONTEXTS, inline=True),
        )
    return add_proof(document, issuer, at)


def _purposes(options: Mapping[str, Any]) -> list[str]:
    """`options.credentialStatus` (VC API, 3.2.1): one entry or several, each with its purpose; else revocation."""
    asked = options.get("credentialStatus") or {"statusPurpose": Purpose.REVOCATION.value}
    entries = asked if isinstance(asked, list) else [asked]
    return [str(one.get("statusPurpose", "")) if isinstance(one, Mapping) else "" for one in entries]


def derive(credential: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """The credential with what is mandatory and what `selectivePointers` name, and nothing else (ecdsa-sd-2023)."""
    pointers = _pointers(options, "selectivePointers")
    return ecdsa_sd.derive(credential, pointers, library=library_of(CONTEXTS, inline=True))


def _pointers(options: Mapping[str, Any], name: str) -> list[str]:
    value = options.get(name) or []
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise InputError("The pointers are no list of texts.", where=f"/options/{name}", code="request_malformed")
    return value


def prove(presentation: Mapping[str, Any], issuer: Issuer, options: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """The presentation, sealed by this issuer as its holder, for the challenge and domain of `options`."""
    document = {**presentation, "holder": presentation.get("holder", issuer.did)}
    refuse_faults(document)
    challenge, domain = _text(options, "challenge"), _text(options, "domain")
    if issuer.suite == VC_JOSE:
        token = vc_jose.seal_presentation(
            document, signer=issuer.signer, at=at, key_id=issuer.key_id, nonce=challenge, audience=domain
        )
        return enveloped(token, "EnvelopedVerifiablePresentation", "application/vp+jwt")
    return add_proof(document, issuer, at, purpose=AUTHENTICATION, challenge=challenge, domain=domain)


def enveloped(token: bytes, kind: str, media: str) -> dict[str, Any]:
    """VC Data Model 2.0, 4.13.2 and 4.13.3."""
    return {"@context": CREDENTIALS_V2, "id": f"data:{media},{token.decode('ascii')}", "type": kind}


def refuse_faults(document: Mapping[str, Any]) -> None:
    """InputError for the first rule of the data model that is broken."""
    found = faults(check_model(document))
    if found:
        first = found[0]
        raise InputError(first.what.text(), where=first.where, code="credential_malformed")


def _as_own(credential: Mapping[str, Any], issuer: Issuer) -> dict[str, Any]:
    """Sealed under our key it is ours, whoever was named; but a name that is none is refused."""
    stated = credential.get("issuer", issuer.did)
    refuse_faults({**credential, "issuer": stated})
    named = {**stated, "id": issuer.did} if isinstance(stated, Mapping) else issuer.did
    return {**credential, "issuer": named}


def _text(options: Mapping[str, Any], name: str) -> str:
    value = options.get(name, "")
    if not isinstance(value, str):
        raise InputError("An option is no text.", where=f"/options/{name}", code="request_malformed")
    return value

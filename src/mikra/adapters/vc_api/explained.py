"""Whether every name in what is to be verified is explained by its contexts (VC Data Model 2.0, 4.3 and 5.2.1).

Seals over RDF see a name that means nothing by themselves; those over text (JCS, JOSE, COSE) cover it and do not care.
A verifier of the data model does: what means nothing is no claim.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mikra import strictjson
from mikra.adapters.vc_api.issuers import CONTEXTS
from mikra.errors import InputError
from mikra.formats import enveloped
from mikra.sealing import data_integrity_seal, jwt_claims, sd_jwt, vc_cose, vc_jose
from mikra.verification.openers.data_integrity import library_of

_DEEPEST = 4
"""Presentations in envelopes in presentations that are looked into."""

_OF_THE_SEAL = frozenset({"cnf", "status"})
"""RFC 7800; Token Status List: members beside the claims of the data model."""


def unexplained(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Code and words for each document within whose names are not all explained."""
    for content in _documents(document, 0):
        try:
            data_integrity_seal.check(content, library_of(CONTEXTS, inline=True))
        except InputError as error:
            yield error.code, str(error)


def _documents(document: Mapping[str, Any], depth: int) -> Iterator[Mapping[str, Any]]:
    """Each by itself, without seals and without what it presents. What cannot be opened, others refuse."""
    if depth > _DEEPEST:
        return
    if enveloped.is_enveloped(document):
        try:
            content = _opened(document)
        except InputError:
            return
        yield from _documents(content, depth + 1)
        return
    yield {name: value for name, value in document.items() if name not in ("proof", "verifiableCredential")}
    inside = document.get("verifiableCredential", [])
    for one in inside if isinstance(inside, list) else [inside]:
        if isinstance(one, Mapping):
            yield from _documents(one, depth + 1)


def _opened(document: Mapping[str, Any]) -> Mapping[str, Any]:
    kind, data = enveloped.read(document, "")
    if kind == "sd_jwt":
        content: Any = sd_jwt.read(data).claims
    else:
        envelope = vc_cose.open_envelope(data) if kind == "cose" else vc_jose.open_envelope(data)
        content = strictjson.parse(envelope.payload)
    if not isinstance(content, Mapping):
        raise InputError("There is no credential under this seal.", code="credential_malformed")
    content = content.get("vc", content.get("vp", content))  # version 1.1, where the claims are of that version
    if not isinstance(content, Mapping):
        raise InputError("There is no credential under this seal.", code="credential_malformed")
    return {name: value for name, value in jwt_claims.without(content).items() if name not in _OF_THE_SEAL}

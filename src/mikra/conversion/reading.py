"""The forms of one award, and how each is read back into the model: what the loss report measures with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from mikra.formats.loose import mapping, mappings
from mikra.formats.open_badges import read_badge
from mikra.formats.wallet_claims import read_claims
from mikra.model import Credential, decode


class Form(StrEnum):
    """One form of an award. The values are those of the manifest, and keys of `messages/loss`, `form.*`."""

    EDC = "edc"
    OPEN_BADGE_3 = "open-badge-3"
    VC_2 = "vc-2.0"
    CLR_2 = "clr-2.0"
    SD_JWT_VC = "sd-jwt-vc"
    SD_JWT_VC_EU = "sd-jwt-vc-eu"
    PDF = "pdf"


Reader = Callable[[Mapping[str, Any]], Credential]


def _read_record(document: Mapping[str, Any]) -> Credential:
    """The first credential of a learner record that stands in it open."""
    held = mappings(mapping(document.get("credentialSubject")).get("verifiableCredential"))
    return read_badge(next((one for one in held if "credentialSubject" in one), {}))


READERS: Mapping[Form, Reader] = {
    Form.EDC: decode,
    Form.OPEN_BADGE_3: read_badge,
    Form.VC_2: read_badge,
    Form.CLR_2: _read_record,
    Form.SD_JWT_VC: read_claims,
    Form.SD_JWT_VC_EU: read_claims,
    Form.PDF: decode,
}
"""Form -> its reader. Of a certificate (PDF), the EDC that is attached to it is read."""


def read_form(form: Form, document: Mapping[str, Any]) -> Credential:
    """The model of what a form says."""
    return READERS[form](document)

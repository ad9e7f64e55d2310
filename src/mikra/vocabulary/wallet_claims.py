"""Claims of micro-credentials in wallets: the EU's attestation type, and our own with a claim for all of Annex I.

The EU's: `urn:eu.europa.ec.eudi:learning:credential:1`, "Micro-Credential Attestation", as the EU's reference issuer
has it (eudi-srv-web-issuing-eudiw-py 0.9.8, August 2026, `learning_credential_jwt_vc.json`). Names that it has, ours
has too, with the same meaning. Labels stand in `messages/wallet/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

EU_TYPE = "urn:eu.europa.ec.eudi:learning:credential:1"
OUR_TYPE = "vct/micro-credential/1"
"""Under the namespace of whoever issues (docs/design.md, 13). A change to the table below is a new number."""

NON_QUALIFIED = "urn:etsi:esi:eaa:eu:non-qualified"
"""ETSI TS 119 472-1: the `category` of an electronic attestation of attributes that nobody qualified."""


class Holds(StrEnum):
    """What stands under a claim. A day is YYYY-MM-DD."""

    TEXT = "text"
    TEXTS = "texts"
    NUMBER = "number"
    DAY = "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletClaim:
    """One claim. `open`: never a disclosure. `element`: its element in Annex I ("1" to "11", "o1" to "o5"), or ""."""

    name: str
    holds: Holds
    mandatory: bool
    open: bool
    element: str

    @property
    def path(self) -> tuple[str | None, ...]:
        """What is concealed where it is not open: the claim, or each element of its array."""
        return (self.name, None) if self.holds is Holds.TEXTS else (self.name,)


def _claim(name: str, holds: Holds, element: str = "", *, mandatory: bool = False, open: bool = False) -> WalletClaim:
    return WalletClaim(name=name, holds=holds, mandatory=mandatory, open=open, element=element)


_ISSUING = (
    _claim("issuing_authority", Holds.TEXT, mandatory=True, open=True),
    _claim("issuing_country", Holds.TEXT, "3", mandatory=True, open=True),
)
_ISSUED = _claim("date_of_issuance", Holds.DAY, "5", mandatory=True, open=True)

LEARNING_CREDENTIAL: tuple[WalletClaim, ...] = (
    *_ISSUING,
    _ISSUED,
    _claim("date_of_expiry", Holds.DAY, mandatory=True, open=True),
    _claim("family_name", Holds.TEXT, "1", mandatory=True),
    _claim("given_name", Holds.TEXT, "1"),
    _claim("learner_identification", Holds.TEXT, "1", mandatory=True),
    _claim("achievement_title", Holds.TEXT, "2", mandatory=True),
    _claim("achievement_description", Holds.TEXT),
    _claim("learning_outcomes", Holds.TEXTS, "6"),
    _claim("assessment_grade", Holds.TEXT, "o3"),
    _claim("language_of_classes", Holds.TEXTS, mandatory=True),
    _claim("expected_study_time", Holds.TEXT, "7", mandatory=True),
    _claim("level_of_learning_experience", Holds.NUMBER, "8", mandatory=True),
    _claim("types_of_quality_assurance", Holds.TEXTS, "11", mandatory=True),
    _claim("prerequisites_to_enroll", Holds.TEXTS, "o1"),
    _claim("integration_stackability_options", Holds.TEXT, "o4"),
)
"""The EU's type: these claims and no others."""

MICRO_CREDENTIAL: tuple[WalletClaim, ...] = (
    *_ISSUING,
    _claim("category", Holds.TEXT, mandatory=True, open=True),
    _claim("language", Holds.TEXT, mandatory=True, open=True),
    _ISSUED,
    _claim("date_of_award", Holds.DAY, "5", open=True),
    _claim("date_of_expiry", Holds.DAY, open=True),
    _claim("full_name", Holds.TEXT, "1", mandatory=True),
    _claim("family_name", Holds.TEXT, "1"),
    _claim("given_name", Holds.TEXT, "1"),
    _claim("birthdate", Holds.DAY, "1"),
    _claim("learner_identification", Holds.TEXT, "1"),
    _claim("achievement_title", Holds.TEXT, "2", mandatory=True),
    _claim("achievement_description", Holds.TEXT),
    _claim("awarding_body", Holds.TEXTS, "4", mandatory=True),
    _claim("learning_outcomes", Holds.TEXTS, "6", mandatory=True),
    _claim("expected_study_time", Holds.TEXT, "7", mandatory=True),
    _claim("ects", Holds.NUMBER, "7"),
    _claim("level", Holds.TEXT, "8", mandatory=True),
    _claim("level_of_learning_experience", Holds.NUMBER, "8"),
    _claim("types_of_assessment", Holds.TEXTS, "9", mandatory=True),
    _claim("forms_of_participation", Holds.TEXTS, "10", mandatory=True),
    _claim("types_of_quality_assurance", Holds.TEXTS, "11", mandatory=True),
    _claim("language_of_classes", Holds.TEXTS),
    _claim("prerequisites_to_enroll", Holds.TEXTS, "o1"),
    _claim("supervision_of_assessment", Holds.TEXT, "o2"),
    _claim("assessment_grade", Holds.TEXT, "o3"),
    _claim("integration_stackability_options", Holds.TEXT, "o4"),
    _claim("further_information", Holds.TEXTS, "o5"),
    _claim("award_id", Holds.TEXT, mandatory=True),
    _claim("edc_digest", Holds.TEXT, mandatory=True),
)
"""Ours. `edc_digest` is the SHA-256 of the content under the seal of the European Digital Credential, in the form of
Subresource Integrity; `language` (BCP 47) is that of the texts: the other languages stand in that credential."""

TABLES: Mapping[str, tuple[WalletClaim, ...]] = {EU_TYPE: LEARNING_CREDENTIAL, OUR_TYPE: MICRO_CREDENTIAL}


def table_of(vct: str) -> tuple[WalletClaim, ...]:
    """The claims of a type; of our own under whatever namespace. () for a type that is not known here."""
    if vct == EU_TYPE:
        return LEARNING_CREDENTIAL
    return MICRO_CREDENTIAL if vct.startswith("https://") and vct.endswith(f"/{OUR_TYPE}") else ()

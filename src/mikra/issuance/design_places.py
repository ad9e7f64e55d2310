"""Where something stands in a design file: the checks of content look at the credential that a design would give.

A place in that credential (JSON Pointer, RFC 6901) -> the member of the design file, or "" where there is no one place.
"""

from __future__ import annotations

import re

_CLAIM = r"/credentialSubject/hasClaim/\d+"
_PLACES: tuple[tuple[str, str], ...] = (
    (rf"{_CLAIM}/specifiedBy/learningOutcome/(\d+)/relatedESCOSkill.*", r"outcomes[\1].esco"),
    (rf"{_CLAIM}/specifiedBy/learningOutcome/(\d+)/relatedSkill.*", r"outcomes[\1].skills"),
    (rf"{_CLAIM}/specifiedBy/learningOutcome/(\d+).*", r"outcomes[\1]"),
    (rf"{_CLAIM}/specifiedBy/learningOutcome", "outcomes"),
    (rf"{_CLAIM}/specifiedBy/(?:creditPoint|volumeOfLearning).*", "workload"),
    (rf"{_CLAIM}/specifiedBy/eqfLevel.*", "level.eqf"),
    (rf"{_CLAIM}/specifiedBy/nqfLevel.*", "level.nqf"),
    (rf"{_CLAIM}/specifiedBy/thematicArea.*", "field_of_study"),
    (rf"{_CLAIM}/specifiedBy/mode.*", "participation.mode"),
    (rf"{_CLAIM}/specifiedBy/entryRequirement.*", "prerequisites"),
    (rf"{_CLAIM}/specifiedBy/targetGroup.*", "target_groups"),
    (rf"{_CLAIM}/specifiedBy/(?:entitlement|isPartialQualification).*", "stacking"),
    (rf"{_CLAIM}/entitlesTo.*", "stacking"),
    (rf"{_CLAIM}/specifiedBy/accreditation.*", "quality.accreditations"),
    (rf"{_CLAIM}/specifiedBy/homepage.*", "homepage"),
    (rf"{_CLAIM}/(?:specifiedBy/)?title.*", "title"),
    (rf"{_CLAIM}/(?:specifiedBy/)?description.*", "description"),
    (rf"{_CLAIM}/(?:provenBy|specifiedBy/provenBy).*", "assessment"),
    (rf"{_CLAIM}/influencedBy.*", "participation"),
    (rf"{_CLAIM}/awardedBy/awardingBody/(\d+)/accreditation.*", r"awarding_bodies[\1].accreditations"),
    (rf"{_CLAIM}/awardedBy/awardingBody/(\d+).*", r"awarding_bodies[\1]"),
    (rf"{_CLAIM}/awardedBy.*", "awarding_bodies"),
    (r"/issuer/accreditation/(\d+).*", r"issuer.accreditations[\1]"),
    (r"/issuer/eIDASIdentifier.*", "issuer.identifiers.eidas"),
    (r"/issuer.*", "issuer"),
)


_NOTES: tuple[tuple[str, str], ...] = (
    ("annex1.11", "quality"),
    ("principle.1", "quality"),
    ("principle.3.need", "need"),
    ("principle.3.endorsement", "endorsements"),
    ("principle.3.review-by", "review_by"),
)
"""Beginning of a rule -> the member of the design that stands in the notes of a credential."""


def in_design(pointer: str, rule: str = "") -> str:
    """The member of the design file for a place in the credential; what is no such place stays as it is."""
    if not pointer.startswith("/"):
        return pointer
    if "/additionalNote" in pointer:
        return next((member for start, member in _NOTES if f"{rule}.".startswith(f"{start}.")), "")
    for pattern, member in _PLACES:
        if found := re.fullmatch(pattern, pointer):
            return found.expand(member)
    return ""

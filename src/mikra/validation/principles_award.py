"""Annex II, principles 6 (recognition), 7 (portable) and 9 (authentic)."""

from __future__ import annotations

from typing import Final

from mikra.model import Location, Organisation
from mikra.validation.annex1 import State
from mikra.validation.annex1_parts import said
from mikra.validation.principles_asked import Asked, Case, Question

_OPEN_MODELS: Final = ("http://data.europa.eu/snb/model/", "https://www.w3.org/", "https://purl.imsglobal.org/spec/")
"""What the open data models for credentials are named under: ELM, W3C, 1EdTech."""


def _elements(case: Case) -> Asked:
    """Recognition rests on the elements of Annex I: no mandatory one is missing."""
    missing, count = case.meter.missing, case.meter.mandatory_present
    where = missing[0].definition.expected if missing else ""
    values = {"count": len(missing)}
    return Asked(rule="elements", answered=not missing, partly=count.present > 0, expected=where, values=values)


def _format(case: Case) -> Asked:
    """It follows an open data model, so that any wallet can read it."""
    contexts = [each for each in case.credential.context if isinstance(each, str)]
    named = [*contexts, *(schema.id for schema in case.credential.credential_schema)]
    answered = None if case.is_design else any(name.startswith(_OPEN_MODELS) for name in named)
    return Asked(rule="format", answered=answered, expected="/@context")


def _display(case: Case) -> Asked:
    """It holds a page to show: viewers of European Digital Credentials show nothing else."""
    if case.is_design:
        return Asked(rule="display", answered=None)
    shown = case.credential.display_parameter
    displays = shown.individual_display if shown else ()
    pages = any(detail.image for each in displays for detail in each.display_detail)
    return Asked(rule="display", answered=pages, expected="/displayParameter/individualDisplay")


def _holder(case: Case) -> Asked:
    """Enough is said to check who the holder is."""
    return case.asked_of("1", "holder", State.PRESENT)


def _legal_identity(case: Case) -> Asked:
    """The issuer's legal name, with a number of a register, of taxes or of its seal."""
    issuer = case.parts.issuer
    known = isinstance(issuer, Organisation) and said(issuer.legal_name) and _has_number(issuer)
    return Asked(rule="legal-identity", answered=bool(known), expected="/issuer/registration")


def _has_number(issuer: Organisation) -> bool:
    numbers = (issuer.eidas_identifier, issuer.registration, *issuer.vat_identifier, *issuer.tax_identifier)
    return any(any(map(str.isalnum, number.notation)) for number in numbers if number is not None)


def _date(case: Case) -> Asked:
    """The date of issuing."""
    return case.asked_of("5", "date", State.PRESENT)


def _place(case: Case) -> Asked:
    """The place of issuing: of the award itself, or else the issuer's place, more closely than its country."""
    awarded = [learning.awarding.location for learning in case.learnings if learning.awarding]
    issuer = case.parts.issuer
    stated = any(_tells(place, a_country_is_enough=True) for place in awarded if place) or any(
        _tells(place) for place in (issuer.location if issuer else ())
    )
    return Asked(rule="place", answered=stated, expected="/credentialSubject/hasClaim/0/awardedBy/location")


def _tells(place: Location, *, a_country_is_enough: bool = False) -> bool:
    if place.spatial_code or said(place.geographic_name) or said(place.description):
        return True
    if any(address.full_address and said(address.full_address.note_literal) for address in place.address):
        return True
    return a_country_is_enough and any(address.country_code for address in place.address)


RECOGNITION: Final[tuple[Question, ...]] = (_elements,)
PORTABILITY: Final[tuple[Question, ...]] = (_format, _display)
AUTHENTICITY: Final[tuple[Question, ...]] = (_holder, _legal_identity, _date, _place)

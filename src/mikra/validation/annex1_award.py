"""Annex I, mandatory elements 1 to 5: learner, title, country or region, awarding body, date of issuing."""

from __future__ import annotations

from mikra.model import Agent, Organisation, Person
from mikra.validation.annex1_judgement import MISSING, Judgement, known, present, weak
from mikra.validation.annex1_parts import Learning, Parts, readable, said, states

_REGIONS = (
    "http://publications.europa.eu/resource/authority/atu/",
    "http://data.europa.eu/nuts/code/",
)
_ADDRESSES = ("did:", "mailto:", "https:", "http:")
"""Ids that lead to somebody. All others (urn:uuid, urn:epass, #1) only tie nodes of one document together."""


def learner(parts: Parts) -> Judgement:
    """Element 1. A full name, or given and family name. A key or number alone is weak; a mere node id is nothing."""
    person = parts.learner
    if person is None:
        return MISSING
    if said(person.full_name):
        return present((person, "full_name"))
    given, family = said(person.given_name), said(person.family_name)
    if given and family:
        return present((person, "given_name"), (person, "family_name"))
    if given or family:
        return weak("half-name", (person, "given_name" if given else "family_name"))
    return _unnamed(person)


def _unnamed(person: Person) -> Judgement:
    if any(states(person, member) for member in ("fullName", "givenName", "familyName")):
        return weak("odd-form", (person, "full_name"))
    for field in ("pref_label", "alt_label"):
        if said(getattr(person, field)):
            return weak("label-only", (person, field))
    for field in ("national_id", "identifier", "contact_point"):
        if getattr(person, field):
            return weak("number-only", (person, field))
    return weak("number-only", (person, "id")) if person.id.startswith(_ADDRESSES) else MISSING


def title(parts: Parts, learning: Learning) -> Judgement:
    """Element 2. Of the achievement, or else of its specification; on the page alone is weak."""
    achievement = learning.achievement
    if said(achievement.title):
        return present((achievement, "title"))
    for specification in learning.specifications[:1]:
        if said(specification.title):
            return present((specification, "title"))
    if states(achievement, "title"):
        return weak("odd-form", (achievement, "title"))
    shown = parts.credential.display_parameter
    return weak("page-only", (shown, "title")) if shown and said(shown.title) else MISSING


def country(parts: Parts) -> Judgement:
    """Element 3. A country or region of the EU's lists in the issuer's address; elsewhere, or in words, is weak."""
    issuer = parts.issuer
    if issuer is None:
        return MISSING
    for location in issuer.location:
        for address in location.address:
            if known(address.country_code, "country"):
                return present((issuer, "location"))
    for copy in parts.copies(issuer):
        if any(code.id.startswith(_REGIONS) for place in copy.location for code in place.spatial_code):
            return present((copy, "location"))
        if any(known(address.country_code, "country") for place in copy.location for address in place.address):
            return present((copy, "location"))
    return _country_elsewhere(issuer)


def _country_elsewhere(issuer: Agent) -> Judgement:
    for place in issuer.location:
        for address in place.address:
            if address.country_code and (address.country_code.id or said(address.country_code.pref_label)):
                return weak("own-term", (address, "country_code"))
            if address.full_address and said(address.full_address.note_literal):
                return weak("address-only", (address, "full_address"))
        if place.spatial_code:
            return weak("own-term", (place, "spatial_code"))
        if said(place.geographic_name) or said(place.description):
            return weak("address-only", (issuer, "location"))
    if isinstance(issuer, Organisation):
        for field in ("eidas_identifier", "registration", "vat_identifier", "tax_identifier"):
            value = getattr(issuer, field)
            for identifier in value if isinstance(value, tuple) else (value,):
                if identifier is not None and identifier.spatial is not None and identifier.spatial.id:
                    return weak("number-only", (identifier, "spatial"))
    return weak("odd-form", (issuer, "location")) if states(issuer, "location") else MISSING


def awarding_body(parts: Parts, learning: Learning) -> Judgement:
    """Element 4. Every body that awards has a name; one known by number or link alone is weak."""
    bodies, awarding = learning.bodies, learning.awarding
    if not bodies or awarding is None:
        return MISSING
    bare = [body for body in bodies if not _named(parts, body)]
    if not bare:
        return present((awarding, "awarding_body"))
    if len(bare) < len(bodies):
        return weak("not-all-named", (awarding, "awarding_body"))
    if any(states(body, member) for body in bodies for member in ("legalName", "prefLabel", "fullName")):
        return weak("odd-form", (awarding, "awarding_body"))
    if any(body.identifier or body.id.startswith(_ADDRESSES) for body in bodies):
        return weak("number-only", (awarding, "awarding_body"))
    return MISSING


def _named(parts: Parts, body: Agent) -> bool:
    return said(body.name) or any(said(copy.name) for copy in parts.copies(body))


def date(parts: Parts) -> Judgement:
    """Element 5. When it was issued or awarded; the start of validity alone, or an unreadable date, is weak."""
    credential = parts.credential
    unreadable = None
    awardings = [learning.awarding for learning in parts.learnings if learning.awarding]
    for owner, field in (
        (credential, "issued"),
        (credential, "issuance_date"),
        *((awarding, "awarding_date") for awarding in awardings),
    ):
        value = getattr(owner, field)
        if value and readable(value):
            return present((owner, field))
        if value:
            unreadable = (owner, field)
    if unreadable:
        return weak("unreadable", unreadable)
    if credential.valid_from and readable(credential.valid_from):
        return weak("validity-only", (credential, "valid_from"))
    return MISSING

"""Persons, organisations, where they are and how they are reached (ELM `Agent`, `Person`, `Organisation`, `Group`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mikra.model.text import (
    NO_TEXT,
    Concept,
    Identifier,
    LegalIdentifier,
    MediaObject,
    Node,
    Note,
    Text,
    WebResource,
)

if TYPE_CHECKING:
    from mikra.model.learning import Claim
    from mikra.model.specification import Accreditation


@dataclass(frozen=True, slots=True, kw_only=True)
class Address(Node):
    """A postal address; the country is the one part that ELM demands."""

    country_code: Concept | None = None
    full_address: Note | None = None
    identifier: tuple[Identifier, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Location(Node):
    """A place: addresses, and regions by code (ATU, NUTS)."""

    address: tuple[Address, ...] = ()
    spatial_code: tuple[Concept, ...] = ()
    geographic_name: Text = NO_TEXT
    description: Text = NO_TEXT
    identifier: tuple[Identifier, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox(Node):
    """An e-mail address; `id` is `mailto:...`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone(Node):
    """A telephone number."""

    phone_number: str = ""
    country_dialing: str = ""
    area_dialing: str = ""
    dial_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPoint(Node):
    """How to reach somebody."""

    email_address: tuple[Mailbox, ...] = ()
    phone: tuple[Phone, ...] = ()
    address: tuple[Address, ...] = ()
    contact_form: tuple[WebResource, ...] = ()
    description: Text = NO_TEXT
    additional_note: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Group(Node):
    """A group of agents."""

    pref_label: Text = NO_TEXT
    alt_label: Text = NO_TEXT
    dc_type: tuple[Concept, ...] = ()
    contact_point: tuple[ContactPoint, ...] = ()
    location: tuple[Location, ...] = ()
    additional_note: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent(Node):
    """A person or an organisation of which no more is said."""

    identifier: tuple[Identifier, ...] = ()
    pref_label: Text = NO_TEXT
    alt_label: Text = NO_TEXT
    location: tuple[Location, ...] = ()
    contact_point: tuple[ContactPoint, ...] = ()
    group_member_of: tuple[Group, ...] = ()
    additional_note: tuple[Note, ...] = ()
    date_modified: str = ""

    @property
    def name(self) -> Text:
        """What it is called."""
        return self.pref_label or self.alt_label


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation(Agent):
    """A legal person: issuer, awarding body, provider, assessor, accrediting agent.

    EDC demands `legal_name` and a `location` with a country; of an issuer also `eidas_identifier`.
    """

    legal_name: Text = NO_TEXT
    eidas_identifier: LegalIdentifier | None = None
    registration: LegalIdentifier | None = None
    vat_identifier: tuple[LegalIdentifier, ...] = ()
    tax_identifier: tuple[LegalIdentifier, ...] = ()
    dc_type: tuple[Concept, ...] = ()
    homepage: tuple[WebResource, ...] = ()
    logo: MediaObject | None = None
    accreditation: tuple[Accreditation, ...] = ()
    sub_organization_of: Organisation | None = None
    has_sub_organization: tuple[Organisation, ...] = ()

    @property
    def name(self) -> Text:
        return self.legal_name or self.pref_label or self.alt_label

    @property
    def countries(self) -> tuple[Concept, ...]:
        """Countries of its addresses, in order, without repeats."""
        found = [a.country_code for place in self.location for a in place.address if a.country_code]
        return tuple(dict.fromkeys(found))

    @property
    def regions(self) -> tuple[Concept, ...]:
        return tuple(dict.fromkeys(code for place in self.location for code in place.spatial_code))


@dataclass(frozen=True, slots=True, kw_only=True)
class Person(Agent):
    """A human being. Names are never split; each holds one language only (the shapes allow one value)."""

    given_name: Text = NO_TEXT
    family_name: Text = NO_TEXT
    full_name: Text = NO_TEXT
    birth_name: Text = NO_TEXT
    patronymic_name: Text = NO_TEXT
    date_of_birth: str = ""
    national_id: LegalIdentifier | None = None
    gender: Concept | None = None
    citizenship_country: tuple[Concept, ...] = ()
    place_of_birth: Location | None = None
    member_of: tuple[Organisation, ...] = ()
    has_claim: tuple[Claim, ...] = ()

    @property
    def name(self) -> Text:
        """The full name; where there is none, given and family name as they stand, one after the other."""
        if self.full_name:
            return self.full_name
        languages = dict.fromkeys((*self.given_name, *self.family_name))
        joined = {
            tag: " ".join(part for part in (self.given_name.get(tag, ""), self.family_name.get(tag, "")) if part)
            for tag in languages
        }
        return Text(joined) or self.pref_label

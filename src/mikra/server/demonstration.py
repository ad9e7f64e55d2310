"""The demonstration: a university and a college of vocational education, with people, designs, a class, and credentials
in every state. All of it is made by the actions that people use; nothing here writes what an action could.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mikra.adapters import signer_client
from mikra.adapters.clock import now
from mikra.issuance import design_file
from mikra.server import demonstration_college as college
from mikra.server.actions import (
    batches,
    batches_approval,
    corrections,
    corrections_supersede,
    designs,
    editions,
    people,
    prior_learning,
    prior_learning_assessment,
    prior_learning_evidence,
    providers,
    reviews,
    rights_cases,
    rows,
    seal_keys_made,
    sealing,
)
from mikra.server.actions.first_start import make_tenant
from mikra.server.actions.prior_learning_assessment import Found
from mikra.server.actions.seal_keys_made import Holder
from mikra.server.actions.work import work
from mikra.server.installation import installation
from mikra.server.rights import Actor, Role, rights_of
from mikra.server.store.awards import Award
from mikra.server.store.batches import Batch
from mikra.server.store.deliveries import Delivery, DeliveryStep
from mikra.server.store.designs import Edition
from mikra.server.store.people import Membership, Person
from mikra.server.store.rights_cases import RightsCase
from mikra.server.store.tenants import SealKey, Tenant

LANGUAGES = ["en", "ro", "bg", "cs", "lt"]
OPERATOR = "operator@mikra.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """An institution of the demonstration; `example` is the design of the core that it publishes."""

    slug: str
    language: str
    example: str
    country: str
    identifier: str
    list: str
    """The name of its class list."""
    people: tuple[tuple[Role, str, str], ...]


HOUSES = (
    House(
        slug="university",
        language="en",
        example="university",
        country="RO",
        identifier="VATRO-12345678",
        list="class-list.csv",
        people=(
            (Role.ADMINISTRATOR, "admin", "Elena Marin"),
            (Role.DESIGNER, "designer", "Radu Ionescu"),
            (Role.REVIEWER, "reviewer", "Maria Petrova"),
            (Role.REGISTRAR, "registrar", "Ana Dumitrescu"),
            (Role.SEALER, "sealer", "Jonas Kazlauskas"),
            (Role.QUALITY, "quality", "Tereza Nováková"),
            (Role.RECOGNITION, "recognition", "Ivan Georgiev"),
            (Role.AUDITOR, "auditor", "Jan Svoboda"),
        ),
    ),
    House(
        slug="college",
        language="cs",
        example="welding",
        country="CZ",
        identifier="NTRCZ-00000001",
        list=college.NAME,
        people=(
            (Role.ADMINISTRATOR, "admin", "Petr Dvořák"),
            (Role.DESIGNER, "designer", "Lucie Černá"),
            (Role.REVIEWER, "reviewer", "Karel Veselý"),
            (Role.REGISTRAR, "registrar", "Hana Procházková"),
        ),
    ),
)


def is_whole() -> bool:
    """Whether it was made before, to its end: each institution has awarded something."""
    return all(Batch._default_manager.filter(tenant__slug=house.slug).exists() for house in HOUSES)


def load(messy: bytes, mended: bytes) -> None:
    """Makes what is not there yet. The signer must run. `messy` and `mended`: the list of the core's demonstration."""
    operator = Person.objects.filter(email=OPERATOR).first()
    if operator is None:
        with work():
            operator = Person.objects.create_user(OPERATOR, "Operator", language="en", operator=True)
    lists = {HOUSES[0].slug: (mended, messy), HOUSES[1].slug: (college.class_list(), college.next_class())}
    for house in HOUSES:
        _House(house, operator).make(*lists[house.slug])


def sign_ins() -> Iterator[tuple[str, str, str, str]]:
    """Institution, name, e-mail address, roles: of everybody who can sign in."""
    for one in Membership._default_manager.select_related("person", "tenant").order_by("tenant__name", "created"):
        if one.person.email != OPERATOR:
            yield one.tenant.name, one.person.name, one.person.email, ", ".join(one.roles)


def wait_for_signer(seconds: float = 60.0) -> None:
    """Until it holds the keys; UnavailableError where it does not come."""
    signer_client.reload(installation().signer_socket, patience=seconds)


class _House:
    """One institution, step by step."""

    def __init__(self, house: House, operator: Person) -> None:
        self.house = house
        self.example = designs.example(house.example)
        self.design = design_file.read_design(_yaml(self.example))
        self.operator = operator
        self.issuer = Holder(
            name=self.design.issuer.name.best(house.language),
            identifier=self.design.issuer.identifiers.eidas or house.identifier,
            country=house.country,
        )
        self.tenant = Tenant._default_manager.filter(slug=house.slug).first() or self.found()

    def found(self) -> Tenant:
        """The institution itself, with the operator as its first administrator."""
        with work():
            made = make_tenant(
                self.issuer.name,
                self.house.slug,
                self.house.language,
                administrator=self.operator,
                identifier=self.issuer.identifier,
                country=self.house.country,
                demonstration=True,
            )
            Tenant._default_manager.filter(pk=made.pk).update(languages=LANGUAGES)
        made.refresh_from_db()
        return made

    def make(self, sealed: bytes, waiting: bytes) -> None:
        """Everything that is not there yet: so an interrupted demonstration, or an older one, goes on."""
        if Membership.of(self.tenant).count() == 1:
            self.invite()
        if not SealKey.of(self.tenant).filter(use=SealKey.Use.CREDENTIALS).exists():
            self.provide()
        edition = Edition.of(self.tenant).order_by("id").first() or self.publish()
        wait_for_signer()
        if not Batch.of(self.tenant).exists():
            self.award(edition, sealed)
            self.correct()
            self.validate(edition)
            self.protect()
            self.release()
            registrar = self.actor(Role.REGISTRAR)
            rows.take_list(registrar, batches.begin(registrar, edition.id).id, waiting, self.house.list)

    def actor(self, role: Role) -> Actor:
        """Whoever has this role here; the operator before anybody else is there."""
        found = Membership.of(self.tenant).select_related("person").order_by("created")
        person = next((one.person for one in found if role in one.roles and one.person != self.operator), self.operator)
        return Actor(
            tenant=self.tenant,
            name=f"person:{person.id}",
            rights=rights_of([str(role)]),
            person_id=person.id,
            proven=now(),
            language="en",
        )

    def invite(self) -> None:
        """One for each role, so that each can be tried; the operator leaves."""
        administrator = self.actor(Role.ADMINISTRATOR)
        for role, local, name in self.house.people:
            people.invite(administrator, email=f"{local}@{self.house.slug}.example", name=name, roles=[str(role)])
        mine = Membership.of(self.tenant).get(person=self.operator)
        people.end(self.actor(Role.ADMINISTRATOR), mine.id, "The demonstration is made.")

    def provide(self) -> None:
        """The organisation that the example names, and its demonstration seal."""
        administrator = self.actor(Role.ADMINISTRATOR)
        provider = providers.create_provider(administrator, self.example["issuer"])
        seal_keys_made.make(administrator, provider, self.issuer, use=SealKey.Use.CREDENTIALS)

    def publish(self) -> Edition:
        """Designer and reviewer do what they do."""
        designer, reviewer = self.actor(Role.DESIGNER), self.actor(Role.REVIEWER)
        design = designs.create_design(designer, {**self.example, "demonstration": True})
        reviews.ask_review(designer, design.id, version=design.version)
        reviews.approve(reviewer, design.id, version=design.version)
        edition = editions.publish(reviewer, design.id)
        designs.create_design(designer, {**self.example, "code": f"{design.code}-2"})  # one that is in the making
        return edition

    def award(self, edition: Edition, listed: bytes) -> None:
        """The class, sealed to the end."""
        registrar = self.actor(Role.REGISTRAR)
        batch = batches.begin(registrar, edition.id)
        rows.take_list(registrar, batch.id, listed, self.house.list)
        batches_approval.approve(registrar, batch.id, sentence=batches_approval.sentence(registrar, batch.id))
        while sealing.advance(batch.id):
            pass

    def correct(self) -> None:
        """One credential in each state, and letters that did not arrive."""
        registrar = self.actor(Role.REGISTRAR)
        awards = list(Award.of(self.tenant).filter(trial=False).order_by("row")[:6])
        if len(awards) < 6:
            return
        corrections.suspend(registrar, awards[1].id, "An appeal on the grade is open.")
        corrections.revoke(registrar, awards[2].id, "Awarded to the wrong person.")
        given = {one.field: one.text for one in corrections_supersede.facts(registrar, awards[3].id)}
        if given.get("grade"):
            better, why = {"grade": "10" if given["grade"] != "10" else "9"}, "The grade was entered wrong."
        else:
            better, why = college.CORRECTED, "The name was not written as in the register."
        corrections_supersede.supersede(registrar, awards[3].id, better, why)
        bounced = Delivery.of(self.tenant).filter(award=awards[4]).first()
        if bounced is not None:
            with work():
                said, failed = "The mail server of the recipient knows no such address.", Delivery.State.BOUNCED
                Delivery.of(self.tenant).filter(pk=bounced.pk).update(state=failed, problem=said)
                DeliveryStep._default_manager.create(delivery=bounced, state=failed, at=now(), reason=said)

    def validate(self, edition: Edition) -> None:
        """A case of prior learning that waits for the decision, as somebody assessed it."""
        registrar, reviewer = self.actor(Role.REGISTRAR), self.actor(Role.REVIEWER)
        case = prior_learning.open_case(registrar, edition.id, college.PRIOR)
        numbers = list(range(len(self.design.outcomes)))
        prior_learning_evidence.add_description(
            registrar, case.id, title="Twelve years of practice", outcomes=numbers, text="Shown and told on site."
        )
        prior_learning.send(registrar, case.id, reviewer.person_id or "")
        seen = Found(met=True, method="Two tasks under supervision", reason="Done without help, to the criteria.")
        prior_learning_assessment.assess(reviewer, case.id, dict.fromkeys(numbers, seen))

    def protect(self) -> None:
        """A learner asks what is known of them; the month runs."""
        rights_cases.open_case(
            self.actor(Role.ADMINISTRATOR),
            kind=RightsCase.Kind.ACCESS,
            received=now().date(),
            asker="A learner, by letter",
            said="Wants a copy of everything.",
        )

    def release(self) -> None:
        """The letters go out now: whoever tries this begins with one, and would wait a quarter of an hour for it."""
        with work():
            Batch.of(self.tenant).update(release=now())
            Delivery.of(self.tenant).filter(state=Delivery.State.WAITING).update(due=now())


def _yaml(members: dict[str, Any]) -> bytes:
    import orjson

    return orjson.dumps({"format": design_file.FORMAT, **members})

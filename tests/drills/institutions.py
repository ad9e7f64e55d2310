"""An institution with one of each kind of thing, and a learner with theirs: what others must not find (R7)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from allauth.mfa.models import Authenticator

from mikra.adapters.clock import now
from mikra.sealing.keys import private_key_signer
from mikra.server.actions import (
    api_keys,
    batches,
    claim_codes,
    claims,
    deliveries,
    known_verifiers,
    presenting,
    presenting_keys,
    prior_learning,
    rights_cases,
    rows,
    service_keys,
    shares,
    sign_on,
    status_lists,
    tenant_settings,
    transfers,
    wallet_answer_choices,
    wallet_answers,
    wallet_copies,
    wallet_exchange,
    wallet_offers,
    wallet_owner,
    wallets,
    webhooks,
)
from mikra.server.actions.presenting import Asking
from mikra.server.rights import Actor, Role
from mikra.server.store.answers import WalletAnswer
from mikra.server.store.batches import Batch
from mikra.server.store.deliveries import Delivery
from mikra.server.store.designs import Edition
from mikra.server.store.people import Membership, Person
from mikra.server.store.tenants import SealKey, Tenant
from mikra.server.store.wallets import Address, Wallet
from tests.server.deliveries.test_letters import World
from tests.server.institution import class_list, give_keys, proven, publish, sealed_batch

ESI = "urn:schac:personalUniqueCode:int:esi:zed.example:12345"
NOTHING = "00000000-0000-7000-8000-000000000000"
KINDS = (
    (r"awards/new/<uuid:edition>", "edition"),
    (r"awards/of/<uuid:id>", "award"),
    (r"awards/<uuid:id>/columns", "list"),
    (r"awards/<uuid:id>/look", "list"),
    (r"awards/<uuid:id>", "batch"),
    (r"data-protection/cases/<uuid:id>", "case"),
    (r"designs/<uuid:id>", "design"),
    (r"prior-learning/new/<uuid:edition>", "edition"),
    (r"prior-learning/<uuid:id>", "prior"),
    (r"ledger/requests/<uuid:id>", "request"),
    (r"ledger/<uuid:id>", "delivery"),
    (r"<uuid:delivery>", "delivery"),
    (r"console/<slug:slug>/people/<uuid:id>", "learner"),
    (r"settings/people/<uuid:id>", "member"),
    (r"settings/keys/<uuid:id>", "key"),
    (r"settings/programs/<uuid:id>", "program"),
    (r"settings/webhooks/<uuid:id>", "webhook"),
    (r"settings/verifiers/<uuid:id>", "verifier"),
    (r"providers/<uuid:id>", "provider"),
    (r"wallet/you/address/<uuid:id>", "address"),
    (r"wallet/answered/<uuid:id>", "answer"),
    (r"wallet/answer/<str:token>", "token"),
    (r"wallet/shown/<uuid:id>", "share"),
    (r"wallet/send/<uuid:id>", "transfer"),
    (r"wallet/<uuid:id>", "held"),
    (r"present/<uuid:id>", "presentation"),
    (r"account/passkeys/<int:pk>", "passkey"),
)
"""Where an id stands in a route -> of which kind it is."""
OTHERS = {
    "slug:service": "oidc",
    "slug:kind": "notice",
    "slug:form": "edc",
    "str:kind": "csv",
    "int:number": "1",
    "slug:scheme": "eqf",
}


@dataclass
class Owner:
    """Whose things they are. `ids`: kind -> id of one."""

    tenant: Tenant
    person: Person
    wallet: Wallet
    ids: dict[str, str] = field(default_factory=dict)


def kind_in(route: str) -> tuple[str, str]:
    """(what stands for the id in this route, its kind); ("", "") where there is none."""
    for place, kind in KINDS:
        if place in route:
            return place, kind
    return "", ""


def address_of(route: str, slug: str, id: str = "") -> str:
    """An address of this route; `id`: the one that it is about."""
    place, kind = kind_in(route)
    if kind and id:
        route = route.replace(place, re.sub(r"<(?!slug:slug).*>", id, place))
    route = route.replace("<slug:slug>", slug).replace("design.<slug:form>", "design.yaml")
    for what, value in OTHERS.items():
        route = route.replace(f"<{what}>", value)
    route = re.sub(r"<uuid:\w+>", NOTHING, route)
    return "/" + re.sub(r"<\w+:\w+>", "1", route)


def furnish(tenant: Tenant, actor: Callable[..., Actor], person: Person, address: str) -> Owner:
    """Everything of which there is an id, made through the actions."""
    leaf, above = presenting_keys.made()
    presenting_keys.hold(private_key_signer(leaf.key, leaf.certificate, (above.certificate,)))
    for use in service_keys.TITLES:
        made = service_keys.made(use)
        service_keys.hold(private_key_signer(made.key, made.certificate), use)
    every = proven(actor(tenant, *Role))
    tenant_settings.change(every, grace_minutes=0, step_up=False)
    give_keys(tenant)
    edition = publish(tenant)
    batch = sealed_batch(every, edition, class_list(2).replace(b"p1@student.example", address.encode()))
    deliveries.send_due(post=World())
    award = batch.awards.order_by("row")[0]
    delivery = Delivery.of(tenant).get(award=award)
    code = claim_codes.code_of(tenant.id, delivery.id)
    asked = claims.ask_for_correction(code, "Not how I write my name")
    claims.claim(code)
    wallet_copies.prepare(tenant)
    at = {"server_url": "https://login.zed.example", "client_id": "mikra", "secret": "s3cret"}
    sign_on.set_up(every, "oidc", "Account", at, enabled=True)
    while status_lists.publish_due():
        pass
    case = rights_cases.open_case(every, kind="access", received=now().date(), asker="A learner")
    key = SealKey.of(tenant).order_by("id")[0]
    found = {
        "edition": edition.id, "design": edition.design_id, "batch": batch.id, "award": award.id, "key": key.id,
        "learner": award.learner_id, "delivery": delivery.id, "request": asked.id, "case": case.id,
        "provider": key.provider_id, "member": Membership.of(tenant).order_by("id")[0].id,
        "program": api_keys.make(every, name="System", scopes=["read"]).key.id,
        "verifier": known_verifiers.add(every, name="Employer", by=f"{tenant.slug}.example.org").id,
        "webhook": webhooks.make(every, url="https://sis.example.com/x", events=["batch.done"]).webhook.id,
        "list": _list(every, edition).id,
        "prior": prior_learning.open_case(every, edition.id, {"given_name": "Ana", "family_name": "Nová"}).id,
        "passkey": Authenticator.objects.create(user=person, type="webauthn", data={"name": "Phone"}).pk,
        "offer": wallet_offers.offer_award(award).short,
        "interaction": wallet_exchange.begin_award(award).link,
    }  # fmt: skip
    owner = Owner(tenant=tenant, person=person, wallet=wallets.open_for(address))
    owner.ids = {name: str(one) for name, one in found.items()} | _of_wallet(owner.wallet, award)
    return owner


def _list(actor: Actor, edition: Edition) -> Batch:
    """A list that waits."""
    batch = batches.begin(actor, edition.id)
    rows.take_list(actor, batch.id, class_list(2, start=7), "list.csv")
    return batch


def _of_wallet(wallet: Wallet, award: Any) -> dict[str, str]:
    held = wallets.keep(wallet, award)
    wallet_owner.add_address(wallet, f"second-{uuid.uuid4().hex[:8]}@student.example")
    begun = presenting.begin(Asking())
    asked = wallet_answers.read(presenting.link(begun.row, begun.secret))
    questions = wallet_answer_choices.of(wallet, asked.request, language="en") or ()
    wallet_answers.answer(wallet, asked, {one.name: one.ways[0].name for one in questions}, language="en")
    found = {
        "held": held.id, "share": shares.make(wallet, [held.id]).id, "address": Address.of(wallet).order_by("id")[0].id,
        "transfer": transfers.make(wallet, [held.id], esi=ESI, to="Home University").id,
        "answer": WalletAnswer.of(wallet).order_by("id")[0].id, "presentation": begun.row.id,
    }  # fmt: skip
    return {name: str(one) for name, one in found.items()}

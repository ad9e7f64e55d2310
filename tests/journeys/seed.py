"""Fills an installation that runs, through the actions, as people would: `python -m tests.journeys.seed HOME ANSWER`.

Two institutions: `north`, where all is in order, and `zed`, whose every name, title and reason would like to be script.
What was made stands in the file ANSWER as JSON: sessions by role, and an id for each kind of thing.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

SCRIPT = "<script>planted()</script>"
HANDLER = '" onmouseover="planted()" x="'
ADDRESS = "javascript:planted()"
HOSTILE = f"Zed {SCRIPT}{HANDLER}"
PATIENCE = 240.0
"""Seconds for the runner to seal and to send, on a busy machine."""


def main(home: str, answer: str) -> None:
    """Needs the service running: its signer seals, its runner sends."""
    os.environ |= {"MIKRA_HOME": home, "DJANGO_SETTINGS_MODULE": "mikra.server.settings"}
    import django

    django.setup()
    from mikra.server.actions import first_start

    token = first_start.make_token()
    operator = first_start.spend(
        token=token,
        email="operator@north.example",
        name="Ona Petrauskaitė",
        institution="Northern University",
        slug="north",
        language="en",
        identifier="VATRO-12345678",
        country="RO",
    )
    made = {"north": _institution("north", operator, "Northern University", hostile=False)}
    made["zed"] = _institution("zed", operator, HOSTILE, hostile=True)
    Path(answer).write_text(json.dumps(made), "utf-8")


def _institution(slug: str, operator: Any, name: str, *, hostile: bool) -> dict[str, Any]:
    from mikra.server.actions import first_start, tenant_settings
    from mikra.server.actions.work import work
    from mikra.server.rights import Actor, Role, rights_of
    from mikra.server.store.tenants import Tenant

    tenant = Tenant._default_manager.filter(slug=slug).first()
    if tenant is None:
        with work():
            tenant = first_start.make_tenant(
                "University of Zed", slug, "en", administrator=operator, identifier="VATRO-12345678", country="RO"
            )
    Tenant._default_manager.filter(id=tenant.id).update(name=name, languages=["en", "cs"])
    tenant.refresh_from_db()
    every = [str(role) for role in Role]
    sessions = {"all": _join(tenant, "everything", every, hostile)}
    sessions |= {str(role): _join(tenant, str(role), [str(role)], hostile) for role in Role}
    sessions["second"] = _join(tenant, "second", [str(Role.REGISTRAR)], hostile)
    from mikra.adapters.clock import now
    from mikra.server.store.people import Person

    person = Person.objects.get(email=f"everything@{slug}.example")
    person.operator = True
    person.save()
    actor = Actor(tenant=tenant, name=f"person:{person.id}", rights=rights_of(every), person_id=person.id, proven=now())
    tenant_settings.change(actor, grace_minutes=0, step_up=False)
    ids = _things(actor, hostile) | _offices(actor, hostile)
    sessions["wallet"], more = _wallet(tenant, ids["award"], hostile)
    ids |= more
    return {"sessions": sessions, "ids": ids}


def _offices(actor: Any, hostile: bool) -> dict[str, str]:
    """A request of a learner, a program with its key, and one that is told of events."""
    from mikra.adapters.clock import now
    from mikra.server.actions import api_keys, rights_cases, webhooks

    name = HOSTILE if hostile else "A learner"
    case = rights_cases.open_case(actor, kind="access", received=now().date(), asker=name)
    key = api_keys.make(actor, name=HOSTILE[:100] if hostile else "Student system", scopes=["read"])
    hook = webhooks.make(actor, url="https://sis.example.com/mikra", events=["batch.done"])
    prior = _prior(actor, hostile)
    return {"prior": prior, "case": str(case.id), "program": str(key.key.id), "webhook": str(hook.webhook.id)}


def _prior(actor: Any, hostile: bool) -> str:
    """A case of prior learning that was assessed and waits for a decision; one that was refused."""
    from mikra.server.actions import prior_learning, prior_learning_assessment, prior_learning_decision
    from mikra.server.actions import prior_learning_evidence as evidence
    from mikra.server.store.designs import Edition

    edition, said = Edition.of(actor.tenant).order_by("-id")[0], HOSTILE if hostile else "Kept a plant running."
    count = len(prior_learning.outcomes_of(edition, "en"))
    found = prior_learning_assessment.Found(met=False, method=said, reason=said)
    for number in range(2):
        learner = {"given_name": SCRIPT if hostile else "Jana", "family_name": "Malá", "email": f"v{number}@l.example"}
        case = prior_learning.open_case(actor, edition.id, learner)
        evidence.add_file(actor, case.id, title=said, outcomes=[0], name=said, data=said.encode())
        evidence.add_link(actor, case.id, title=said, outcomes=[0], url="https://own.example/a", text=said)
        prior_learning.send(actor, case.id, actor.person_id)
        prior_learning_assessment.assess(actor, case.id, dict.fromkeys(range(count), found))
        if number == 0:
            prior_learning_decision.decide(actor, case.id, "not_awarded", said)
    return str(case.id)


def _wallet(tenant: Any, award_id: str, hostile: bool) -> tuple[str, dict[str, str]]:
    """A learner who keeps an award, and one file that was taken out, and shows something: session, ids."""
    from urllib.parse import urlsplit

    from django.test import Client

    from mikra.server.actions import awards_content, shares, wallet_owner, wallets
    from mikra.server.store.awards import Award

    address = f"learner@{tenant.slug}.example"
    wallet = wallets.open_for(address)
    held = wallets.keep(wallet, Award.get(tenant, award_id))
    wallet_owner.describe(wallet, name=HOSTILE if hostile else "Jana Nováková", esi="")
    wallet_owner.add_address(wallet, f"second.{address}")
    share = shares.make(wallet, [held.id], note=HOSTILE if hostile else "Application")
    other = Award.of(tenant).exclude(pk=award_id).order_by("id")[0]
    out = wallets.keep(wallet, awards_content.file_of(other), name=HOSTILE[:60] if hostile else "own.json")
    wallets.remove(wallet, out.id)
    client = Client()
    client.force_login(wallet.person, backend="allauth.account.auth_backends.AuthenticationBackend")
    path = urlsplit(shares.link(share)).path
    return str(client.cookies["sessionid"].value), {"link": path, "share": str(share.id), "held": str(held.id)}


def _join(tenant: Any, name: str, roles: list[str], hostile: bool) -> str:
    """A new person; the cookie of their session."""
    from django.test import Client

    from mikra.server.store.people import Membership, Person

    shown = f"{name.title()} {SCRIPT}{HANDLER}" if hostile else f"{name.title()} Nováková"
    person = Person.objects.create_user(f"{name}@{tenant.slug}.example", shown)
    Membership._default_manager.create(tenant=tenant, person=person, roles=roles)
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return str(client.cookies["sessionid"].value)


def _things(actor: Any, hostile: bool) -> dict[str, str]:
    """One of each kind, by the name of its kind."""
    from mikra.server.actions.seal_keys_made import Holder, make
    from mikra.server.store.people import Membership
    from mikra.server.store.tenants import Provider, SealKey

    provider = _provider(actor, hostile)
    key = make(actor, provider, Holder(name="University of Zed", identifier="VATRO-12345678", country="RO"))
    ids = {"design": _design(actor, hostile), "provider": provider.id, "key": key.id}
    ids["member"] = Membership.of(actor.tenant).exclude(person_id=actor.person_id).order_by("id")[0].id
    ids |= _awarded(actor, hostile)
    assert Provider.of(actor.tenant).exists()
    assert SealKey.of(actor.tenant).filter(use=SealKey.Use.CREDENTIALS).exists()
    return {name: str(one) for name, one in ids.items()}


def _provider(actor: Any, hostile: bool) -> Any:
    from mikra.server.actions import designs, providers

    body = designs.example("university")["issuer"]
    if hostile:
        body["name"] = dict.fromkeys(body["name"], HOSTILE)
    made = providers.create_provider(actor, body)
    return providers.save_provider(actor, made.id, body, policy={"en": HOSTILE if hostile else "We do."}, issues=True)


def _design(actor: Any, hostile: bool) -> Any:
    """Written, asked about, published, and being written again."""
    from mikra.server.actions import designs, editions, reviews

    members = designs.example("university")
    if hostile:
        members["title"] = {"en": HOSTILE, "cs": f"{SCRIPT} česky"}
        members["outcomes"][0]["title"] = {"en": f"Describe {HOSTILE}", "cs": f"Popsat {SCRIPT}"}
        members["description"] = {"en": f"{ADDRESS} {HOSTILE}"}
    design = designs.create_design(actor, members)
    reviews.ask_review(actor, design.id, version=design.version)
    reviews.comment(actor, design.id, HOSTILE if hostile else "What do they do afterwards?", where="outcomes")
    reviews.approve(actor, design.id, version=design.version, reason=HOSTILE if hostile else "Good.")
    editions.publish(actor, design.id)
    return design.id


def _awarded(actor: Any, hostile: bool) -> dict[str, Any]:
    """A batch that was sealed and sent, corrections of it, and one that waits to be mended."""
    from mikra.model.text import Text
    from mikra.server.actions import batches, batches_approval, claim_codes, claims, corrections, rows
    from mikra.server.store.deliveries import Delivery, NameRequest
    from tests.server.institution import HEADINGS, class_list, core_design, publish

    core = core_design(title=Text({"en": HOSTILE})) if hostile else core_design()
    edition = publish(actor.tenant, core)
    names = (f"{SCRIPT}", HANDLER.replace('"', '""')) if hostile else ("Jana", "Nováková")
    lines = [f'"{names[0]}","{names[1]}",p{n}@student.example,S{n:05d},{5 + n % 5}' for n in range(6)]
    sealed = batches.begin(actor, edition.id)
    rows.take_list(actor, sealed.id, "\r\n".join([",".join(HEADINGS), *lines]).encode(), "list.csv")
    batches_approval.approve(actor, sealed.id, sentence=batches_approval.sentence(actor, sealed.id))
    out = _until(lambda: list(Delivery.of(actor.tenant).filter(state=Delivery.State.SENT).order_by("id")), 6)
    code = claim_codes.code_of(actor.tenant.id, out[0].id)
    claims.ask_for_correction(code, HOSTILE if hostile else "Nováková-Malá")
    corrections.revoke(actor, out[2].award_id, HOSTILE if hostile else "The grade was of somebody else.")
    claimed = claim_codes.code_of(actor.tenant.id, out[3].id)
    claims.claim(claimed)
    waits = batches.begin(actor, edition.id)
    rows.take_list(actor, waits.id, class_list(6, faults=2, seed=3, start=50), "next.csv")
    spare = batches.begin(actor, edition.id)
    rows.take_list(actor, spare.id, class_list(6, faults=2, seed=4, start=80), "spare.csv")
    return {
        "edition": edition.id,
        "batch": waits.id,
        "spare": spare.id,
        "sealed": sealed.id,
        "award": out[1].award_id,
        "learner": out[1].award.learner_id,
        "delivery": out[1].id,
        "request": NameRequest.of(actor.tenant).get().id,
        "code": code,
        "claimed": claimed,
        "free": claim_codes.code_of(actor.tenant.id, out[4].id),
        "free too": claim_codes.code_of(actor.tenant.id, out[5].id),
        "withdrawn": claim_codes.code_of(actor.tenant.id, out[2].id),
    }


def _until(look: Any, count: int) -> list[Any]:
    """What is found once there are so many."""
    deadline = time.monotonic() + PATIENCE
    while len(found := look()) < count:
        if time.monotonic() > deadline:
            raise SystemExit(f"{len(found)} of {count} after {PATIENCE:.0f} s")
        time.sleep(0.5)
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])

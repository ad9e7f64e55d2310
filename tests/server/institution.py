"""An institution that can award: a published edition, keys at hand, class lists; for tests of batches and awards."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace
from functools import cache
from typing import Any

from mikra.adapters.clock import now
from mikra.issuance.design import Design as CoreDesign
from mikra.issuance.design_file import write_json
from mikra.model.text import NO_TEXT
from mikra.sealing.certificates import SealKey as MadeKey
from mikra.sealing.certificates import make_seal_certificate
from mikra.server.actions import batches, batches_approval, rows, seal_keys, sealing
from mikra.server.rights import Actor
from mikra.server.store.batches import Batch
from mikra.server.store.designs import Design, Edition
from mikra.server.store.tenants import Provider, SealKey, Tenant
from tests.issuance.designs import published

EIDAS = "VATRO-12345678"
HEADINGS = ("Given name", "Family name", "E-mail", "Student number", "Grade")
GIVEN = ("Jana", "Petr", "Zoë", "Łukasz", "Ħarġa", "Ana-Maria", "Ødegård", "Мария", "Ελένη", "Živilė")
FAMILY = ("Nováková", "Dvořák", "O'Brien", "Kowalski", "Borg", "Popescu", "Hansen", "Иванова", "Παππά", "Kazlauskaitė")


def core_design(name: str = "university-short-course", **changes: Any) -> CoreDesign:
    """A published design that is no demonstration, of an issuer with an identifier."""
    base = published(name)
    issuer = replace(base.issuer, identifiers=replace(base.issuer.identifiers, eidas=EIDAS))
    assessment = tuple(
        replace(one, assessor=issuer if one.assessor == base.issuer else one.assessor) for one in base.assessment
    )
    learner = replace(base.learner, date_of_birth=NO_TEXT)
    known = {
        "learner": learner,
        "issuer": issuer,
        "awarding_bodies": (issuer,),
        "assessment": assessment,
        "demonstration": False,
        "languages": ("en",),
    }
    return published(name, **{**known, **changes})


def publish(tenant: Tenant, core: CoreDesign | None = None, **members: Any) -> Edition:
    """The design as an edition of this tenant."""
    core = core or core_design()
    title = core.title.best(core.primary_language)
    count = Design.of(tenant).count()
    design = Design._default_manager.create(
        tenant=tenant, code=f"{core.code}-{count}", title=title, state=Design.State.PUBLISHED
    )
    return Edition._default_manager.create(
        tenant=tenant,
        design=design,
        number=1,
        content=write_json(core),
        digest=core.digest,
        title=title,
        published_on=core.published or dt.date(2026, 7, 1),
        **members,
    )


@cache
def made_key(purpose: str, identifier: str = EIDAS, *, demonstration: bool = False) -> MadeKey:
    return make_seal_certificate(
        organization=f"University of Zed, {purpose}"[:60],
        organization_identifier=identifier,
        country="RO",
        at=now() - dt.timedelta(days=1),
        demonstration=demonstration,
    )


def give_keys(tenant: Tenant, *uses: str) -> dict[str, SealKey]:
    """Keys for these uses (all, where none is named), answered in this process."""
    provider, _ = Provider._default_manager.get_or_create(
        tenant=tenant, name="University of Zed", defaults={"body": {}, "issues": True}
    )
    given = {}
    for use in uses or tuple(SealKey.Use):
        made = made_key(str(use), demonstration=use == SealKey.Use.TRIAL)
        address = f"test:{tenant.slug}:{use}"
        seal_keys.hold(address, made.signer)
        given[str(use)] = SealKey._default_manager.create(
            tenant=tenant,
            provider=provider,
            use=use,
            name=str(use),
            address=address,
            certificate=made.certificate,
            label="Seal, level not determined",
            not_after=now() + dt.timedelta(days=700),
        )
    return given


def class_list(
    count: int, *, seed: int = 1, start: int = 1, faults: int = 0, headings: tuple[str, ...] = HEADINGS
) -> bytes:
    """A list as CSV. Of its first rows `faults` have no family name."""
    dice = random.Random(seed)
    lines = [",".join(headings)]
    for number in range(start, start + count):
        family = "" if number < start + faults else f"{dice.choice(FAMILY)}"
        cells = (dice.choice(GIVEN), family, f"p{number}@student.example", f"S{number:06d}", str(5 + number % 6))
        lines.append(",".join(cells))
    return "\r\n".join(lines).encode()


def proven(actor: Actor) -> Actor:
    """The same, who has just proved who they are."""
    return replace(actor, proven=now())


def sealed_batch(actor: Actor, edition: Edition, data: bytes, **options: object) -> Batch:
    """A list, taken, approved and sealed."""
    batch = approved(actor, edition, data, **options)
    drain(batch)
    batch.refresh_from_db()
    return batch


def approved(actor: Actor, edition: Edition, data: bytes, **options: object) -> Batch:
    batch = batches.begin(actor, edition.id, **options)  # type: ignore[arg-type]
    rows.take_list(actor, batch.id, data, "list.csv")
    return batches_approval.approve(actor, batch.id, sentence=batches_approval.sentence(actor, batch.id))


def drain(batch: Batch, *, chunk: int = 7) -> int:
    steps = 0
    while sealing.advance(batch.id, chunk=chunk):
        steps += 1
    return steps

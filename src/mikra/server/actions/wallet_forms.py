"""What a learner may take out of the wallet: a credential in each form that can be had, and why another cannot.

wallet_forms.offered(held)                          each form, with the reason why it cannot be had, or ""
wallet_forms.make(held, Form.PNG, language="ro")    the file; NotAllowedError with that reason
wallet_bundle.of(held, language="ro")               all of them as one ZIP

A file that the learner brought is given in its own form alone: nobody here may seal in another issuer's name. Other
forms of an award of this installation are sealed now, under the institution's key for wallets (docs/design.md, 12),
each with a place of its own in the status lists: no two that are shown can be told to be one (`copy_places`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from mikra import messages
from mikra.adapters.clock import chance, now
from mikra.conversion import forms, sd_jwt_vc, standing
from mikra.conversion.forms import Kind
from mikra.conversion.identity import Identity, of_key
from mikra.errors import ConflictError, InputError, NotAllowedError
from mikra.formats import baked_png, baked_svg
from mikra.rendering.badge_image import LAPIS, badge_png, badge_svg
from mikra.sealing import sd_jwt
from mikra.server.actions import (
    audit,
    awards_content,
    claims,
    copy_places,
    forms_given,
    seal_keys,
    wallet_copies,
    wallet_keys,
    wallets,
)
from mikra.server.actions.batches_design import design_of
from mikra.server.actions.rate_limits import Buckets
from mikra.server.actions.wallet_offers import counts
from mikra.server.actions.work import work
from mikra.server.store.awards import Award
from mikra.server.store.wallets import Held
from mikra.server.words import lazy
from mikra.status import token

MAKING = Buckets(a_minute=20, burst=30)
"""By the wallet: each form is set, drawn or sealed anew."""


class Form(StrEnum):
    """What can be asked for."""

    FILE = "file"
    """As it came: of an award the European Digital Credential, which Europass takes."""
    CERTIFICATE = "certificate"
    BADGE_PNG = "badge-png"
    BADGE_SVG = "badge-svg"
    BADGE = "badge"
    ATTESTATION = "sd-jwt-vc"


SEALED_NOW = frozenset({Form.BADGE_PNG, Form.BADGE_SVG, Form.BADGE, Form.ATTESTATION})
ENDINGS = {
    Form.CERTIFICATE: "pdf",
    Form.BADGE_PNG: "png",
    Form.BADGE_SVG: "svg",
    Form.BADGE: "json",
    Form.ATTESTATION: "sd-jwt.txt",
}
NAMES = {
    Form.FILE: (
        lazy("The file as it came"),
        lazy("It holds the seal. If it is a European Digital Credential, Europass takes it."),
    ),
    Form.CERTIFICATE: (lazy("Certificate (PDF)"), lazy("For printing, with the sealed file inside.")),
    Form.BADGE_PNG: (
        lazy("Badge image (PNG)"),
        lazy("A picture for profiles and letters, with an Open Badge 3.0 inside that badge sites read."),
    ),
    Form.BADGE_SVG: (lazy("Badge image (SVG)"), lazy("The same picture for any size, with the same badge inside.")),
    Form.BADGE: (lazy("Open Badge 3.0 (JSON)"), lazy("The badge without a picture, for programs.")),
    Form.ATTESTATION: (
        lazy("Attestation for wallets (SD-JWT VC)"),
        lazy("It shows only what you choose. It is bound to no key, so whoever has it can pass it on."),
    ),
}
"""What each is called, and what it is for."""
BROUGHT = lazy("You brought this file, so only its issuer can make it in another form.")
LOST = lazy("This credential does not count now, so nothing new is sealed of it.")
WITHOUT_STATUS = lazy("It could not be withdrawn in this form, so it is not made.")
NO_ADDRESS = lazy("This service has no https address, so nobody could check it.")
NOTHING_NOW = lazy("The institution seals nothing at present.")
NOT_GIVEN = lazy("This institution does not give its awards in this form.")
GIVEN_AS = {
    Form.CERTIFICATE: forms_given.CERTIFICATE,
    Form.BADGE_PNG: forms_given.BADGE,
    Form.BADGE_SVG: forms_given.BADGE,
    Form.BADGE: forms_given.BADGE,
    Form.ATTESTATION: forms_given.ATTESTATION,
}
"""What the institution decides on; the file as it came is always given."""
ERASED = lazy("The institution has erased what it is made from. Your file counts as before.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """One form. `why`: the reason why it cannot be had, lazily translated; "" where it can."""

    form: Form
    why: object = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A file to be taken away. `lost`: what this form cannot say, a sentence; "" where it says all."""

    form: Form
    name: str
    content: bytes
    lost: str = ""


def offered(held: Held) -> tuple[Offered, ...]:
    """Every form, in the order in which they are asked for."""
    return tuple(Offered(form=one, why=_why_not(held, one)) for one in Form)


def _why_not(held: Held, form: Form) -> object:
    award: Award | None = held.award
    if form is Form.FILE:
        return ""
    if award is None:
        return BROUGHT
    if not forms_given.given(award.tenant, GIVEN_AS[form]):
        return NOT_GIVEN
    if form is Form.CERTIFICATE:
        return ""
    if award.learner_id is None:
        return ERASED
    if not counts(award):
        return LOST
    if award.tenant.stopped or award.tenant.issuing_blocked:
        return NOTHING_NOW
    if award.list_index is None:
        return WITHOUT_STATUS
    return "" if wallet_copies.possible() else NO_ADDRESS


def make(
    held: Held,
    form: Form,
    *,
    language: str,
    left_out: Iterable[str] = (),
    at: dt.datetime | None = None,
) -> Taken:
    """One form. NotAllowedError with the reason where it cannot be had; UnavailableError after too many in a minute.

    ConflictError for a form that the institution does not give.
    `left_out`: claims that an attestation does not show (`choices`). InputError for one that it always shows.
    """
    moment = at or now()
    if why := _why_not(held, form):
        if why is NOT_GIVEN and held.award is not None:
            forms_given.check(held.award.tenant, GIVEN_AS[form])
        raise NotAllowedError(str(why), where="form", found=form.value, code="not_possible")
    if form is not Form.FILE:
        MAKING.take(held.wallet_id.hex)
    if form is Form.FILE:
        return Taken(form=form, name=f"credential.{ending_of(held.form)}", content=wallets.content(held))
    if form is Form.CERTIFICATE:
        return Taken(form=form, name="certificate.pdf", content=_certificate(held, language))
    award = held.award
    assert award is not None  # `_why_not`
    award.refresh_from_db(fields=("state", "learner"))
    if not counts(award):
        raise NotAllowedError(str(LOST), where="form", found=form.value, code="not_possible")
    if form is Form.ATTESTATION:
        taken = _attestation(award, tuple(left_out), language, moment)
    else:
        taken = _badge(award, form, language, moment)
    line = audit.Line(verb="award.to_wallet", subject=f"award:{award.id}", detail={"form": form.value})
    with work():
        audit.note_all(award.tenant, "learner", [line], moment)
    return taken


def ending_of(kind: str) -> str:
    """The ending of a file by what it is (`formats.sniff.Kind`)."""
    known = {"json": "jsonld", "jwt": "jwt", "sd_jwt": "sd-jwt.txt", "pdf": "pdf", "png": "png", "svg": "svg"}
    return {**known, "zip": "zip", "xml": "xml"}.get(kind, "bin")


def _certificate(held: Held, language: str) -> bytes:
    """For people who want paper; the sealed credential is inside."""
    from mikra.rendering.certificate import CertificateRenderer

    address = claims.paper_address(held.award) if held.award else ""
    return CertificateRenderer(verify_url=address).render(wallets.content(held), language=language)


def choices(held: Held, *, language: str) -> list[tuple[str, str, str]]:
    """(name, label, value) of each claim that its holder may leave out of an attestation."""
    award: Award | None = held.award
    if award is None or _why_not(held, Form.ATTESTATION):
        return []
    try:
        projected = _projection(_read(award, Identity(issuer=wallet_copies.did_of(award.tenant))), language)
    except (InputError, ConflictError):
        return []
    found = []
    for claim in projected.table:
        value = projected.claims.get(claim.name)
        if claim.open or value is None:
            continue
        text = " · ".join(str(one) for one in value) if isinstance(value, list) else str(value)
        label = messages.text(f"wallet.claim.{claim.name}", language)
        found.append((claim.name, label, text if len(text) <= 160 else f"{text[:157]} …"))
    return found


def _read(award: Award, identity: Identity) -> forms.Award:
    made = forms.Award.of(awards_content.file_of(award), identity=identity)
    if standing.token_claim(made.credential) is None or not made.identity.status:
        raise ConflictError(str(WITHOUT_STATUS), code="not_possible")
    return made


def _projection(made: forms.Award, language: str) -> sd_jwt_vc.Projection:
    return sd_jwt_vc.micro_credential(
        made.credential,
        namespace=wallet_copies.namespace(),
        award_id=made.origin.award,
        digest=made.origin.digest,
        language=_tongue(made, language),
        loopback=wallet_copies.loopback(),
    )


def _tongue(made: forms.Award, language: str) -> str:
    return language if language in made.languages else made.languages[0]


def _attestation(award: Award, left_out: tuple[str, ...], language: str, at: dt.datetime) -> Taken:
    """SD-JWT VC in our own type, bound to no key: this place holds none for the learner."""
    issuer, did = wallet_copies.identifier(award.tenant), wallet_copies.did_of(award.tenant)
    made = _read(award, Identity(issuer=did))
    projected = _projection(made, language)
    strange = set(left_out) - {one.name for one in projected.table if not one.open}
    if strange:
        raise InputError("This cannot be left out.", where="fields", found=", ".join(sorted(strange))[:80])
    key = wallet_copies.key(award.tenant, "ES256")
    (place,) = copy_places.give(award, 1, at)
    content = sd_jwt_vc.seal(
        projected,
        issuer=issuer,
        signer=seal_keys.signer_of(key),
        holder=None,
        at=at,
        chance=chance,
        status=token.reference(place.address("token"), place.index),
        key_id=wallet_keys.key_id(key),
        loopback=wallet_copies.loopback(),
    )
    if left_out:
        content = sd_jwt.present(content, lambda place: place[0] not in left_out)
    return Taken(form=Form.ATTESTATION, name=f"credential.{ENDINGS[Form.ATTESTATION]}", content=content)


def _badge(award: Award, form: Form, language: str, at: dt.datetime) -> Taken:
    """Open Badge 3.0 with its proof in it, alone or baked into its image (OB 3.0, 5.3)."""
    did = wallet_copies.did_of(award.tenant)
    key = wallet_copies.key(award.tenant, "EdDSA")
    named = Identity(issuer=did, verification_method=f"{did}#{wallet_keys.key_id(key)}")
    named = of_key(wallet_keys.key_of(key)) if wallet_copies.loopback() else named
    (place,) = copy_places.give(award, 1, at)
    made = _read(award, replace(named, status=wallet_copies.entries(place)))
    tongue = _tongue(made, language)
    badge = forms.make(made, Kind.OPEN_BADGE, at=at, signer=seal_keys.signer_of(key), language=tongue)
    content = badge.content
    if form is not Form.BADGE:
        picture = _picture(award, made, tongue)
        if form is Form.BADGE_SVG:
            content = baked_svg.bake(picture, badge.content.decode())
        else:
            content = baked_png.bake(_pixels(picture), badge.content.decode())
    return Taken(form=form, name=f"badge.{ENDINGS[form]}", content=content, lost=badge.loss.summary.text(language))


def _picture(award: Award, made: forms.Award, language: str) -> bytes:
    """In the institution's colour, where words stand out on it."""
    try:
        return badge_svg(made.credential, language, accent=_accent(award) or LAPIS)
    except InputError:
        return badge_svg(made.credential, language)


@lru_cache(maxsize=32)
def _pixels(picture: bytes) -> bytes:
    """One picture for each edition, language and colour: nothing in it is the learner's."""
    return badge_png(picture)


def _accent(award: Award) -> str:
    plan = design_of(award.edition).brand
    return plan.accent if plan else ""

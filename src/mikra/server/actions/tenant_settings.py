"""What an institution has decided about its own work: one value, read everywhere, changed here alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from mikra.errors import InputError
from mikra.server.actions import audit
from mikra.server.actions.work import work
from mikra.server.rights import Actor, Right
from mikra.server.store.tenants import Tenant

LEGAL_BASES = ("public_task", "legal_obligation")
"""GDPR, 6(1)(e) and (c). Consent is none here: it is not free where a degree depends on it."""

FORMS = ("certificate", "badge", "attestation")
"""Besides the sealed EDC: certificate for people (PDF), Open Badge 3.0, attestation for wallets (SD-JWT VC)."""

AGE_OF_CONSENT = range(13, 17)
"""GDPR, 8(1): 16, or as low as 13 where a member state says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantSettings:
    """Times in minutes or days as named; amounts as counts.

    `four_eyes`: who prepared a batch cannot seal it, who wrote a design cannot approve it. `step_up`: sealing asks
    for a fresh proof of identity. `grace_minutes`: letters wait so long, and until then a whole batch can be undone.
    """

    four_eyes: bool = False
    step_up: bool = True
    grace_minutes: int = 15
    claim_days: int = 365
    reminder_days: int = 14
    reminders: int = 2
    age_of_consent: int = 16
    guardian_confirms: bool = True
    sender_name: str = ""
    reply_to: str = ""
    keep_rows_days: int = 90
    """Rows of class lists that were never issued."""
    keep_deliveries_days: int = 730
    keep_requests_days: int = 365
    """That a learner said that something is not right, after it was answered."""
    keep_cases_days: int = 1_095
    keep_prior_days: int = 365
    """Cases of validation of prior learning, after the last that was done on them."""
    appeal_days: int = 30
    """So long a negative decision on prior learning can be appealed; never longer than its case is kept at least."""
    keep_staff_days: int = 1_825
    keep_answers_days: int = 7
    """Answers that are given again to a repeated request of another system."""
    legal_basis: str = "public_task"
    """Of awarding: public_task or legal_obligation (GDPR, 6(1)(e) or (c))."""
    legal_reference: str = ""
    """The law that gives the task or the duty, as the institution cites it."""
    privacy_contact: str = ""
    protection_officer: str = ""
    supervisory_authority: str = ""
    status_base: str = ""
    forms: tuple[str, ...] = FORMS
    """In which its awards are given besides the EDC, in the order of `FORMS` (`forms_given`)."""
    folder_seals: bool = False
    """A class list from the drop folder, all of whose rows are ready, is sealed without a person."""


_NOT_IN_TRAIL = frozenset({"sender_name", "reply_to", "privacy_contact", "protection_officer"})
"""What may name a person."""

_BOUNDS = {
    "grace_minutes": range(7 * 24 * 60 + 1),
    "claim_days": range(1, 3_651),
    "reminder_days": range(1, 366),
    "reminders": range(6),
    "age_of_consent": AGE_OF_CONSENT,
    "keep_rows_days": range(1, 3_651),
    "keep_deliveries_days": range(30, 3_651),
    "keep_requests_days": range(30, 3_651),
    "keep_cases_days": range(365, 3_651),
    "keep_prior_days": range(30, 3_651),
    "appeal_days": range(7, 31),
    "keep_staff_days": range(30, 7_301),
    "keep_answers_days": range(1, 91),
}


def settings_of(tenant: Tenant) -> TenantSettings:
    """What this institution has decided; the rest as it is by default."""
    known = {one.name for one in fields(TenantSettings)}
    given = {name: value for name, value in tenant.settings.items() if name in known}
    if "forms" in given:
        given["forms"] = tuple(one for one in FORMS if one in given["forms"])
    return TenantSettings(**given)


def change(actor: Actor, **members: Any) -> TenantSettings:
    """Decides anew. InputError, with the member as its place, for what cannot be."""
    actor.need(Right.ADMINISTER)
    with work():
        tenant = Tenant._default_manager.select_for_update().get(pk=actor.tenant.pk)
        before = settings_of(tenant)
        after = replace(before, **_checked(members))
        changed = {name: value for name, value in asdict(after).items() if value != getattr(before, name)}
        tenant.settings = {**tenant.settings, **changed}
        tenant.save(update_fields=("settings",))
        if changed:
            detail = {name: value for name, value in changed.items() if name not in _NOT_IN_TRAIL}
            audit.note(actor, audit.Line(verb="settings.changed", subject=f"tenant:{tenant.id}", detail=detail))
    actor.tenant.settings = tenant.settings
    return after


def _checked(members: Mapping[str, Any]) -> dict[str, Any]:
    for name, value in members.items():
        bounds = _BOUNDS.get(name)
        if bounds is not None and (type(value) is not int or value not in bounds):
            raise InputError(
                "This number cannot be.", where=name, found=str(value)[:40], expected=f"{bounds[0]} to {bounds[-1]}"
            )
    if members.get("legal_basis", "public_task") not in LEGAL_BASES:
        raise InputError(
            "This is no legal basis of a task like this.", where="legal_basis", expected=", ".join(LEGAL_BASES)
        )
    checked = dict(members)
    if "forms" in checked:
        wanted = tuple(checked["forms"])
        if unknown := sorted(set(wanted) - set(FORMS)):
            raise InputError("There is no such form.", where="forms", found=unknown[0][:40], expected=", ".join(FORMS))
        checked["forms"] = tuple(one for one in FORMS if one in wanted)
    return checked

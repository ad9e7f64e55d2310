"""What a letter to a learner says: who, what, why, one link. No picture, no other link, no attachment, no tracking.

In the learner's language where we have it, else in that of the institution. Who is addressed is named as they wrote it.
"""

from __future__ import annotations

from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings as django_settings
from django.utils import translation

from mikra.adapters.clock import now
from mikra.errors import InputError, NotFoundError
from mikra.server import words
from mikra.server.actions import claim_codes
from mikra.server.actions.learners_profile import shown_name
from mikra.server.actions.tenant_settings import settings_of
from mikra.server.installation import installation
from mikra.server.store import delivery_rows, personal
from mikra.server.store.awards import Award
from mikra.server.store.deliveries import Delivery
from mikra.server.words import _


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """The learner as a letter needs them."""

    name: str
    email: str
    language: str


def person_of(delivery: Delivery) -> Person:
    """Whom the letter is for. NotFoundError where their data was erased."""
    learner = delivery.award.learner
    if learner is None or learner.erased:
        raise NotFoundError("The personal data that belonged here was erased.", code="erased")
    profile = personal.look_into(personal.opened(learner.key), bytes(learner.profile))
    return person(profile, delivery.tenant.language)


def person(profile: dict[str, Any], fallback: str) -> Person:
    """From a learner's profile."""
    emails = profile.get("emails") or [""]
    language = str(profile.get("language") or "").lower()
    known = dict(django_settings.LANGUAGES)
    return Person(name=shown_name(profile), email=str(emails[0]), language=language if language in known else fallback)


def claim_address(delivery: Delivery) -> str:
    """The one link of the letter; of one about a change, that of the offer which led to the award."""
    of = delivery_rows.offer_of(delivery.award_id) if delivery.kind == Delivery.Kind.CHANGE else None
    code = claim_codes.code_of(delivery.tenant_id, of.id if of else delivery.id)
    return f"{installation().origin.rstrip('/')}/claim/{code}/"


def message_of(delivery: Delivery, *, reminder: bool = False, added: bool = False) -> EmailMessage:
    """The letter of a delivery, ready to be sent. InputError where there is no address that could be written to.

    `added`: it is in the learner's wallet already, as they asked.
    """
    to = person_of(delivery)
    tenant = delivery.tenant
    decided = settings_of(tenant)
    subject, body = text_of(delivery, to, reminder=reminder, added=added)
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = _sender(decided.sender_name or tenant.name)
    message["To"] = _recipient(to)
    if decided.reply_to:
        message["Reply-To"] = decided.reply_to
    message["Date"] = format_datetime(now())
    message["Message-ID"] = delivery.message_id or new_message_id()
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = to.language
    message.set_content(body)
    return message


def text_of(delivery: Delivery, to: Person, *, reminder: bool = False, added: bool = False) -> tuple[str, str]:
    """Subject and body, in the language of whom it is for."""
    with translation.override(to.language):
        return " ".join(_title(delivery, reminder).split())[:200], _body(delivery, to, reminder, added)


def new_message_id() -> str:
    """The id by which a returned letter is known again; it says nothing about anybody."""
    return make_msgid(domain=urlsplit(installation().origin).hostname or "localhost")[:120]


def _sender(name: str) -> Address:
    user, _at, domain = str(django_settings.DEFAULT_FROM_EMAIL).rpartition("@")
    return Address(" ".join(name.split())[:100], user, domain)


def _recipient(to: Person) -> Address:
    user, _at, domain = to.email.rpartition("@")
    try:
        return Address(" ".join(to.name.split())[:100], user, domain.encode("idna").decode())
    except (ValueError, IndexError, UnicodeError) as error:
        raise InputError("No letter can be written to this address.", where="email") from error


def _title(delivery: Delivery, reminder: bool) -> str:
    if delivery.kind == Delivery.Kind.CHANGE:
        return _("Changed: {title}").format(title=delivery.award.edition.title)
    if delivery.award.supersedes_id:
        return _("Corrected: {title}").format(title=delivery.award.edition.title)
    pattern = _("Still yours to collect: {title}") if reminder else _("Yours: {title}")
    return pattern.format(title=delivery.award.edition.title)


def _of_change(delivery: Delivery, to: Person) -> str:
    """What was decided about an award that the learner knows of, why, and where to look."""
    award, tenant = delivery.award, delivery.tenant.name
    what = {
        Award.State.REVOKED: _("{tenant} has withdrawn your micro-credential “{title}”. It does not count any more."),
        Award.State.SUSPENDED: _("{tenant} has suspended your micro-credential “{title}”. It does not count for now."),
        Award.State.SUPERSEDED: _("{tenant} has replaced your micro-credential “{title}” by a new one."),
    }.get(Award.State(award.state), _("Your micro-credential “{title}” of {tenant} counts again."))
    lines = [
        _("Hello {name},").format(name=to.name),
        what.format(tenant=tenant, title=award.edition.title),
        _("The reason: {reason}").format(reason=award.reason) if award.reason else "",
        _("Look at it here:"),
        claim_address(delivery),
        _("If you think that this is wrong, tell {tenant}.").format(tenant=tenant),
    ]
    return "\n\n".join(line for line in lines if line) + "\n"


def _body(delivery: Delivery, to: Person, reminder: bool, added: bool) -> str:
    if delivery.kind == Delivery.Kind.CHANGE:
        return _of_change(delivery, to)
    title, tenant = delivery.award.edition.title, delivery.tenant.name
    what = (
        _("{tenant} has corrected your micro-credential “{title}”. The new one takes the place of the old.")
        if delivery.award.supersedes_id
        else _("{tenant} has awarded you the micro-credential “{title}”.")
    )
    if added:
        return _of_added(delivery, to, what.format(tenant=tenant, title=title))
    lines = [
        _("Hello {name},").format(name=to.name),
        what.format(tenant=tenant, title=title),
        _("Look at it first. You need no account:"),
        claim_address(delivery),
        _("It is yours to keep, to show and to share. It waits for you until {day}.").format(day=_day(delivery)),
    ]
    if reminder:
        lines.insert(1, _("You have not collected this yet. If it is not meant for you, do nothing."))
    lines.append(
        _("This letter holds no picture and no other link. {tenant} sees when you open the page, and no more.").format(
            tenant=tenant
        )
    )
    return "\n\n".join(lines) + "\n"


def _of_added(delivery: Delivery, to: Person, what: str) -> str:
    """Where nothing is asked, because the learner has said so before."""
    lines = [
        _("Hello {name},").format(name=to.name),
        what,
        _("It is in your wallet already, as you wanted for what {tenant} awards you. Look at it here:").format(
            tenant=delivery.tenant.name
        ),
        claim_address(delivery),
        _("To be asked each time again, open your wallet and look under “About you”."),
    ]
    return "\n\n".join(lines) + "\n"


def _day(delivery: Delivery) -> str:
    from mikra.messages import spoken

    assert delivery.expires is not None
    return spoken.Day(delivery.expires.date()).text(words.language())

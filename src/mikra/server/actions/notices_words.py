"""The sentences that several documents share."""

from __future__ import annotations

from mikra.server.actions.tenant_settings import settings_of
from mikra.server.data_inventory import Basis, Place, Processing
from mikra.server.store.tenants import Tenant
from mikra.server.words import _, ngettext


def who(tenant: Tenant) -> tuple[str, ...]:
    """The controller, and whom to ask. What is not decided yet is said to be missing."""
    decided, missing = settings_of(tenant), _("not stated yet")
    return (
        _("Controller: {who}").format(who=tenant.name),
        _("Contact: {contact}").format(contact=decided.privacy_contact or missing),
        _("Data protection officer: {officer}").format(officer=decided.protection_officer or missing),
    )


def basis(tenant: Tenant, one: Processing) -> str:
    """The legal basis in words, with the law that the institution cites."""
    decided = settings_of(tenant)
    words = {
        "public_task": _("A task in the public interest, GDPR 6(1)(e)"),
        "legal_obligation": _("A legal obligation, GDPR 6(1)(c)"),
        "legitimate_interest": _("A legitimate interest, GDPR 6(1)(f)"),
        "consent": _("Your consent, GDPR 6(1)(a), which you can take back as easily"),
    }
    chosen = decided.legal_basis if one.basis is Basis.AS_DECIDED else one.basis.value
    if one.name in ("requests", "rights"):
        return ": ".join([words[chosen], _("GDPR, Articles 12 to 21")])
    return f"{words[chosen]}: {decided.legal_reference}" if decided.legal_reference else words[chosen]


def kept(tenant: Tenant, one: Processing) -> str:
    """How long, with the number that the institution decided."""
    if not one.setting:
        return str(one.kept)
    return str(one.kept).format(days=getattr(settings_of(tenant), one.setting))


def rights(tenant: Tenant) -> tuple[str, ...]:
    """Articles 15 to 22, 77, in the words of the one who reads."""
    decided = settings_of(tenant)
    authority = decided.supervisory_authority or _("the supervisory authority of your country")
    found = [
        _("See everything that is known of you, and take a copy with you (Articles 15 and 20)."),
        _("Have it put right (16)."),
        _("Have it erased where there is no duty to keep it (17). Your own file goes on working."),
        _("Have its use restricted while something is in dispute (18)."),
        _("Object, for reasons of your own situation (21)."),
        _("Get an answer within one month (12)."),
        _("Complain to {authority} (77).").format(authority=authority),
    ]
    if decided.privacy_contact:
        found.insert(0, _("Write to {contact}. It costs nothing.").format(contact=decided.privacy_contact))
    return tuple(found)


def place(value: Place) -> str:
    """How a column holds it."""
    words = {
        Place.LEARNER_KEY: _("Encrypted under the learner's own key"),
        Place.ROW_KEY: _("Encrypted under a key of that row"),
        Place.BATCH_KEY: _("Encrypted under a key of that list"),
        Place.CASE_KEY: _("Encrypted under a key of that case"),
        Place.WALLET_KEY: _("Encrypted under a key of the wallet"),
        Place.ASKER_KEY: _("Encrypted for the browser that asked"),
        Place.WRAPPED: _("A key, encrypted under the installation's own"),
        Place.DIGEST: _("A keyed digest; nothing can be read from it"),
        Place.HASHED: _("A digest of a secret that is stored nowhere"),
        Place.REFERENCE: _("The id of another row"),
        Place.PSEUDONYM: _("An id that names nobody"),
        Place.CLEAR: _("Readable in the database"),
    }
    return words[value]


def measures() -> tuple[str, ...]:
    """Article 32, as this service does it."""
    return (
        _("What is known of a learner is encrypted under a key of that learner; erasure destroys the key."),
        _("Backups hold no key that could read it, and erasures are done again when a backup is restored."),
        _("Institutions on one installation see nothing of each other; every question names its institution."),
        _("Rights follow roles; sealing asks for a fresh proof of identity, and for a second person where wanted."),
        _("Every act is a line of a trail that shows if it was changed; it holds no names."),
        _("Logs and figures hold ids and counts alone; letters hold no picture and one link."),
        _("Connections are encrypted; pages run no script of others; only necessary cookies are set."),
        _("A crash neither loses nor doubles a credential; tests end the service at every step."),
    )


def risks() -> tuple[tuple[str, str], ...]:
    """Risk, and what meets it."""
    return (
        (_("Somebody gets hold of the database or of a backup"), _("Encryption under a key per learner, kept apart")),
        (
            _("Somebody of another institution looks"),
            _("Every question names its institution; tested on every address"),
        ),
        (_("Somebody here looks without need"), _("Roles; the audit trail; names only for those who work with them")),
        (
            _("A wrong result or name is sealed"),
            _("Previews, approval, correction with lineage, the learner's own word"),
        ),
        (_("A letter reaches a stranger"), _("The code is void when the address is changed; it opens one award")),
        (_("A learner cannot get rid of it"), _("Erasure by case; the file in the learner's hands is theirs")),
        (_("Minors show more than is good for them"), _("A guardian agrees; the age stands in no credential")),
        (_("Places in status lists are watched"), _("Lists are long, and places in them are drawn by chance")),
    )


def days(count: int) -> str:
    """ "90 days"."""
    return ngettext("{count} day", "{count} days", count).format(count=count)

"""Offers of awards to wallets of the learner's own choice (OpenID4VCI 1.0, 4): one configuration each, ten minutes.

offered = offer(code, configuration)           from the learner's page; what the wallet reads, and a code to type
referred(tenant, profile, reference)                 the offer behind a short link
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import uuid
from dataclasses import dataclass, replace
from typing import Any

from mikra import base64url
from mikra.adapters.clock import chance, now
from mikra.errors import ConflictError, InputError, NotFoundError
from mikra.exchange import oid4vci_offer
from mikra.exchange.oid4vci import OPEN, PROFILES, Profile
from mikra.exchange.oid4vci_metadata import SDJWT_ID, Issuer
from mikra.exchange.oid4vci_offer import Offer, TxCode
from mikra.server.actions import claims, wallet_copies
from mikra.server.actions.wallet_copies import fits, issuer_of
from mikra.server.actions.work import work
from mikra.server.store import delivery_rows, issuing, personal
from mikra.server.store.awards import Award
from mikra.server.store.base import new_id
from mikra.server.store.issuing import WalletOffer
from mikra.server.store.tenants import Tenant
from mikra.server.words import _

LIFE = dt.timedelta(minutes=10)
"""Of an offer, and of the token that it is redeemed for."""
LIVE = 10
"""Offers of one award that wait at the same time."""
Grant = WalletOffer.Grant
NOBODY = uuid.UUID(int=0)
"""In whose name the installation's own secrets are derived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What the learner is shown. `link` holds the whole offer, `short` an address of it, for a QR code."""

    row: WalletOffer
    link: str
    short: str
    typed: str


def tenant_of(slug: str) -> Tenant:
    """NotFoundError for an institution that is not here."""
    found = Tenant._default_manager.filter(slug=slug, closed=None).first()
    if found is None:
        raise NotFoundError("There is no issuer under this address.", fix="Check the address.", code="not_found")
    return found


def offer(
    code: str,
    configuration: str = "",
    *,
    profile: Profile = OPEN,
    language: str = "",
    at: dt.datetime | None = None,
) -> Offered:
    """An offer of what a letter led to. ConflictError before it is collected, and for what does not count any more."""
    moment = at or now()
    found = claims.look(code, moment)
    if not found.claimed:
        raise ConflictError("Collect it first.", fix="Press the button on the page of the offer.")
    return offer_award(found.award, configuration, profile=profile, language=language, at=moment)


def offer_award(
    award: Award,
    configuration: str = "",
    *,
    profile: Profile = OPEN,
    by_code: bool = False,
    language: str = "",
    rehearsal: bool = False,
    deferred: bool = False,
    at: dt.datetime | None = None,
) -> Offered:
    """The same of an award. InputError for a configuration that its issuer does not have.

    `by_code`: the wallet asks the issuer's own server, where the learner says yes; always so on `eudi`.
    `rehearsal`: it is not the learner who asks, and the audit trail says so. `deferred`: the wallet has to come twice.
    """
    moment = at or now()
    refuse_lost(award)
    issuer = issuer_of(award.tenant, profile)
    known = [one.id for one in issuer.configurations]
    possible = (one for one in known if not fits(award, one))
    chosen = configuration or next(possible, "")
    if chosen not in known:
        raise InputError(
            "This institution puts nothing into wallets in that form.",
            where="configuration",
            found=configuration,
            expected=", ".join(known) or "a service with an https address",
            code="not_possible",
        )
    if lacks := fits(award, chosen):
        raise InputError(lacks, where="configuration", found=chosen, expected=SDJWT_ID, code="not_possible")
    digits = f"{int.from_bytes(chance(8)) % 1_000_000:06d}"
    grant = Grant.CODE if by_code or profile.strict else Grant.PRE_AUTHORISED
    row = _row(award, chosen, language, digits, grant, moment)
    row.profile, row.rehearsal, row.deferred = profile.name, rehearsal, deferred
    store(row, moment)
    scheme = oid4vci_offer.SCHEME_EUDI if profile.strict else oid4vci_offer.SCHEME
    return Offered(
        row=row,
        link=oid4vci_offer.by_value(_written(row, issuer), scheme),
        short=short(row, issuer),
        typed=digits,
    )


def short(row: WalletOffer, issuer: Issuer) -> str:
    """The link to where an offer stands."""
    scheme = oid4vci_offer.SCHEME_EUDI if issuer.profile.strict else oid4vci_offer.SCHEME
    return oid4vci_offer.by_reference(issuer.endpoint(f"offers/{secret_of('reference', row.id)}"), scheme)


def chosen_award(award: Award, configuration: str, profile: Profile, language: str, at: dt.datetime) -> WalletOffer:
    """An award that its learner chose when their wallet asked: nothing is offered, and nothing to be typed."""
    refuse_lost(award)
    row = _row(award, configuration, language, "", Grant.CODE, at)
    row.profile, row.typed = profile.name, None
    store(row, at)
    return row


def _row(award: Award, configuration: str, language: str, digits: str, grant: Grant, at: dt.datetime) -> WalletOffer:
    row_id = new_id()
    return WalletOffer(
        id=row_id,
        tenant=award.tenant,
        award=award,
        configuration=configuration,
        language=language,
        code=digest_of(secret_of(grant.value, row_id)),
        reference=digest_of(secret_of("reference", row_id)),
        typed=typed_digest(row_id, digits),
        expires=at + LIFE,
        grant=grant,
    )


def store(row: WalletOffer, at: dt.datetime) -> None:
    """Of one award a few wait at a time: the oldest ends."""
    wallet_copies.prepare(row.tenant, PROFILES[row.profile])
    with work():
        waiting = WalletOffer.of(row.tenant).filter(award=row.award, redeemed=None, expires__gt=at).order_by("-id")
        old = list(waiting.values_list("pk", flat=True)[LIVE - 1 :])
        WalletOffer._default_manager.filter(pk__in=old).update(expires=at)
        row.save(force_insert=True)


def refuse_lost(award: Award) -> None:
    """ConflictError for what goes into no wallet."""
    if not counts(award):
        raise ConflictError("This credential does not count now, so it goes into no wallet.", code="conflict")
    if award.list_index is None:
        raise ConflictError("A credential that cannot be withdrawn goes into no wallet.", code="not_possible")


def counts(award: Award) -> bool:
    """Whether an award may go into a wallet now."""
    return award.state == Award.State.VALID and not award.trial and award.learner_id is not None


def _written(row: WalletOffer, issuer: Issuer) -> Offer:
    secret, named = secret_of(row.grant, row.id), Offer(issuer=issuer.identifier, configuration=row.configuration)
    if row.grant == Grant.CODE:
        return replace(named, state=secret)
    return replace(named, code=secret, tx_code=_asked_for(row) if row.typed is not None else None)


def referred(tenant: Tenant, profile: Profile, reference: str, at: dt.datetime | None = None) -> dict[str, Any]:
    """The offer that stands at its address. NotFoundError where there is none, or it ended."""
    row = issuing.by_reference(tenant.id, digest_of(reference))
    if row is None or row.profile != profile.name or row.redeemed is not None or row.expires <= (at or now()):
        raise NotFoundError("There is no offer under this address.", fix="Open the page of the offer again.")
    return _written(row, issuer_of(tenant, profile)).written()


def secret_of(kind: str, row_id: uuid.UUID) -> str:
    """What the wallet has: made again from the row, kept nowhere."""
    made = hmac.digest(personal.derived(f"wallet-{kind}", NOBODY), row_id.bytes, "sha256")
    return base64url.encode(made[:24])


def typed_digest(row_id: uuid.UUID, digits: str) -> bytes:
    """What is kept of the code that the learner types."""
    return hmac.digest(personal.derived("wallet-typed", NOBODY), row_id.bytes + digits.encode()[:40], "sha256")


def paper_digits(award: Award) -> str:
    """Six digits on a printed letter of this award, which count for each offer of it: made again, kept nowhere.

    Who has only paper has no other way by which a code of the moment could come; and whoever has the letter has the
    page of the offer too, so that the same digits each time give nobody more.
    """
    made = hmac.digest(personal.derived("wallet-paper", award.tenant_id), award.id.bytes, "sha256")
    return f"{int.from_bytes(made[:8]) % 1_000_000:06d}"


def is_typed(row: WalletOffer, given: str) -> bool:
    """Whether these are the digits of the page of the offer, or of the letter where one was printed."""
    digest = typed_digest(row.id, given.strip())
    right = hmac.compare_digest(bytes(row.typed or b""), digest)
    if delivery_rows.on_paper(row.award_id):
        right |= hmac.compare_digest(typed_digest(row.id, paper_digits(row.award)), digest)
    return right


def _asked_for(row: WalletOffer) -> TxCode:
    """What a wallet says when it asks for the digits (OpenID4VCI 1.0, 4.1.1)."""
    if delivery_rows.on_paper(row.award_id):
        return TxCode(length=6, description=_("The six digits in your letter, or on the page of the offer"))
    return TxCode(length=6, description=_("The code on the page of the offer"))


def digest_of(text: str) -> bytes:
    """What is kept of a secret."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()

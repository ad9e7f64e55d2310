"""Offers to wallets (OpenID4VCI 1.0): who may fetch what, once. Secrets are here as digests alone."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from mikra.server.store.base import Owned
from mikra.server.store.tenants import Tenant


class WalletOffer(Owned):
    """One offer of one award in one configuration. `code`, `reference`, `token`: SHA-256 of what the wallet has.

    `typed` is a keyed digest of the code that the learner types (null: none is asked for), `tries` how often it may
    still be tried. `redeemed`, `issued`: when code and token were first used. `event`: what the wallet said.
    `dpop`, `attested`: thumbprints (RFC 7638) of the keys that the token and the wallet itself are bound to.
    `given` counts copies. `deferred`: the first answer is "later", for test suites; `transaction` is then SHA-256 of
    what the wallet comes with, `keys` those that it asked for, `waits` until when it is told to wait.
    `interaction`: SHA-256 of the secret of an interaction link (VC API), where the offer can be had by one too.
    `refresh`: SHA-256 of the refresh token, `refreshed` when it was used; the row that it gave has the same `family`.
    """

    class Grant(models.TextChoices):
        """How the wallet came to its token."""

        PRE_AUTHORISED = "pre"
        CODE = "code"
        AGAIN = "again"

    award = models.ForeignKey("store.Award", on_delete=models.CASCADE, related_name="+")
    configuration = models.CharField(max_length=40)
    language = models.CharField(max_length=12)
    code = models.BinaryField(max_length=32, unique=True)
    reference = models.BinaryField(max_length=32, unique=True)
    typed = models.BinaryField(max_length=32, null=True)
    tries = models.PositiveSmallIntegerField(default=5)
    expires = models.DateTimeField()
    redeemed = models.DateTimeField(null=True, blank=True)
    token = models.BinaryField(max_length=32, null=True, unique=True)
    token_ends = models.DateTimeField(null=True, blank=True)
    client = models.CharField(max_length=200, default="", blank=True)
    issued = models.DateTimeField(null=True, blank=True)
    notification = models.BinaryField(max_length=32, null=True, unique=True)
    event = models.CharField(max_length=24, default="", blank=True)
    profile = models.CharField(max_length=8, default="open")
    grant = models.CharField(max_length=8, choices=Grant, default=Grant.PRE_AUTHORISED)
    dpop = models.CharField(max_length=43, default="", blank=True)
    attested = models.CharField(max_length=43, default="", blank=True)
    refresh = models.BinaryField(max_length=32, null=True, unique=True)
    refresh_ends = models.DateTimeField(null=True, blank=True)
    refreshed = models.DateTimeField(null=True, blank=True)
    family = models.UUIDField(null=True, blank=True, db_index=True)
    given = models.PositiveSmallIntegerField(default=0)
    deferred = models.BooleanField(default=False)
    transaction = models.BinaryField(max_length=32, null=True, unique=True)
    keys = models.JSONField(default=list, blank=True)
    waits = models.DateTimeField(null=True, blank=True)
    interaction = models.BinaryField(max_length=32, null=True, unique=True)
    rehearsal = models.BooleanField(default=False)
    """Made by `mikra selftest` or `mikra dev`, and not by the learner."""

    class Meta:
        db_table = "wallet_offer"
        indexes = (models.Index(fields=("tenant", "award")), models.Index(fields=("expires",)))


class WalletRequest(Owned):
    """A wallet that asks to be authorised (RFC 6749, 4.1.1; RFC 9126), until its learner says yes or no.

    `request`, `code`: SHA-256 of the `request_uri` and of the code. `offer` came with `issuer_state`; without one the
    learner chooses among the awards of their wallet, and the offer is made then.
    """

    profile = models.CharField(max_length=8)
    client = models.CharField(max_length=200)
    redirect = models.CharField(max_length=1000)
    state = models.CharField(max_length=1000, default="", blank=True)
    challenge = models.CharField(max_length=43)
    configuration = models.CharField(max_length=40)
    detailed = models.BooleanField(default=False)
    dpop = models.CharField(max_length=43, default="", blank=True)
    attested = models.CharField(max_length=43, default="", blank=True)
    offer = models.ForeignKey(WalletOffer, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    request = models.BinaryField(max_length=32, unique=True)
    expires = models.DateTimeField(db_index=True)
    opened = models.DateTimeField(null=True, blank=True)
    page = models.BinaryField(max_length=32, null=True, unique=True)
    decided = models.DateTimeField(null=True, blank=True)
    code = models.BinaryField(max_length=32, null=True, unique=True)
    code_ends = models.DateTimeField(null=True, blank=True)
    used = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "wallet_request"


class WalletClient(models.Model):
    """A wallet that the operator knows by name: where its learners may be sent back to, letter for letter."""

    client = models.CharField(max_length=200, primary_key=True)
    redirects = models.JSONField(default=list)

    class Meta:
        db_table = "wallet_client"


class SpentNonce(models.Model):
    """A nonce that was used; kept until it would have ended."""

    digest = models.BinaryField(max_length=32, primary_key=True)
    ends = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "spent_nonce"


def by_code(tenant_id: uuid.UUID, digest: bytes) -> WalletOffer | None:
    return WalletOffer.of(tenant_id).filter(code=digest).order_by().first()


def by_reference(tenant_id: uuid.UUID, digest: bytes) -> WalletOffer | None:
    return WalletOffer.of(tenant_id).filter(reference=digest).order_by().first()


def by_token(tenant: Tenant, digest: bytes) -> WalletOffer | None:
    """With its award."""
    row = next(iter(WalletOffer.of(tenant.id).filter(token=digest).select_related("award")[:1]), None)
    if row is not None:
        row.tenant = row.award.tenant = tenant
    return row


def _rows(tenant_id: uuid.UUID) -> models.QuerySet[WalletOffer]:
    return WalletOffer.of(tenant_id).select_related("award__edition", "award__tenant")


def by_interaction(tenant_id: uuid.UUID, digest: bytes) -> WalletOffer | None:
    return _rows(tenant_id).filter(interaction=digest).first()


def open_interaction(offer: WalletOffer, digest: bytes) -> None:
    """The offer can be had by a link of this digest too."""
    WalletOffer._default_manager.filter(pk=offer.pk).update(interaction=digest)
    offer.interaction = digest


def exchange(offer: WalletOffer, at: dt.datetime) -> bool:
    """Of many who exchange one offer at once, or redeem its code, one is told True."""
    rows = WalletOffer._default_manager.filter(pk=offer.pk, redeemed=None, issued=None, expires__gt=at)
    return bool(rows.update(redeemed=at, issued=at, given=1))


def not_exchanged(offer: WalletOffer) -> None:
    """Sealing failed: the link may be used again."""
    WalletOffer._default_manager.filter(pk=offer.pk).update(redeemed=None, issued=None, given=0)


def take_try(offer: WalletOffer) -> bool:
    """Counts one try of the typed code. False where none is left."""
    rows = WalletOffer._default_manager.filter(pk=offer.pk, tries__gt=0, redeemed=None)
    return bool(rows.update(tries=F("tries") - 1))


def redeem(offer: WalletOffer, at: dt.datetime, *, token: bytes, ends: dt.datetime, bound: Mapping[str, Any]) -> bool:
    """Of many who redeem the code at once, one is told True. `bound`: columns that say to whom the token is given."""
    rows = WalletOffer._default_manager.filter(pk=offer.pk, redeemed=None, expires__gt=at)
    return bool(rows.update(redeemed=at, token=token, token_ends=ends, **bound))


def by_refresh(tenant_id: uuid.UUID, digest: bytes) -> WalletOffer | None:
    return _rows(tenant_id).filter(refresh=digest).first()


def use_refresh(offer: WalletOffer, at: dt.datetime) -> bool:
    """Of many who use one refresh token at once, one is told True; the token beside it ends."""
    rows = WalletOffer._default_manager.filter(pk=offer.pk, refreshed=None, refresh__isnull=False)
    return bool(rows.update(refreshed=at, token_ends=at))


def again(offer: WalletOffer, code: bytes, reference: bytes, at: dt.datetime) -> WalletOffer:
    """The same award for the same wallet once more. `code`, `reference`: digests of what nobody has."""
    row = WalletOffer(
        tenant_id=offer.tenant_id,
        award=offer.award,
        configuration=offer.configuration,
        language=offer.language,
        code=code,
        reference=reference,
        expires=at + dt.timedelta(minutes=1),
        rehearsal=offer.rehearsal,
        profile=offer.profile,
        grant=WalletOffer.Grant.AGAIN,
        family=offer.family,
    )
    row.save(force_insert=True)
    return row


def end_family(offer: WalletOffer, at: dt.datetime) -> None:
    """A code or refresh token that came twice was copied: every token of the family ends."""
    same = Q(pk=offer.pk) | Q(family=offer.family) if offer.family else Q(pk=offer.pk)
    WalletOffer.of(offer.tenant_id).filter(same).update(token_ends=at, refresh_ends=at)


def by_authorization_code(tenant_id: uuid.UUID, digest: bytes) -> WalletRequest | None:
    rows = WalletRequest.of(tenant_id).select_related("offer__award__edition", "offer__award__tenant", "offer__tenant")
    return rows.filter(code=digest).first()


def by_request(tenant_id: uuid.UUID, digest: bytes) -> WalletRequest | None:
    return WalletRequest.of(tenant_id).filter(request=digest).first()


def by_page(tenant_id: uuid.UUID, digest: bytes) -> WalletRequest | None:
    rows = WalletRequest.of(tenant_id).select_related("offer__award__edition", "offer__award__tenant")
    return rows.filter(page=digest).first()


def open_request(row: WalletRequest, at: dt.datetime, *, page: bytes, ends: dt.datetime) -> bool:
    """A `request_uri` is opened once; from then on the page has a secret of its own."""
    rows = WalletRequest._default_manager.filter(pk=row.pk, opened=None, expires__gt=at)
    return bool(rows.update(opened=at, page=page, expires=ends))


def decide(row: WalletRequest, at: dt.datetime, **given: Any) -> bool:
    """Yes (with a code) or no (without), once."""
    rows = WalletRequest._default_manager.filter(pk=row.pk, decided=None, expires__gt=at)
    return bool(rows.update(decided=at, **given))


def use_code(row: WalletRequest, at: dt.datetime) -> bool:
    """Of many who use one code at once, one is told True."""
    return bool(WalletRequest._default_manager.filter(pk=row.pk, used=None, code_ends__gt=at).update(used=at))


def requests_before(at: dt.datetime) -> models.QuerySet[WalletRequest]:
    """Those that ended."""
    return WalletRequest._default_manager.filter(expires__lt=at).order_by("id")


def issue(offer: WalletOffer, at: dt.datetime, count: int, most: int, *, notification: bytes) -> bool:
    """Whether so many copies may still be given for one token, of `most`; from now on they are counted."""
    rows = WalletOffer._default_manager.filter(pk=offer.pk, given__lte=most - count)
    issued = Coalesce("issued", models.Value(at))
    return bool(rows.update(given=F("given") + count, issued=issued, notification=notification))


def not_issued(offer: WalletOffer, count: int) -> None:
    """Sealing failed: so many may be asked for again."""
    WalletOffer._default_manager.filter(pk=offer.pk).update(given=F("given") - count)


def defer(offer: WalletOffer, *, transaction: bytes, keys: list[dict[str, Any]], waits: dt.datetime) -> None:
    """What was asked for is given later, to whoever knows the transaction."""
    found = WalletOffer._default_manager.filter(pk=offer.pk)
    found.update(transaction=transaction, keys=keys, waits=waits, deferred=False)


def wait(offer: WalletOffer, until: dt.datetime) -> None:
    """It is still not to be had."""
    WalletOffer._default_manager.filter(pk=offer.pk).update(waits=until)


def notify(tenant_id: uuid.UUID, token: bytes, notification: bytes, event: str) -> bool:
    """What the wallet said of the credential that it got by this token; the last word counts."""
    rows = WalletOffer.of(tenant_id).filter(token=token, notification=notification)
    return bool(rows.update(event=event))


def spend(digest: bytes, ends: dt.datetime) -> bool:
    """Whether this nonce was not used before; from now on it was."""
    try:
        with transaction.atomic():
            SpentNonce(digest=digest, ends=ends).save(force_insert=True)
    except IntegrityError:
        return False
    return True


def was_spent(digest: bytes) -> bool:
    """Whether this nonce was used; `spend` alone decides between two at once."""
    return SpentNonce._default_manager.filter(pk=digest).exists()


def nonces_before(at: dt.datetime) -> models.QuerySet[SpentNonce]:
    """Those that would have ended."""
    return SpentNonce._default_manager.filter(ends__lt=at).order_by("ends")


def offers_before(at: dt.datetime) -> models.QuerySet[WalletOffer]:
    """Those that ended long enough ago, and by which no wallet can come again."""
    ended = Q(refresh_ends=None) | Q(refresh_ends__lt=at)
    return WalletOffer._default_manager.filter(ended, expires__lt=at).order_by("id")

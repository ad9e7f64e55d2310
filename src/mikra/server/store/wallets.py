"""Wallets of learners: what they hold is encrypted under a key of each wallet, and belongs to no institution.

A wallet has a `Person` of its own, who works nowhere and whose e-mail address is none: real addresses stand encrypted
in `Address`, and are found by a keyed digest. So no sign-in of staff leads to a wallet, and none of a learner to desks.
"""

from __future__ import annotations

import uuid
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models

from mikra.errors import NotFoundError
from mikra.server.store.base import Row
from mikra.server.store.people import Person


class Wallet(Row):
    """`wrapped`: its key under `data.key`. `profile`: personal.seal_away of {"name", "esi", "language"}.

    `recovery`: SHA-256 of the code on paper.
    """

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="wallet")
    wrapped = models.BinaryField()
    profile = models.BinaryField()
    recovery = models.BinaryField(max_length=32, null=True, unique=True)

    class Meta:
        db_table = "wallet"


class OfWallet(Row):
    """A row of one wallet: `of(wallet)` is the only door to it."""

    wallet = models.ForeignKey(Wallet, on_delete=models.CASCADE, related_name="+")

    class Meta:
        abstract = True

    @classmethod
    def of(cls, wallet: Wallet) -> models.QuerySet[Self]:
        """All rows of this wallet, to be narrowed down."""
        return cls._default_manager.filter(wallet=wallet)

    @classmethod
    def get(cls, wallet: Wallet, id: uuid.UUID | str) -> Self:
        """The row of this wallet with this id. NotFoundError, also for what is somebody else's (BAR, R7)."""
        try:
            found = cls.of(wallet).filter(pk=id).first()
        except (ValueError, TypeError, ValidationError):
            found = None
        if found is None:
            raise NotFoundError("There is nothing here under this address.", fix="Check the address.", code="not_found")
        return found


class Held(OfWallet):
    """One file in a wallet. `content`: the bytes as they came, compressed and encrypted; `about`: what was read in it.

    `digest` is a keyed digest of the bytes, so that nobody sees who else holds the same. `form`: kind of file.
    `verdict` is what the check said at `checked`; "" where none was made.
    """

    class Source(models.TextChoices):
        CLAIMED = "claimed"
        """Kept from the page of an offer."""
        ADDED = "added"
        """Added by consent, without a letter's click."""
        IMPORTED = "imported"
        """A file that the learner brought."""
        RECEIVED = "received"
        """Over a wallet protocol."""

    content = models.BinaryField()
    about = models.BinaryField()
    form = models.CharField(max_length=24)
    digest = models.BinaryField(max_length=16)
    source = models.CharField(max_length=10, choices=Source.choices)
    award = models.ForeignKey("store.Award", null=True, on_delete=models.SET_NULL, related_name="+")
    verdict = models.CharField(max_length=16, default="", blank=True)
    checked = models.DateTimeField(null=True, blank=True)
    removed = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "wallet_held"
        constraints = (models.UniqueConstraint(fields=("wallet", "digest"), name="wallet_held_once"),)
        indexes = (models.Index(fields=("wallet", "award")),)


class Address(OfWallet):
    """An e-mail address that answered a code. `token` finds its wallet; one address leads to one wallet."""

    token = models.BinaryField(max_length=16, unique=True)
    content = models.BinaryField()
    confirmed = models.DateTimeField()
    first = models.BooleanField(default=False)
    """Where letters go."""

    class Meta:
        db_table = "wallet_address"


class Proof(OfWallet):
    """How it was shown that this is the person, for one award or one institution. `content`: encrypted details."""

    class Way(models.TextChoices):
        LINK = "link"
        """Had the link of the letter: whoever has the letter has it."""
        CODE = "code"
        """Also answered a code sent to the address that the institution knows."""
        INSTITUTION = "institution"
        """Signed in by the institution's own service."""
        EID = "eid"
        """By an electronic identity (eIDAS); no service for it is built in."""

    way = models.CharField(max_length=12, choices=Way.choices)
    tenant = models.ForeignKey("store.Tenant", null=True, on_delete=models.CASCADE, related_name="+")
    award = models.ForeignKey("store.Award", null=True, on_delete=models.SET_NULL, related_name="+")
    content = models.BinaryField()
    subject = models.BinaryField(max_length=16, null=True)
    """Keyed digest of who that institution says this is."""
    recovers = models.BooleanField(default=False)
    """Whether the learner lets this sign-in open the wallet again."""

    class Meta:
        db_table = "wallet_proof"
        constraints = (
            models.UniqueConstraint(
                fields=("tenant", "subject"), name="wallet_subject_once", condition=models.Q(subject__isnull=False)
            ),
        )


class Return(OfWallet):
    """An account asks to open `wallet` for the owner of the wallet `to` again, from `opens` on (`wallet_return`)."""

    to = models.OneToOneField(Wallet, on_delete=models.CASCADE, related_name="+")
    tenant = models.ForeignKey("store.Tenant", on_delete=models.CASCADE, related_name="+")
    opens = models.DateTimeField()

    class Meta:
        db_table = "wallet_return"
        constraints = (models.UniqueConstraint(fields=("wallet",), name="wallet_return_once"),)


class Consent(OfWallet):
    """ "Put what you award me into my wallet": given to one institution about its own record of the learner."""

    tenant = models.ForeignKey("store.Tenant", on_delete=models.CASCADE, related_name="+")
    learner = models.ForeignKey("store.Learner", on_delete=models.CASCADE, related_name="+")
    revoked = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "wallet_consent"
        indexes = (models.Index(fields=("tenant", "learner")),)


class Transfer(OfWallet):
    """A sealed file for a home institution, fetched by a code that is kept hashed; `content` is encrypted under it."""

    token = models.BinaryField(max_length=32, unique=True)
    content = models.BinaryField()
    expires = models.DateTimeField()
    fetched = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "wallet_transfer"


def by_address(token: bytes) -> Wallet | None:
    """The wallet to which a confirmed address leads."""
    found = Address._default_manager.select_related("wallet__person").filter(token=token).first()
    return found.wallet if found else None


def by_recovery(digest: bytes) -> Wallet | None:
    """The wallet whose code on paper has this digest."""
    return Wallet._default_manager.select_related("person").filter(recovery=digest).first()


def proof_by(tenant: Any, subject: bytes) -> Proof | None:
    """The proof by this account of that institution."""
    return Proof._default_manager.filter(tenant=tenant, subject=subject).first()


def transfer_by(token: bytes) -> Transfer | None:
    """The transfer whose code has this digest."""
    return Transfer._default_manager.select_related("wallet").filter(token=token).first()


def consents(*, live: bool = True) -> models.QuerySet[Consent]:
    """All that hold now, for the task that adds new awards."""
    rows = Consent._default_manager.select_related("wallet", "learner__key", "tenant")
    return rows.filter(revoked=None, learner__erased=None, learner__restricted=None) if live else rows


def consents_taken_back() -> models.QuerySet[Consent]:
    """Those that hold no longer: that they were given and taken back stands in the audit trail."""
    return Consent._default_manager.exclude(revoked=None).order_by("id")


def returns_before(at: Any) -> models.QuerySet[Return]:
    """Requests to come back that nobody came back for."""
    return Return._default_manager.filter(created__lt=at).order_by("id")


def removed_before(at: Any) -> models.QuerySet[Held]:
    """What was taken out of wallets long enough ago."""
    return Held._default_manager.filter(removed__lt=at).order_by("id")


def transfers_before(at: Any) -> models.QuerySet[Transfer]:
    """Files for home institutions that nobody fetches any more."""
    return Transfer._default_manager.filter(expires__lt=at).order_by("id")

"""What a learner shows to others: chosen credentials, chosen facts, for as long as they like."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F

from mikra.server.store.wallets import OfWallet


class Share(OfWallet):
    """One link. `token`: SHA-256 of its code, which is stored nowhere. `content`: under the wallet's key, see `shares`.

    `password` is a slow hash, or "". `once`: ended by its first opening, at `used`.
    """

    token = models.BinaryField(max_length=32, unique=True)
    content = models.BinaryField()
    password = models.CharField(max_length=128, default="", blank=True)
    once = models.BooleanField(default=False)
    expires = models.DateTimeField(null=True, blank=True)
    used = models.DateTimeField(null=True, blank=True)
    stopped = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "share"
        indexes = (models.Index(fields=("wallet", "stopped")),)


class ShareDay(models.Model):
    """How often a share was opened on a day: a number, and nothing of who or from where."""

    share = models.ForeignKey(Share, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "share_day"
        constraints = (models.UniqueConstraint(fields=("share", "day"), name="share_day_once"),)


def by_token(token: bytes) -> Share | None:
    """The share whose code has this digest."""
    return Share._default_manager.select_related("wallet").filter(token=token).first()


def spend(share: Share, at: dt.datetime) -> bool:
    """Ends a share that is for one opening. Of many who open it at once, one is told True."""
    return bool(Share._default_manager.filter(pk=share.pk, once=True, used=None, stopped=None).update(used=at))


def count(share: Share, day: dt.date) -> None:
    """One more opening. Call it inside `work()`."""
    ShareDay._default_manager.get_or_create(share=share, day=day)
    ShareDay._default_manager.filter(share=share, day=day).update(count=F("count") + 1)


def ended_before(at: dt.datetime) -> models.QuerySet[Share]:
    """Those that nobody could open since then."""
    over = models.Q(expires__lt=at) | models.Q(stopped__lt=at) | models.Q(used__lt=at)
    return Share._default_manager.filter(over).order_by("id")

"""Status lists: which places are given, and what was published last (W3C bitstring and IETF token, of one table)."""

from __future__ import annotations

from django.db import models

from mikra.server.store.base import Owned


class StatusList(models.Model):
    """A list of a tenant. `taken` places were given, in the order of a secret permutation, so that each is by chance.

    A place that was given is never given again, whatever became of its credential: the counter only rises.
    """

    number = models.BigAutoField(primary_key=True)
    tenant = models.ForeignKey("store.Tenant", on_delete=models.PROTECT, related_name="+")
    group = models.CharField(max_length=8)
    """The year in which its credentials end, or "open"."""
    size = models.PositiveIntegerField()
    taken = models.PositiveIntegerField(default=0)
    secret = models.BinaryField(max_length=32)
    open = models.BooleanField(default=True)
    dirty = models.DateTimeField(null=True, blank=True)
    """Since when something is decided that is not yet published."""

    class Meta:
        db_table = "status_list"
        indexes = (models.Index(fields=("tenant", "group", "open")),)


class StatusMark(models.Model):
    """A place that is not valid: what `status.table.pack` takes."""

    list = models.ForeignKey(StatusList, on_delete=models.PROTECT, related_name="marks")
    index = models.PositiveIntegerField()
    value = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "status_mark"
        constraints = (models.UniqueConstraint(fields=("list", "index"), name="mark_once"),)


class Published(Owned):
    """The last sealed publication of a list in one encoding; served as it is while everything else is down."""

    list = models.ForeignKey(StatusList, on_delete=models.PROTECT, related_name="published")
    encoding = models.CharField(max_length=12)
    content = models.BinaryField()
    at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        db_table = "status_published"
        constraints = (models.UniqueConstraint(fields=("list", "encoding"), name="encoding_once"),)

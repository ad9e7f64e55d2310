"""Questions about the audit trail of one tenant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db import models

from mikra.server.store.audit import DailyHead, Entry, Head
from mikra.server.store.tenants import Tenant


def entries(
    tenant: Any,
    *,
    verb: str = "",
    actor: str = "",
    subject: str = "",
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
) -> models.QuerySet[Entry]:
    """Lines of the trail, newest first. `verb` is the beginning of one."""
    rows = Entry._default_manager.filter(tenant=tenant).order_by("-number")
    if verb:
        rows = rows.filter(verb__startswith=verb)
    if actor:
        rows = rows.filter(actor=actor)
    if subject:
        rows = rows.filter(subject=subject)
    if since:
        rows = rows.filter(at__gte=since)
    return rows.filter(at__lt=until) if until else rows


def in_order(tenant: Any) -> Iterator[Entry]:
    """All lines, oldest first, a few thousand at a time."""
    return Entry._default_manager.filter(tenant=tenant).order_by("number").iterator(chunk_size=2_000)


def head_of(tenant: Any) -> Head | None:
    """The end of the chain."""
    return Head._default_manager.filter(tenant=tenant).first()


def heads(tenant: Any) -> list[DailyHead]:
    """Sealed heads, newest first."""
    return list(DailyHead.of(tenant).order_by("-day"))


def without_head(day: dt.date) -> list[Tenant]:
    """Tenants with lines that no sealed head covers, and that have none of this day."""
    done = DailyHead._default_manager.filter(tenant=models.OuterRef("pk"), day=day)
    covered = DailyHead._default_manager.filter(tenant=models.OuterRef("pk")).order_by("-number").values("number")[:1]
    end = Head._default_manager.filter(tenant=models.OuterRef("pk")).values("number")[:1]
    rows = Tenant._default_manager.annotate(covered=models.Subquery(covered), end=models.Subquery(end))
    rows = rows.filter(~models.Exists(done), end__isnull=False)
    return list(rows.filter(models.Q(covered=None) | models.Q(end__gt=models.F("covered"))))

"""What has been kept long enough, class by class: rows of a tenant, and those of the whole installation."""

from __future__ import annotations

import datetime as dt
from typing import Any

from allauth.account.models import EmailConfirmation
from django.contrib.sessions.models import Session
from django.db import models

from mikra.server.store.batches import Batch, BatchRow
from mikra.server.store.deliveries import Delivery, NameRequest
from mikra.server.store.people import Membership, Person, SetUp
from mikra.server.store.rights_cases import RightsCase
from mikra.server.store.work import Asked

UNDECIDED = (Batch.State.WHO, Batch.State.CHECK, Batch.State.APPROVAL, Batch.State.CANCELLED)
WORKING = (Batch.State.SCHEDULED, Batch.State.SEALING, Batch.State.PAUSED)


def rows(tenant: Any, before: dt.datetime) -> models.QuerySet[BatchRow]:
    """Rows that were never sealed and still have their data, of lists that nobody is sealing."""
    found = BatchRow._default_manager.filter(tenant=tenant, batch__created__lt=before).exclude(key=None)
    return found.exclude(state=BatchRow.State.SEALED).exclude(batch__state__in=WORKING).order_by("id")


def lists(tenant: Any, before: dt.datetime) -> models.QuerySet[Batch]:
    """Lists with a file, or the name of one, on which nothing will be decided any more."""
    found = Batch.of(tenant).filter(created__lt=before).exclude(key=None).exclude(state__in=WORKING)
    return found.order_by("id")


def deliveries(tenant: Any, before: dt.datetime, at: dt.datetime) -> models.QuerySet[Delivery]:
    """Letters whose story is over. Those that a newer letter refers to go after it."""
    over = models.Q(expires__lt=at) | models.Q(state__in=(Delivery.State.CLAIMED, Delivery.State.WITHDRAWN))
    again = Delivery._default_manager.filter(resent_from=models.OuterRef("pk"))
    return Delivery.of(tenant).filter(over, ~models.Exists(again), created__lt=before).order_by("-id")


def requests(tenant: Any, before: dt.datetime) -> models.QuerySet[NameRequest]:
    return NameRequest.of(tenant).filter(decided__lt=before).order_by("id")


def cases(tenant: Any, before: dt.datetime) -> models.QuerySet[RightsCase]:
    return RightsCase.of(tenant).filter(decided__lt=before).order_by("id")


def answers(tenant: Any, before: dt.datetime) -> models.QuerySet[Asked]:
    return Asked.of(tenant).filter(created__lt=before).order_by("id")


def memberships(tenant: Any, before: dt.datetime) -> models.QuerySet[Membership]:
    return Membership.of(tenant).filter(ended__lt=before).order_by("id")


def nobodys_accounts(people: list[Any]) -> models.QuerySet[Person]:
    """Of these people, those who work nowhere any more and do not run the installation."""
    return Person.objects.filter(pk__in=people, operator=False, memberships=None, wallet=None)


def sessions(at: dt.datetime) -> models.QuerySet[Session]:
    return Session.objects.filter(expire_date__lt=at).order_by("pk")


def set_ups(at: dt.datetime) -> models.QuerySet[SetUp]:
    """Tokens of the first start that were spent, or that ran out."""
    return SetUp._default_manager.filter(models.Q(spent__isnull=False) | models.Q(expires__lt=at)).order_by("pk")


def confirmations(before: dt.datetime) -> models.QuerySet[EmailConfirmation]:
    found: models.QuerySet[EmailConfirmation] = EmailConfirmation.objects.filter(created__lt=before)
    return found.order_by("pk")

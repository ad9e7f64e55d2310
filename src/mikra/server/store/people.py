"""People who work here: their sign-in, and what they may do for which tenant."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from mikra.adapters.clock import now
from mikra.server.store.base import Owned, new_id


class PersonManager(BaseUserManager["Person"]):
    """People by their e-mail address, which is how they sign in."""

    def create_user(self, email: str, name: str = "", password: str | None = None, **members: Any) -> Person:
        person = self.model(email=email.strip().lower(), name=name, **members)
        person.set_unusable_password()
        person.save()
        return person

    def get_by_natural_key(self, username: str | None) -> Person:
        return self.get(email__iexact=username)


class Person(AbstractBaseUser):
    """Somebody who signs in. `operator`: runs the installation, and belongs to no tenant by that."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=12, blank=True)
    operator = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    created = models.DateTimeField(default=now, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    objects = PersonManager()

    class Meta:
        db_table = "person"

    def __str__(self) -> str:
        return str(self.id)

    @property
    def owns_wallet(self) -> bool:
        """Whether this is a learner with a wallet, who works nowhere here (`store.wallets`)."""
        return self.email.endswith("@wallet.invalid")

    # What allauth asks of any user model; nobody here is staff of Django's own administration.
    is_staff = False
    is_superuser = False

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False


class Membership(Owned):
    """What a person may do for a tenant: `roles` are names of `rights.Role`."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    roles = models.JSONField(default=list)
    ended = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "membership"
        constraints = (models.UniqueConstraint(fields=("tenant", "person"), name="membership_once"),)

    @classmethod
    def working(cls, person: Person) -> list[Membership]:
        """Where this person works now, by name of the tenant."""
        rows = cls._default_manager.select_related("tenant").filter(person=person, ended=None, tenant__closed=None)
        return list(rows.order_by("tenant__name"))


class SetUp(models.Model):
    """The one-time token of the first start: stored hashed, spent once."""

    digest = models.BinaryField(unique=True)
    expires = models.DateTimeField()
    spent = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "set_up"

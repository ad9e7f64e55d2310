"""The first start: a one-time token on the console makes the first institution and its administrator. No password.

The token is kept as a digest, works once, and holds for a day.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from base64 import b32encode

from mikra.adapters.clock import chance, now
from mikra.errors import ConflictError, InputError, NotAllowedError
from mikra.server.actions import audit, wallet_copies
from mikra.server.actions.seal_keys_made import Holder, make_own
from mikra.server.actions.work import work
from mikra.server.rights import Role
from mikra.server.store.people import Membership, Person, SetUp
from mikra.server.store.tenants import Tenant

LIFE = dt.timedelta(days=1)
RESERVED = frozenset({"new", "console", "api", "static", "account"})


def wanted() -> bool:
    """Whether nobody has set this installation up yet."""
    return not Person.objects.exists()


def make_token() -> str:
    """A new token, to be shown on the console; those before it are void."""
    token = b32encode(chance(15)).decode()
    with work():
        SetUp._default_manager.filter(spent=None).delete()
        SetUp._default_manager.create(digest=_digest(token), expires=now() + LIFE)
    return "-".join(token[start : start + 4] for start in range(0, len(token), 4))


def spend(
    *,
    token: str,
    email: str,
    name: str,
    institution: str,
    slug: str,
    language: str,
    identifier: str = "",
    country: str = "EU",
) -> Person:
    """Makes institution and administrator. NotAllowedError for a token that is wrong, old or spent.

    `identifier` (VATRO-..., NTRCZ-...) and `country` are for the certificates of the institution's first keys.
    """
    with work():
        row = SetUp._default_manager.select_for_update().filter(digest=_digest(token), spent=None).first()
        if row is None or row.expires < now():
            raise NotAllowedError(
                "This code is not the one of the console, or it was used already.",
                where="token",
                fix="Start the service again: it shows a new one as long as nobody has set it up.",
            )
        row.spent = now()
        row.save(update_fields=("spent",))
        person = Person.objects.filter(email=email.strip().lower()).first()
        person = person or Person.objects.create_user(email, name.strip(), language=language, operator=True)
        make_tenant(institution, slug, language, administrator=person, identifier=identifier, country=country)
    return person


def make_tenant(
    name: str,
    slug: str,
    language: str,
    *,
    administrator: Person,
    identifier: str = "",
    country: str = "EU",
    demonstration: bool = False,
) -> Tenant:
    """A new institution with its first keys. ConflictError where the short name is taken; call it inside `work()`.

    `demonstration`: every certificate of it, from the first on, says that it is without value.
    Without an identifier, certificates name it by the one that it has here (a national scheme, EN 319 412-1, 5.1.4).
    """
    if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?", slug) or slug in RESERVED:
        raise InputError(
            "This cannot be a short name.", where="slug", found=slug[:40], expected="small letters, digits, hyphens"
        )
    if Tenant._default_manager.filter(slug=slug).exists():
        raise ConflictError("Another institution has this short name.", where="slug", found=slug, fix="Choose another.")
    tenant = Tenant._default_manager.create(
        name=name.strip(), slug=slug, language=language, languages=[language], demonstration=demonstration
    )
    Membership._default_manager.create(tenant=tenant, person=administrator, roles=[str(Role.ADMINISTRATOR)])
    line = audit.Line(verb="tenant.made", subject=f"tenant:{tenant.id}")
    by = f"person:{administrator.id}"
    audit.note_all(tenant, by, [line], now())
    make_own(tenant, Holder(name=name.strip(), identifier=identifier or f"LO:{country}-{slug}", country=country), by)
    wallet_copies.prepare(tenant)
    return tenant


def _digest(token: str) -> bytes:
    plain = "".join(one for one in token.upper() if one.isalnum())
    return hashlib.sha256(plain.encode()).digest()

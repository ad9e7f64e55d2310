"""An institution on a service that runs, through the actions: `python -m tests.journeys.registrar_seed HOME ANSWER`.

It has a published design, the keys of a first start, a registrar, a colleague who seals. With `four-eyes` in place of
ANSWER it asks for a second person from then on.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any


def main(home: str, answer: str) -> None:
    os.environ |= {"MIKRA_HOME": home, "DJANGO_SETTINGS_MODULE": "mikra.server.settings"}
    import django

    django.setup()
    if answer == "four-eyes":
        _decide(four_eyes=True)
        return
    from mikra.server.actions import first_start
    from mikra.server.rights import Role
    from mikra.server.store.tenants import Tenant
    from tests.server.institution import EIDAS, publish

    first_start.spend(
        token=first_start.make_token(),
        email="ona@zed.example",
        name="Ona Petrauskaitė",
        institution="University of Zed",
        slug="zed",
        language="en",
        identifier=EIDAS,
        country="RO",
    )
    tenant = Tenant._default_manager.get(slug="zed")
    _decide(step_up=False, grace_minutes=60)
    _key(tenant)
    publish(tenant)
    cookies = {str(role): _join(tenant, role) for role in (Role.REGISTRAR, Role.SEALER)}
    Path(answer).write_text(json.dumps(cookies), "utf-8")


def _key(tenant: Any) -> None:
    """The provider's profile, and the key that seals in its name."""
    from mikra.server.actions import designs, providers
    from mikra.server.actions.seal_keys_made import Holder, make
    from mikra.server.installation import installation
    from mikra.server.rights import system
    from tests.server.institution import EIDAS

    while not installation().signer_socket.exists():  # it starts with the first keys, and is told of further ones
        time.sleep(0.1)
    body = designs.example("university")["issuer"]
    provider = providers.create_provider(system(tenant), body)
    make(system(tenant), provider, Holder(name="University of Zed", identifier=EIDAS, country="RO"))


def _decide(**members: Any) -> None:
    from mikra.server.actions import tenant_settings
    from mikra.server.rights import system
    from mikra.server.store.tenants import Tenant

    tenant_settings.change(system(Tenant._default_manager.get(slug="zed")), **members)


def _join(tenant: Any, role: Any) -> str:
    """A new person; the cookie of their session."""
    from django.test import Client

    from mikra.server.store.people import Membership, Person

    person = Person.objects.create_user(f"{role}@zed.example", f"Jana {role}")
    Membership._default_manager.create(tenant=tenant, person=person, roles=[str(role)])
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client.cookies["sessionid"].value


if __name__ == "__main__":
    main(*sys.argv[1:])

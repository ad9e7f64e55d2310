"""Where the status of credentials stands on the web: `ORIGIN/status/NUMBER`, or at an address of the tenant's own."""

from __future__ import annotations

from mikra.server.actions.tenant_settings import settings_of
from mikra.server.installation import installation
from mikra.server.store.awards import Award
from mikra.server.store.status import StatusList
from mikra.server.store.tenants import Tenant
from mikra.status.indexes import Place


def address_for(tenant: Tenant) -> str:
    """Under which new lists of a tenant are published."""
    own = settings_of(tenant).status_base.rstrip("/")
    return own or f"{installation().origin.rstrip('/')}/status"


def base_of(number: int) -> str:
    """The address of a list, without its encoding, as its credentials say it for ever."""
    return f"{StatusList._default_manager.values_list('address', flat=True).get(pk=number)}/{number}"


def place_of(award: Award) -> Place | None:
    """Where the status of an award stands; None where none is offered (a trial run)."""
    if award.list_number is None or award.list_index is None:
        return None
    return Place(base_of(award.list_number), award.list_index)

"""All that is looked at, in the order in which it is told. What cannot be looked at is said, and hides nothing else."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import DatabaseError

from mikra.server.health import machine, work
from mikra.server.health.finding import Finding, State
from mikra.server.installation import Installation, installation
from mikra.server.store.tenants import Tenant
from mikra.server.words import _

log = logging.getLogger("mikra.health")


def look(tenant: Tenant | None = None, of: Installation | None = None) -> list[Finding]:
    """Everything, of the whole installation or as one tenant may know it."""
    here = of or installation()
    of_machine = (machine.database, machine.clock, machine.disk, machine.files, machine.backup, machine.wallets)
    of_work = (work.queue, work.mail, work.signer, work.certificates, work.status_lists)
    found = [_looked(one.__name__, lambda one=one: one(here)) for one in of_machine]  # type: ignore[misc]
    return found + [_looked(one.__name__, lambda one=one: one(here, tenant)) for one in of_work]  # type: ignore[misc]


def _looked(name: str, check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except (DatabaseError, OSError) as error:
        log.warning("health", extra={"kind": type(error).__name__, "state": name})
        said = _("It could not be looked at.")
        return Finding(id=name, title=name.replace("_", " "), state=State.UNKNOWN, said=said)


def ready() -> bool:
    """Whether requests can be answered: the database takes a transaction, and is of this version."""
    return _looked("database", lambda: machine.database(installation())).state is State.GOOD

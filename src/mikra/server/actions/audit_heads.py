"""The end of each institution's trail, sealed once a day: whoever keeps such a head can prove a rewritten trail.

A head is a JWS under the institution's key for receipts: number and digest of the last line, and the day.
"""

from __future__ import annotations

import datetime as dt
import logging

from mikra.adapters.clock import now
from mikra.errors import MikraError
from mikra.issuance.status_lists import Publisher
from mikra.server.actions import seal_keys
from mikra.server.actions.audit import text_of
from mikra.server.actions.work import work
from mikra.server.store import audit_rows
from mikra.server.store.audit import DailyHead
from mikra.server.store.tenants import SealKey, Tenant

KIND = "audit-head+jwt"
log = logging.getLogger("mikra.audit")


def seal_daily(at: dt.datetime | None = None) -> bool:
    """Seals the heads of this day that are not sealed yet. The task `audit-heads`; it never asks for more at once."""
    moment = at or now()
    for tenant in audit_rows.without_head(moment.date()):
        try:
            seal_head(tenant, moment)
        except MikraError as error:
            log.warning("audit head waits", extra={"tenant": str(tenant.id), "kind": type(error).__name__})
    return False


def seal_head(tenant: Tenant, at: dt.datetime) -> DailyHead | None:
    """Seals the end of the chain as it is now; None where there is nothing yet. Raises what the key raises."""
    head = audit_rows.head_of(tenant)
    if head is None:
        return None
    number, digest = head.number, bytes(head.digest)
    publisher = Publisher(signer=seal_keys.signer_of(seal_keys.key_for(tenant, SealKey.Use.RECEIPTS)))
    payload = {"iss": publisher.name, "iat": text_of(at), "day": at.date().isoformat()}
    sealed = publisher.seal({**payload, "number": number, "digest": digest.hex()}, KIND, at)
    with work():
        made, _ = DailyHead._default_manager.get_or_create(
            tenant=tenant, day=at.date(), defaults={"number": number, "digest": digest, "sealed": sealed}
        )
    return made

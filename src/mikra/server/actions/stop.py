"""The stop switch: an institution's own, which halts its sealing, and the operator's, which halts the signer.

Verifying goes on, and so does what tells others that something was withdrawn: status lists are sealed and published.
"""

from __future__ import annotations

import datetime as dt

from mikra.adapters import signer_client
from mikra.adapters.clock import now
from mikra.errors import InputError
from mikra.server.actions.audit import Line, note
from mikra.server.actions.work import work
from mikra.server.installation import installation
from mikra.server.rights import Actor, Right
from mikra.server.store.tenants import Tenant


def stop(actor: Actor, reason: str, *, at: dt.datetime | None = None) -> Tenant:
    """From now on nothing is sealed for this institution. What is being sealed ends with its chunk."""
    return _switch(actor, reason, at or now(), stopped=True)


def go_on(actor: Actor, reason: str, *, at: dt.datetime | None = None) -> Tenant:
    """Sealing goes on where it was halted."""
    return _switch(actor, reason, at or now(), stopped=False)


def _switch(actor: Actor, reason: str, at: dt.datetime, *, stopped: bool) -> Tenant:
    actor.need(Right.STOP)
    if not reason.strip():
        raise InputError("Say why.", where="reason", fix="One sentence, for the audit trail.", code="reason_missing")
    with work():
        tenant = Tenant._default_manager.select_for_update().get(pk=actor.tenant.pk)
        if (tenant.stopped is not None) is stopped:
            return tenant
        tenant.stopped = at if stopped else None
        tenant.save(update_fields=["stopped"])
        verb = "sealing.stopped" if stopped else "sealing.resumed"
        note(actor, Line(verb=verb, subject=f"tenant:{tenant.id}", reason=reason), at=at)
    return tenant


def stop_all(on: bool) -> bool:
    """The operator's switch: the signer seals nothing for anybody, also after a restart. UnavailableError."""
    return signer_client.switch(installation().signer_socket, "stop" if on else "start", patience=2.0)

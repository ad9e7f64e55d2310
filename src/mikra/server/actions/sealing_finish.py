"""The end of a batch: its receipt, the moment from which letters go out, what is no longer needed."""

from __future__ import annotations

import datetime as dt

from mikra.server.actions import audit
from mikra.server.actions.tenant_settings import settings_of
from mikra.server.actions.work import work
from mikra.server.store.batches import Batch, BatchRow
from mikra.server.store.deliveries import Delivery

State = BatchRow.State


def finish(batch: Batch, at: dt.datetime) -> bool:
    """Ends the batch where nothing is left to seal, by whomever; whether that was so."""
    if batch.rows.filter(state__in=(State.READY, State.INTENT)).exists():
        return False
    from mikra.server.actions.receipts import waiting_receipt

    with waiting_receipt(batch, at) as receipt, work():
        # Without the list that was dropped, which may be large: nothing here needs it.
        rows = Batch.of(batch.tenant_id).defer("upload", "secret", "receipt").select_for_update(no_key=True)
        locked = rows.get(pk=batch.id)
        if locked.state != Batch.State.SEALING:
            return False
        locked.state, locked.finished, locked.problem = Batch.State.DONE, at, ""
        locked.sealed = locked.rows.filter(state=State.SEALED).count()
        locked.release = at + dt.timedelta(minutes=settings_of(batch.tenant).grace_minutes)
        locked.save(update_fields=("state", "finished", "problem", "sealed", "release"))
        receipt.store(locked)
        Delivery.of(batch.tenant_id).filter(award__batch=batch, state=Delivery.State.WAITING).update(due=locked.release)
        failed = locked.rows.filter(state=State.FAILED).count()
        detail = {"sealed": locked.sealed, "failed": failed}
        audit.note_all(
            batch.tenant, "system", [audit.Line(verb="batch.done", subject=f"batch:{batch.id}", detail=detail)], at
        )
    return True

"""The receipt of a batch on paper: who got what, with the sealed receipt attached, for the file of the registry."""

from __future__ import annotations

import uuid
from itertools import islice

from django.utils.translation import get_language

from mikra.errors import NotFoundError
from mikra.rendering.receipt import ReceiptPage, write_receipt
from mikra.rendering.wording import day
from mikra.server.actions.receipts import lines, stored
from mikra.server.rights import Actor, Right
from mikra.server.store.batches import Batch
from mikra.server.store.designs import Edition
from mikra.server.words import _

MOST = 2_000
"""Rows that are printed; a longer list stands in the workbook alone."""


def receipt_pdf(actor: Actor, batch_id: uuid.UUID | str) -> bytes:
    """For those who may see names. NotFoundError while there is no sealed receipt.

    UnavailableError without the extra `pdf`.
    """
    actor.need(Right.LEARNERS)
    batch = Batch.get(actor.tenant, batch_id)
    sealed = stored(batch)
    if batch.finished is None:
        raise NotFoundError(_("There is no sealed receipt of this batch."), code="not_found")
    return write_receipt(page(actor, batch), sealed, batch.finished)


def page(actor: Actor, batch: Batch) -> ReceiptPage:
    """What stands on it; whoever calls this has seen that the actor may see names."""
    language = get_language() or actor.tenant.language
    edition = Edition.get(actor.tenant, batch.edition_id)
    printed = [(str(row), name, award, digest) for row, name, award, *_rest, digest in islice(lines(batch), MOST + 1)]
    notes = [_("The sealed receipt is attached to this file (receipt.json): rows, award ids and digests, and no name.")]
    if len(printed) > MOST:
        printed = []
        notes.append(_("The list is too long for paper; who got what stands in the workbook."))
    return ReceiptPage(
        language=language,
        title=_("Receipt: %(title)s") % {"title": edition.title},
        institution=actor.tenant.name,
        facts=tuple((term, value) for term, value in _facts(batch, language) if value),
        heads=(_("Row"), _("Learner"), _("Award"), _("SHA-256")),
        rows=tuple(printed),
        notes=tuple(notes),
        attached=_("The sealed receipt"),
    )


def _facts(batch: Batch, language: str) -> list[tuple[str, str]]:
    finished, awarded = batch.finished, batch.awarded_on
    return [
        (_("What was approved"), batch.note),
        (_("Prepared by"), batch.prepared_by.name if batch.prepared_by else _("another system")),
        (_("Approved by"), batch.approved_by.name if batch.approved_by else ""),
        (_("Day of award"), day(awarded.isoformat(), language) if awarded else ""),
        (_("Sealed"), f"{day(finished.isoformat(), language)}, {finished:%H:%M} UTC" if finished else ""),
        (_("Credentials"), str(batch.awards.count())),
        (_("Trial run"), _("Sealed with the demonstration key: of no value") if batch.trial else ""),
    ]

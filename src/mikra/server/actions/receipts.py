"""The receipt of a batch: which rows became which credentials, sealed; and, for those who may see names, as a list.

A sealed receipt holds no personal data: row, award id, SHA-256 of each credential. A long one comes in parts of 10,000,
one to a line, each sealed by itself; memory holds one part at a time until somebody asks for all.
"""

from __future__ import annotations

import datetime as dt
import io
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mikra.errors import NotFoundError
from mikra.issuance.issue import receipt_of
from mikra.issuance.journal import edition_of
from mikra.issuance.roster.neutral import neutral
from mikra.sealing import jades
from mikra.sealing.keys import Signer
from mikra.server.actions import seal_keys
from mikra.server.actions.batches_design import design_of, trial_of
from mikra.server.actions.learners_profile import shown_name
from mikra.server.actions.upload_spool import Spool
from mikra.server.actions.work import unavailable
from mikra.server.rights import Actor, Right
from mikra.server.store import personal
from mikra.server.store.awards import Award, Sealed
from mikra.server.store.batches import Batch, ReceiptPart
from mikra.server.store.deliveries import Delivery
from mikra.server.store.designs import Edition
from mikra.server.store.tenants import SealKey
from mikra.server.words import _

PART = 10_000
"""Credentials in one sealed receipt: some 1.5 MB, within what the signer takes."""

_READ = 1_000
"""Rows that the database hands over at a time."""


class Waiting:
    """The parts of a receipt on disk, encrypted, until they are stored: sealing needs no transaction, and no memory."""

    def __init__(self) -> None:
        self._spool = Spool()
        self._sizes: list[int] = []

    def __enter__(self) -> Waiting:
        return self

    def __exit__(self, *_: object) -> None:
        self._spool.__exit__()

    def add(self, part: bytes) -> None:
        """UnavailableError where the disk is full."""
        try:
            self._spool.add(part)
        except OSError as error:
            raise unavailable() from error
        self._sizes.append(len(part))

    def store(self, batch: Batch) -> None:
        """To be called within `work()`, once for a batch."""
        reader = self._spool.reader()
        for number, size in enumerate(self._sizes, 1):
            ReceiptPart(tenant_id=batch.tenant_id, batch=batch, number=number, content=reader.read(size)).save(
                force_insert=True
            )


@contextmanager
def waiting_receipt(batch: Batch, at: dt.datetime) -> Iterator[Waiting]:
    """The receipt of what is sealed now, not yet stored; no part where there is no key for receipts. Raises what the
    key does, and UnavailableError where the disk is full."""
    with Waiting() as waiting:
        for part in sealed_parts(batch, at):
            waiting.add(part)
        yield waiting


def sealed_parts(batch: Batch, at: dt.datetime) -> Iterator[bytes]:
    """The sealed parts of the receipt of what is sealed now; none where there is no key for receipts."""
    signer = _signer(batch)
    count = batch.awards.count()
    if signer is None or not count:
        return
    design = design_of(batch.edition)
    language = design.primary_language
    parts = -(-count // PART)
    for number, entries in enumerate(_parts(batch), 1):
        content = receipt_of(
            entries,
            edition=edition_of(trial_of(design) if batch.trial else design),
            title=design.title.best(language),
            issuer=design.issuer.name.best(language),
            at=at,
            part=f"{number}/{parts}" if parts > 1 else "",
        )
        yield jades.seal(content, signer=signer, at=at)


def _signer(batch: Batch) -> Signer | None:
    use = SealKey.Use.TRIAL if batch.trial else SealKey.Use.RECEIPTS
    try:
        return seal_keys.signer_of(seal_keys.key_for(batch.tenant, use))
    except NotFoundError:
        return None


def _parts(batch: Batch) -> Iterator[list[dict[str, Any]]]:
    rows = Sealed.of(batch.tenant_id).filter(award__batch=batch, form="edc", generation=1).order_by("award__row")
    part: list[dict[str, Any]] = []
    for row, award, digest in rows.values_list("award__row", "award_id", "digest").iterator(chunk_size=_READ):
        part.append({"row": row, "award": f"urn:uuid:{award}", "sha256": bytes(digest).hex()})
        if len(part) == PART:
            yield part
            part = []
    if part:
        yield part


def receipt(actor: Actor, batch_id: uuid.UUID | str) -> bytes:
    """The sealed receipt: a file, or (a long one) a file to a line. NotFoundError while there is none."""
    actor.need(Right.VIEW)
    return stored(Batch.get(actor.tenant, batch_id))


def stored(batch: Batch) -> bytes:
    """The sealed receipt, its parts joined by line feeds. NotFoundError while there is none."""
    parts = ReceiptPart.of(batch.tenant_id).filter(batch=batch).order_by("number").values_list("content", flat=True)
    found = [bytes(part) for part in parts.iterator(chunk_size=1)]
    if not found and batch.receipt is not None:
        found = [bytes(batch.receipt)]
    if not found:
        raise NotFoundError(_("There is no sealed receipt of this batch."), code="not_found")
    return b"\n".join(found)


def is_stored(batch: Batch) -> bool:
    """Whether there is a sealed receipt."""
    return batch.receipt is not None or ReceiptPart.of(batch.tenant_id).filter(batch=batch).exists()


def receipt_xlsx(actor: Actor, batch_id: uuid.UUID | str) -> bytes:
    """Who got what, as a workbook: for those who may see names."""
    actor.need(Right.LEARNERS)
    import xlsxwriter

    batch = Batch.get(actor.tenant, batch_id)
    edition = Edition.get(actor.tenant, batch.edition_id)
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"constant_memory": True})
    workbook.set_properties({"title": edition.title})
    sheet = workbook.add_worksheet(_("Receipt")[:31])
    bold = workbook.add_format({"bold": True})
    headings = (_("Row"), _("Learner"), _("Award"), _("Day of award"), _("State"), _("Delivery"), _("SHA-256"))
    for place, heading in enumerate(headings):
        sheet.write_string(0, place, heading, bold)
    for line, cells in enumerate(lines(batch), 1):
        sheet.write_number(line, 0, cells[0])
        for place, cell in enumerate(cells[1:], 1):
            sheet.write_string(line, place, neutral(cell))
    sheet.set_column(1, 6, 24)
    workbook.close()
    return buffer.getvalue()


def lines(batch: Batch) -> Iterator[tuple[Any, ...]]:
    """Row, name, award, day, state, delivery, digest: in the order of the list."""
    awards = Award.of(batch.tenant_id).select_related("learner__key").filter(batch=batch).order_by("row")
    digests = dict(
        Sealed.of(batch.tenant_id)
        .filter(award__batch=batch, form="edc", generation=1)
        .values_list("award_id", "digest")
    )
    sent = dict(
        Delivery.of(batch.tenant_id).filter(award__batch=batch).order_by("created").values_list("award_id", "state")
    )
    for award in awards.iterator(chunk_size=1_000):
        yield (
            award.row or 0,
            name_of(award),
            f"urn:uuid:{award.id}",
            award.awarded_on.isoformat(),
            str(Award.State(award.state).label),
            str(Delivery.State(sent[award.id]).label) if award.id in sent else "",
            bytes(digests.get(award.id) or b"").hex(),
        )


def name_of(award: Award) -> str:
    """The learner's name; that it was erased, where it was."""
    learner = award.learner
    if learner is None or learner.key is None:
        return _("(erased)")
    return shown_name(personal.look_into(personal.unwrap(learner.key), bytes(learner.profile)))

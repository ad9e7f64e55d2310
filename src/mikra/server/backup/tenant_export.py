"""`mikra export`: everything of one institution in open formats, in one ZIP that needs no Mikra to be read."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson
from django.db.models import Model

from mikra.errors import MikraError, NotFoundError
from mikra.issuance import design_file
from mikra.server.actions.awards_content import take_out
from mikra.server.actions.work import work
from mikra.server.backup.archive import Writer, written
from mikra.server.store import personal
from mikra.server.store.audit import DailyHead, Entry
from mikra.server.store.awards import Award, Change, Sealed
from mikra.server.store.batches import Batch
from mikra.server.store.deliveries import Delivery
from mikra.server.store.designs import Comment, Design, Edition, Review
from mikra.server.store.learners import Learner
from mikra.server.store.people import Membership
from mikra.server.store.status import Published
from mikra.server.store.tenants import Provider, SealKey, Tenant

README = """# Everything of {name}

Made by `mikra export`. Nothing here needs Mikra to be read.

- `institution.json`: the institution and its settings
- `designs/CODE/draft.json`, `designs/CODE/edition-N.yaml`: each design, and each published edition as its file
- `providers.jsonl`, `reviews.jsonl`, `comments.jsonl`, `batches.jsonl`, `people.csv`
- `credentials/AWARD/FORM-GENERATION`: the sealed bytes, as they were handed out. `manifest.json` has their SHA-256
- `ledger.csv`: each award with its state, dates and delivery
- `changes.jsonl`: every change of an award's state, and why
- `learners.jsonl`: what is known of each learner. PERSONAL DATA: keep this file as you keep a student register
- `audit.jsonl`, `audit-heads.jsonl`: the audit trail; `digest` is that of the chain (see the documentation of Mikra)
- `status/LIST-ENCODING`: the status lists as they were published last
- `certificates/NAME.der`: the certificates of the seals. Keys are not here

A learner who was erased has a line without data; of such awards only digests are left.
"""


def export(slug: str, file: Path) -> dict[str, int]:
    """Writes the ZIP; how many there are of each. NotFoundError, ConflictError, UnavailableError."""
    tenant = Tenant._default_manager.filter(slug=slug).first()
    if tenant is None:
        known = Tenant._default_manager.order_by("slug").values_list("slug", flat=True)
        raise NotFoundError("There is no such institution.", found=slug, expected=", ".join(known), code="not_found")
    with written(file) as stream, work():
        writer = Writer(stream)
        counts = _all(tenant, writer)
        writer.close({"institution": tenant.slug, "counts": counts})
    return counts


def _all(tenant: Tenant, writer: Writer) -> dict[str, int]:
    writer.add("README.md", [README.format(name=tenant.name).encode()])
    writer.add("institution.json", [_json(tenant)])
    counts = {"designs": _designs(tenant, writer), "credentials": _credentials(tenant, writer)}
    rows: tuple[tuple[str, Iterable[Model]], ...] = (
        ("providers", Provider.of(tenant)),
        ("reviews", Review.of(tenant)),
        ("comments", Comment.of(tenant)),
        ("batches", Batch.of(tenant)),
        ("changes", Change.of(tenant).order_by("created")),
        ("audit", Entry._default_manager.filter(tenant=tenant).order_by("number")),
        ("audit-heads", DailyHead.of(tenant).order_by("day")),
    )
    for name, found in rows:
        counts[name] = _lines(writer, f"{name}.jsonl", (_json(one) for one in found))
    counts["learners"] = _lines(writer, "learners.jsonl", _learners(tenant))
    counts["awards"] = _table(writer, "ledger.csv", _LEDGER, _ledger(tenant))
    counts["people"] = _table(writer, "people.csv", ("name", "email", "roles", "ended"), _people(tenant))
    for one in Published.of(tenant):
        writer.add(f"status/{one.list_id}-{one.encoding}", [bytes(one.content)])
    for key in SealKey.of(tenant):
        writer.add(f"certificates/{key.name}.der", [bytes(key.certificate)])
    return counts


_SECRET = frozenset({"secret", "cells", "profile", "key", "receipt"})
"""Encrypted, or of no use elsewhere."""


def _json(row: Model) -> bytes:
    """A row as JSON: bytes in hexadecimal."""

    def plain(value: Any) -> Any:
        return bytes(value).hex() if isinstance(value, bytes | memoryview) else str(value)

    members = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if f.name not in _SECRET}
    return orjson.dumps(members, default=plain)


def _lines(writer: Writer, name: str, lines: Iterable[bytes]) -> int:
    count = 0

    def counted() -> Iterator[bytes]:
        nonlocal count
        for line in lines:
            count += 1
            yield line + b"\n"

    writer.add(name, counted())
    return count


def _table(writer: Writer, name: str, headings: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> int:
    """A CSV (RFC 4180) in UTF-8."""

    def line(cells: Iterable[Any]) -> bytes:
        text = io.StringIO()
        csv.writer(text).writerow(["" if one is None else one for one in cells])
        return text.getvalue().encode().rstrip(b"\r\n")

    return _lines(writer, name, (line(one) for one in [headings, *rows])) - 1


def _designs(tenant: Tenant, writer: Writer) -> int:
    designs = list(Design.of(tenant).order_by("code"))
    for one in designs:
        folder = f"designs/{_safe(one.code)}-{str(one.id)[-4:]}"
        writer.add(f"{folder}/draft.json", [orjson.dumps(one.draft, option=orjson.OPT_INDENT_2)])
        for edition in Edition.of(tenant).filter(design=one).order_by("number"):
            writer.add(f"{folder}/edition-{edition.number}.yaml", [_yaml(edition)])
    return len(designs)


def _yaml(edition: Edition) -> bytes:
    raw = bytes(edition.content)
    try:
        return design_file.write_yaml(design_file.read_design(raw))
    except MikraError:
        return raw  # JSON is YAML; an edition of a format that this version reads no more goes out as it is


def _safe(name: str) -> str:
    return "".join(one if one.isalnum() or one in "-_" else "_" for one in name)[:60]


def _credentials(tenant: Tenant, writer: Writer) -> int:
    count = 0
    keys: dict[uuid.UUID, bytes] = {}
    found = Sealed.of(tenant).select_related("award__learner__key").exclude(content=None).order_by("award_id")
    for one in found.iterator(chunk_size=500):
        learner = one.award.learner
        if learner is None or learner.key is None or one.content is None:
            continue
        if learner.id not in keys:
            keys = {learner.id: personal.opened(learner.key)}
        content = take_out(keys[learner.id], one.award_id.bytes, bytes(one.content))
        writer.add(f"credentials/{one.award_id}/{one.form}-{one.generation}", [content])
        count += 1
    return count


def _learners(tenant: Tenant) -> Iterator[bytes]:
    for one in Learner.of(tenant).select_related("key").order_by("created").iterator(chunk_size=500):
        known = personal.look_into(personal.opened(one.key), bytes(one.profile)) if one.key else None
        yield orjson.dumps({"id": str(one.id), "erased": one.erased, "profile": known})


_LEDGER = ("award", "edition", "learner", "awarded_on", "issued", "state", "changed", "reason", "delivery", "channel")


def _ledger(tenant: Tenant) -> Iterator[tuple[Any, ...]]:
    deliveries: dict[uuid.UUID, tuple[str, str]] = {
        one.award_id: (one.state, one.channel) for one in Delivery.of(tenant).order_by("created")
    }
    for one in Award.of(tenant).select_related("edition").order_by("created").iterator(chunk_size=500):
        title = f"{one.edition.title} ({one.edition.number})"
        told = (one.awarded_on, one.created.isoformat(), one.state, one.changed, one.reason)
        yield (one.id, title, one.learner_id, *told, *deliveries.get(one.id, ("", "")))


def _people(tenant: Tenant) -> Iterator[tuple[Any, ...]]:
    for one in Membership.of(tenant).select_related("person").order_by("created"):
        yield one.person.name, one.person.email, " ".join(one.roles), one.ended

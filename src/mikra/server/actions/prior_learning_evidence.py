"""Evidence of prior learning: files, links, descriptions, each for the outcomes that it speaks for.

Files are kept encrypted under the key of the case, are handed out as downloads only, and go into no credential.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from mikra.errors import ConflictError, InputError, NotFoundError
from mikra.server.actions.batches_design import design_of
from mikra.server.actions.prior_learning import State, check_state, keep, note, seen, words_of
from mikra.server.actions.work import work
from mikra.server.rights import Actor, Right
from mikra.server.store import personal
from mikra.server.store.prior_learning import PriorCase, PriorEvidence
from mikra.server.words import _

LARGEST = 5_000_000
"""Bytes of one file (BAR, R14: PDF and PNG)."""
MOST = 40
"""Pieces of one case."""
TITLE = 200
OPEN = (State.DRAFT, State.ASSESSMENT, State.DECISION)
_KINDS = (
    (b"%PDF-", "application/pdf", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png", "png"),
    (b"\xff\xd8\xff", "image/jpeg", "jpg"),
)


def add_file(
    actor: Actor, case_id: uuid.UUID | str, *, title: str, outcomes: Sequence[int], name: str, data: bytes
) -> PriorEvidence:
    """A PDF, PNG, JPEG or text. InputError for anything else, what is empty, or what is larger than `LARGEST`."""
    if not data or len(data) > LARGEST:
        raise InputError(
            _("This file is too large.") if data else _("This file is empty."),
            where="file",
            found=f"{len(data)} bytes",
            expected=f"1 to {LARGEST} bytes",
            fix=_("Give fewer pages or smaller pictures, or a link to where it stands."),
            code="too_large" if data else "",
        )
    media, ending = _kind(data)
    known = name.replace("\\", "/").rsplit("/", 1)[-1].strip()[:TITLE] or f"evidence.{ending}"
    return _add(actor, case_id, PriorEvidence.Kind.FILE, title, outcomes, name=known, data=data, media=media)


def _kind(data: bytes) -> tuple[str, str]:
    """By its first bytes, never by its name."""
    for start, media, ending in _KINDS:
        if data.startswith(start):
            return media, ending
    try:
        if "\0" not in data.decode("utf-8"):
            return "text/plain", "txt"
    except UnicodeDecodeError:
        pass
    raise InputError(
        _("Files of this kind are not taken."),
        where="file",
        expected="PDF, PNG, JPEG, text",
        fix=_("Save it as PDF, and give that."),
        code="file_kind",
    )


def add_link(
    actor: Actor, case_id: uuid.UUID | str, *, title: str, outcomes: Sequence[int], url: str, text: str = ""
) -> PriorEvidence:
    """Where it stands in the web. Nothing is fetched from there."""
    address = url.strip()
    try:
        parts = urlsplit(address)
        good = parts.scheme in ("https", "http") and bool(parts.hostname) and len(address) <= 2_000
    except ValueError:
        good = False
    if not good or parts.username is not None:
        raise InputError(_("This is no address of a page."), where="url", found=address[:80], expected="https://…")
    return _add(actor, case_id, PriorEvidence.Kind.LINK, title, outcomes, url=address, text=text)


def add_description(
    actor: Actor, case_id: uuid.UUID | str, *, title: str, outcomes: Sequence[int], text: str
) -> PriorEvidence:
    """What was seen or told, in words."""
    words_of("text", text)
    return _add(actor, case_id, PriorEvidence.Kind.DESCRIPTION, title, outcomes, text=text)


def _add(
    actor: Actor,
    case_id: uuid.UUID | str,
    kind: str,
    title: str,
    outcomes: Sequence[int],
    *,
    data: bytes = b"",
    media: str = "",
    **told: str,
) -> PriorEvidence:
    actor.need(Right.PREPARE)
    said = words_of("title", title)[:TITLE]
    known: dict[str, Any] = {"title": said, "text": "", "url": "", "name": "", **told}
    known["text"] = words_of("text", known["text"], needed=False)
    with work():
        found = seen(actor, case_id, lock=True)
        check_state(found, *OPEN)
        if found.evidence.count() >= MOST:
            raise ConflictError(_("This case has as much evidence as it may."), expected=f"at most {MOST}")
        key = personal.opened(found.key)
        known["outcomes"] = _outcomes(found, outcomes)
        made = PriorEvidence(tenant=actor.tenant, case=found, kind=kind, media=media, size=len(data))
        made.secret = personal.seal_away(key, known)
        made.content = personal.encrypt(key, data, about=made.id.bytes) if data else None
        made.save(force_insert=True)
        keep(actor, found)
        note(actor, "prior.evidence_added", found, evidence=str(made.id), kind=kind, size=len(data))
    return made


def _outcomes(found: PriorCase, given: Sequence[int]) -> list[int]:
    count = len(design_of(found.edition).outcomes)
    wanted = sorted(set(given))
    if not wanted or not all(0 <= one < count for one in wanted):
        raise InputError(_("Choose the outcomes that it speaks for."), where="outcomes", expected=f"1 to {count}")
    return wanted


def remove(actor: Actor, case_id: uuid.UUID | str, evidence_id: uuid.UUID | str) -> None:
    """Takes a piece out, for good; only before it is decided."""
    actor.need(Right.PREPARE)
    with work():
        found = seen(actor, case_id, lock=True)
        check_state(found, *OPEN)
        _one(found, evidence_id).delete()
        keep(actor, found)
        note(actor, "prior.evidence_removed", found, evidence=str(evidence_id))


def file(actor: Actor, case_id: uuid.UUID | str, evidence_id: uuid.UUID | str) -> tuple[str, str, bytes]:
    """Name, media type and content of a file, for whoever may see the case. NotFoundError."""
    found = seen(actor, case_id)
    one = _one(found, evidence_id)
    name = personal.look_into(personal.opened(found.key), bytes(one.secret))["name"]
    return name, one.media, content_of(found, one.id)


def content_of(found: PriorCase, evidence_id: uuid.UUID) -> bytes:
    """A file of a case that one may see. NotFoundError where it is none."""
    one = _one(found, evidence_id)
    if one.content is None:
        raise _no_such()
    return personal.decrypt(personal.opened(found.key), bytes(one.content), about=one.id.bytes)


def _one(found: PriorCase, evidence_id: uuid.UUID | str) -> PriorEvidence:
    one = PriorEvidence.get(found.tenant_id, evidence_id)
    if one.case_id != found.id:
        raise _no_such()
    return one


def _no_such() -> NotFoundError:
    return NotFoundError(_("There is nothing here under this address."), fix=_("Check the address."), code="not_found")

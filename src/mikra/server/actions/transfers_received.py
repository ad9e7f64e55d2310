"""What a learner brings from another institution: the sealed file is opened, its seal and each credential are judged.

received = transfers_received.look(actor, data, language="en")     nothing of it is stored
transfers_received.fetched("https://.../transfer/#CODE")           the file, from the service that made it
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import orjson

from mikra import strictjson
from mikra.adapters.clock import now
from mikra.adapters.http import HttpLoader, Rules
from mikra.errors import InputError, MikraError, UnavailableError
from mikra.exchange import transfer as file_format
from mikra.exchange.transfer import Transfer
from mikra.server.actions import audit, learners, service_keys, transfers
from mikra.server.actions.learners import PersonView
from mikra.server.actions.work import work
from mikra.server.installation import installation
from mikra.server.rights import Actor, Right
from mikra.trust import certificates
from mikra.trust.loader import Loader, Poster

PATH = "/api/v1/transfers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """`published`: whether the key of the seal stands where the file says that it comes from; None: nobody could tell.

    `people`: who of this institution has that identifier, as far as the actor may see learners.
    """

    transfer: Transfer
    published: bool | None
    late: bool
    people: Sequence[PersonView]


def look(actor: Actor, data: bytes, web: Loader | None = None) -> Received:
    """Who sends what, as the file says. InputError for what is none, or was altered."""
    actor.need(Right.RECOGNISE)
    found = file_format.read(data)
    people = learners.find(actor, found.esi) if actor.may(Right.LEARNERS) else []
    with work():
        subject = f"transfer:{_id(found.id)}"
        audit.note_all(actor.tenant, actor.name, [audit.Line(verb="transfer.read", subject=subject)], now())
    return Received(
        transfer=found,
        published=_published(found, web or HttpLoader()),
        late=dt.datetime.fromisoformat(found.ends) < now(),
        people=people,
    )


def _id(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return "-"


def _published(found: Transfer, web: Loader) -> bool | None:
    """RFC 7517, 5: whether one of the keys at its address is that of the seal."""
    try:
        if found.origin == _own():
            listed = service_keys.published()
        else:
            listed = strictjson.parse(web.load(f"{found.origin}/verify/keys.json", accept="application/json").body)
        names = {str(one["kid"]) for one in listed["keys"]}
    except (MikraError, KeyError, TypeError):
        return None
    return certificates.fingerprint(found.certificate) in names


def _own() -> str:
    return installation().origin.rstrip("/")


def fetched(link: str, web: Poster | None = None) -> bytes:
    """The file behind what the learner gave. InputError for another address; UnavailableError where it is not had."""
    try:
        parts = urlsplit(link.strip())
    except ValueError:
        parts = urlsplit("")
    origin = f"{parts.scheme}://{parts.netloc}"
    if parts.path != "/transfer/" or not parts.fragment or len(link) > 500:
        raise InputError(
            "This is no link to a file for a home institution.",
            where="link",
            found=link.strip()[:40],
            expected="https://.../transfer/#...",
            fix="Copy the whole link that the learner gave you.",
        )
    if origin == _own():
        return transfers.fetch(parts.fragment)
    if parts.scheme != "https":
        raise InputError("This link is not safe.", where="link", expected="an address that begins with https")
    body = orjson.dumps({"code": parts.fragment})
    try:
        answer = (web or HttpLoader(rules=Rules(most=file_format.LARGEST))).post(
            origin + PATH, body, content_type="application/json", accept=file_format.MEDIA_TYPE
        )
    except UnavailableError as error:
        raise UnavailableError(
            "The other institution's service did not give the file.",
            where=parts.netloc[:100],
            fix="Ask the learner for the file itself, or for a new link.",
            code=error.code,
        ) from error
    return answer.body

"""Who asks a wallet: what institutions here know of a verifier, by where its answers go or by what seals its requests.

    add(actor, name="Employer Zed", by="verify.zed.example")      or a certificate, its SHA-256, or a DID
    confirmed(marks)                                              which institutions know it, and by which name

A name in a request is the asker's own word (`wallet_answers.Asked.name`). What stands here is the word of an
institution, and pages say of which. Nobody is known by a name: only by a host that the answer reaches over TLS, or by
a key that has sealed this very request.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from mikra import base64url
from mikra.errors import ConflictError, InputError
from mikra.exchange.oid4vp import Prefix
from mikra.server.actions import audit
from mikra.server.actions.work import work
from mikra.server.rights import Actor, Right
from mikra.server.store.base import new_id
from mikra.server.store.known_verifiers import KnownVerifier
from mikra.trust import certificates

MOST = 500
"""Verifiers that one institution keeps."""
LONGEST = 20_000
"""Characters of a pasted certificate."""
Kind = KnownVerifier.Kind
_HOST = re.compile(
    r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9](?::\d{1,5})?"
)
_DIGEST = re.compile(r"[0-9a-f]{64}")
_DID = re.compile(r"did:[a-z0-9]+:[A-Za-z0-9._:%-]{1,250}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """By what a verifier is known."""

    kind: Kind
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """That `institution` knows the verifier as `name`, by a mark of this kind, `since`."""

    institution: str
    name: str
    kind: Kind
    since: dt.datetime


def read(text: str) -> Mark:
    """What an administrator typed or pasted. InputError for what can mark nobody."""
    plain = text.strip()
    if len(plain) > LONGEST:
        raise InputError("This is too long.", where="by")
    if "BEGIN CERTIFICATE" in plain:
        listed = certificates.split(plain.encode())
        if len(listed) != 1:
            raise InputError("Paste one certificate, the one that seals the requests.", where="by")
        return Mark(kind=Kind.CERTIFICATE, mark=certificates.fingerprint(listed[0]))
    digest = plain.replace(":", "").replace(" ", "").casefold()
    if _DIGEST.fullmatch(digest):
        return Mark(kind=Kind.CERTIFICATE, mark=digest)
    if plain.startswith(f"{Prefix.X509_HASH}:"):
        return Mark(kind=Kind.CERTIFICATE, mark=_named_digest(plain.partition(":")[2]))
    name = plain.removeprefix(f"{Prefix.DID}:")
    if _DID.fullmatch(name):
        return Mark(kind=Kind.DID, mark=name)
    return Mark(kind=Kind.HOST, mark=_host(plain.removeprefix(f"{Prefix.X509_SAN_DNS}:")))


def _named_digest(text: str) -> str:
    digest = base64url.decode(text, where="by")
    if len(digest) != 32:
        raise InputError("This is no digest of a certificate.", where="by", expected="the SHA-256 of it")
    return digest.hex()


def _host(text: str) -> str:
    """As browsers write it: `ü` as punycode, no dot at the end, and the port only where it is not 443."""
    if "://" in text:
        parts = urlsplit(text)
        if parts.scheme != "https":
            raise InputError("Only a host that is reached over https can be known.", where="by", found=text[:80])
        text = parts.netloc
    try:
        host = text.casefold().rstrip(".").encode("idna").decode() if text else ""
    except UnicodeError:
        host = ""
    host = host.removesuffix(":443")
    if not _HOST.fullmatch(host):
        raise InputError(
            "By this nobody can be known.",
            where="by",
            found=text[:80],
            expected="a host name, a certificate, its SHA-256 fingerprint, or a DID",
        )
    return host


def add(actor: Actor, *, name: str, by: str) -> KnownVerifier:
    """The institution says from now on that it knows this verifier. InputError; ConflictError, it is there already."""
    actor.need(Right.ADMINISTER)
    called = " ".join(name.split())
    if not called or len(called) > 200:
        raise InputError("It needs a name.", where="name", expected="1 to 200 characters")
    mark = read(by)
    row = KnownVerifier(id=new_id(), tenant=actor.tenant, name=called, kind=mark.kind, mark=mark.mark)
    with work():
        rows = KnownVerifier.of(actor.tenant)
        if rows.filter(kind=mark.kind, mark=mark.mark).exists():
            raise ConflictError("It is on the list already.", where="by", found=mark.mark[:80], code="conflict")
        if rows.count() >= MOST:
            raise InputError("There are as many as there may be.", where="by", expected=f"at most {MOST}")
        row.save(force_insert=True)
        detail = {"name": called, "kind": str(mark.kind), "mark": mark.mark}
        audit.note(actor, audit.Line(verb="verifier.known", subject=f"verifier:{row.id}", detail=detail))
    return row


def remove(actor: Actor, id: uuid.UUID | str) -> None:
    """It is confirmed no more. NotFoundError."""
    actor.need(Right.ADMINISTER)
    with work():
        row = KnownVerifier.get(actor.tenant, id, lock=True)
        detail = {"name": row.name, "kind": row.kind, "mark": row.mark}
        audit.note(actor, audit.Line(verb="verifier.forgotten", subject=f"verifier:{row.id}", detail=detail))
        row.delete()


def listed(actor: Actor) -> list[KnownVerifier]:
    """All of the institution, by name."""
    actor.need(Right.ADMINISTER)
    return list(KnownVerifier.of(actor.tenant).order_by("name", "id"))


def confirmed(marks: Iterable[Mark]) -> list[Confirmed]:
    """Who of all institutions here knows a verifier by one of these; the oldest word first."""
    found = []
    for one in marks:
        rows = KnownVerifier._default_manager.filter(kind=one.kind, mark=one.mark, tenant__closed=None)
        found += list(rows.select_related("tenant"))
    return [
        Confirmed(institution=row.tenant.name, name=row.name, kind=Kind(row.kind), since=row.created)
        for row in sorted(found, key=lambda one: (one.created, one.id))
    ]

"""Whether to rely on a file that somebody shows: the core's `verify`, in a process that can be killed. Nothing is kept.

What was sealed here is trusted by its key; the lists of this installation are read from its own shelves, and what
others publish is asked for through the guarded door.
"""

from __future__ import annotations

import atexit
import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import orjson

from mikra.adapters.clock import now
from mikra.adapters.http import HttpLoader
from mikra.adapters.verify_worker import Question, VerifyPool
from mikra.errors import InputError, MikraError, UnavailableError
from mikra.report import Verdict, worst
from mikra.server.actions import status_serving, trusted_here, wallet_copies
from mikra.server.installation import installation
from mikra.server.store.tenants import Tenant
from mikra.trust.loader import Loaded, Loader
from mikra.verification.policy import DEFAULT_POLICY, Policy

LARGEST = 5_000_000
"""Bytes of one file (BAR, R14)."""
MOST = 50
"""Files at once."""

POOL = VerifyPool()
atexit.register(POOL.close)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One file. `reports`: of each credential in it, language -> the report as a program reads it.

    `data` and `policy`: what was judged, and whom we trusted.
    """

    file: str
    kind: str
    digest: str
    verdict: Verdict
    reports: tuple[dict[str, dict[str, Any]], ...]
    data: bytes = field(default=b"", repr=False)
    policy: Policy = DEFAULT_POLICY


class OwnShelves:
    """A loader to whom the lists of this installation are at hand; the rest is asked of `inner`."""

    def __init__(self, inner: Loader) -> None:
        self._inner = inner
        self._origin = installation().origin.rstrip("/")

    def load(self, url: str, *, accept: str = "") -> Loaded:
        found = self._own(url)
        return found if found is not None else self._inner.load(url, accept=accept)

    def _own(self, url: str) -> Loaded | None:
        if url.startswith(f"{self._origin}/issuers/"):
            return self._document(url)
        if not url.startswith(f"{self._origin}/status/"):
            return None
        parts = urlsplit(url[len(self._origin) :]).path.strip("/").split("/")
        if len(parts) != 3 or not parts[1].isdecimal() or len(parts[1]) > 9:
            return None
        try:
            if parts[2].isdecimal() and len(parts[2]) < 10:
                served = status_serving.tombstone(int(parts[1]), int(parts[2])).served
            else:
                served = status_serving.served(int(parts[1]), parts[2])
        except MikraError as error:
            raise UnavailableError("The list cannot be had.", where=url) from error
        return Loaded(body=served.content, content_type=served.content_type, url=url)

    def _document(self, url: str) -> Loaded | None:
        """The DID document of an institution here."""
        slug, _sep, rest = url[len(f"{self._origin}/issuers/") :].partition("/")
        tenant = Tenant._default_manager.filter(slug=slug).first() if rest == "open/did.json" else None
        if tenant is None:
            return None
        body = orjson.dumps(wallet_copies.did_json(tenant))
        return Loaded(body=body, content_type="application/did+json", url=url)


def loader() -> Loader:
    """Own lists first, then the web through the guarded door."""
    return OwnShelves(HttpLoader())


def check(
    data: bytes,
    *,
    name: str = "",
    at: dt.datetime | None = None,
    languages: Sequence[str] = ("en",),
    nonce: str = "",
    audience: str = "",
    web: Loader | None = None,
    today: bool = False,
) -> Checked:
    """What is to be said of a file. `at`: judged for that moment, not for now; with `today`, that moment is now.

    `nonce`, `audience`: what its holder was asked to prove, in this moment.

    InputError for nothing, too much, and for what no process could read in time; UnavailableError where all are busy.
    """
    _refuse(data)
    digest = hashlib.sha256(data)
    known = trusted_here.known(digest.digest())
    question = Question(
        at=at or now(),
        name=name[:100],
        today=today or at is None,
        languages=tuple(languages),
        **known,
        nonce=nonce,
        audience=audience,
    )
    answer = POOL.verify(data, question, web or loader())
    first = question.languages[0]
    return Checked(
        file=name[:100],
        kind=answer.kind,
        digest=digest.hexdigest(),
        verdict=worst(Verdict(one[first]["verdict"]) for one in answer.reports),
        reports=answer.reports,
        data=data,
        policy=Policy(**known),
    )


def _refuse(data: bytes) -> None:
    if not data.strip():
        raise InputError(
            "There is nothing in this file.",
            where="file",
            expected="a credential",
        )
    if len(data) > LARGEST:
        raise InputError(
            "This file is too large.",
            where="file",
            found=f"{len(data)} bytes",
            expected=f"at most {LARGEST} bytes",
            code="too_large",
        )


def from_link(url: str) -> bytes:
    """The file at an https address. InputError for another one, UnavailableError where it cannot be had."""
    if not url.startswith("https://"):
        raise InputError(
            "This is no address that can be asked.",
            where="link",
            expected="https://...",
        )
    return loader().load(url).body

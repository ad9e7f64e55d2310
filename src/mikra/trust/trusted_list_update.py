"""ETSI TS 119 615, 4.1 to 4.3: fetching the lists, through a loader, into a snapshot that replaces an older one.

A list takes the place of an older one only where its signature holds and its number is not smaller: nobody can give us
yesterday's list, in which a service was not yet withdrawn. What cannot be had or used stays as it was, and is said.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from mikra.errors import InputError, MikraError, UnavailableError
from mikra.trust.loader import Loader
from mikra.trust.trusted_list import Pointer, malformed
from mikra.trust.trusted_list_seal import Opened
from mikra.trust.trusted_lists import (
    INDEX,
    LOTL,
    by_subject,
    file_name,
    national_pointers,
    open_list_of_lists,
    open_national,
    pivot_name,
    short,
)

ACCEPT = "application/vnd.etsi.tsl+xml, application/xml"

Files = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """What a snapshot holds afterwards: `files` to write, by name; `current` (pointer, list); `problems`."""

    files: dict[str, bytes]
    current: tuple[tuple[Pointer, Opened], ...]
    problems: tuple[tuple[str, MikraError], ...]


@dataclass(slots=True, kw_only=True)
class _Work:
    loader: Loader
    known: Files
    files: dict[str, bytes] = field(default_factory=dict)

    def pivot(self, url: str) -> bytes:
        data = self.loader.load(url, accept=ACCEPT).body
        self.files[pivot_name(url)] = data
        return data


def update(
    loader: Loader, *, url: str, signers: Sequence[bytes], now: datetime, known: Files = lambda _: None
) -> Update:
    """Fetch the list of the lists at `url`, signed by one of `signers` or whom these lead to, and all that it names.

    `known` gives the files of the snapshot that is there already. Raises UnavailableError or InputError where the list
    of the lists itself cannot be had, or cannot be believed; national lists fail one by one.
    """
    work = _Work(loader=loader, known=known)
    data = loader.load(url, accept=ACCEPT).body
    lotl = open_list_of_lists(data, signers, work.pivot)
    before = known(LOTL)
    if before is not None:
        _refuse_older(lotl, open_list_of_lists(before, signers, lambda u: known(pivot_name(u)) or work.pivot(u)))
    work.files[LOTL] = data
    current: list[tuple[Pointer, Opened]] = []
    problems: list[tuple[str, MikraError]] = []
    for pointer in national_pointers(lotl.content):
        opened, problem = _national(work, pointer)
        current += [(pointer, opened)] if opened else []
        problems += [(pointer.territory, problem)] if problem else []
    work.files[INDEX] = _index(current, now, url)
    return Update(files=work.files, current=tuple(current), problems=tuple(problems))


def _national(work: _Work, pointer: Pointer) -> tuple[Opened | None, MikraError | None]:
    """The list that stands afterwards, and what went wrong with the new one."""
    name = file_name(pointer)
    old_data = work.known(name)
    old: Opened | None = None
    if old_data is not None:
        try:
            old = open_national(old_data, pointer)
        except InputError:
            old = None  # its signers have gone: the new one stands for itself
    try:
        data = work.loader.load(pointer.location, accept=ACCEPT).body
        new = open_national(data, pointer)
        if old is not None:
            _refuse_older(new, old)
    except (UnavailableError, InputError) as error:
        return old, error
    work.files[name] = data
    return new, None


def _refuse_older(new: Opened, old: Opened) -> None:
    if (new.content.sequence, new.content.issued) < (old.content.sequence, old.content.issued):
        raise malformed(
            "This list is older than the one that we have.",
            f"number {new.content.sequence}, we have {old.content.sequence}",
        )


def _index(current: Sequence[tuple[Pointer, Opened]], now: datetime, url: str) -> bytes:
    """When and from where, and which names stand in which list: so that not all need be opened for one answer."""
    lists: dict[str, Any] = {}
    for pointer, opened in current:
        subjects = sorted(short(subject) for subject in by_subject(opened.content.services))
        digest = hashlib.sha256(opened.data).hexdigest()
        lists[file_name(pointer)] = {"sha256": digest, "subjects": subjects}
    table = {"fetched": now.isoformat(), "from": url, "lists": lists}
    return orjson.dumps(table, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)

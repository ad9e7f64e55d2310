"""ETSI TS 119 615, 4.1 to 4.3: from the list of the lists to the national ones, each signed by whom the former names.

A snapshot is a folder: `lotl.xml`, `pivots/` (older lists of lists that name the signers of newer ones), `lists/`, and
`snapshot.json`, which says when it was fetched and helps to find things; what it says is never trusted, only checked.
Nothing is fetched here (`trusted_list_update` does that), and a list is opened when somebody asks for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from mikra.errors import InputError, UnavailableError
from mikra.trust import trusted_list
from mikra.trust.certificates import load
from mikra.trust.trusted_list import LIST_OF_LISTS, NATIONAL, TSL_MIME, Pointer, Service, TrustedList, malformed
from mikra.trust.trusted_list_seal import Opened, open_list

LOTL_URL = "https://ec.europa.eu/tools/lotl/eu-lotl.xml"
"""Where the European Commission publishes the list of the lists (OJ C 276, 16.8.2019, p. 1)."""

LOTL, PIVOTS, LISTS, INDEX = "lotl.xml", "pivots", "lists", "snapshot.json"

MOST_PIVOTS = 20
"""Pivots that are followed (TS 119 615, 4.1; each change of signers makes one)."""


def bundled_signers() -> tuple[bytes, ...]:
    """The certificates (DER) that sign the list of the lists, as pyHanko carries them.

    Raises UnavailableError where the extra is not installed.
    """
    try:
        from pyhanko.sign.validation.qualified.eutl_parse import latest_known_lotl_tlso_certs
    except ImportError:
        raise UnavailableError("The signers of the EU's lists are not known.", fix="Install mikra[trust].") from None
    return tuple(certificate.dump() for certificate in latest_known_lotl_tlso_certs())


def open_list_of_lists(data: bytes, signers: Sequence[bytes], pivot: Callable[[str], bytes]) -> Opened:
    """The list of the lists, signed by one of `signers`, or by whom a chain of pivots from these names.

    `pivot` gives the pivot at an address, or raises UnavailableError. Raises InputError as `open_list`.
    """
    try:
        return _expect(open_list(data, signers))
    except InputError as error:
        if error.code != "signature_invalid":
            raise
        newest_first = [u for u in trusted_list.read(data).information if u.endswith(".xml")][:MOST_PIVOTS]
        return _expect(open_list(data, _follow(newest_first, signers, pivot)))


def _follow(newest_first: Sequence[str], signers: Sequence[bytes], pivot: Callable[[str], bytes]) -> Sequence[bytes]:
    """The signers that the newest pivot names: back to the first pivot that ours signed, and forward from there."""
    later: list[bytes] = []
    for url in newest_first:
        data = pivot(url)
        named = _named_by(data, signers)
        if named:
            for newer in reversed(later):
                named = _named_by(newer, named)
            return named
        later.append(data)
    return ()


def _named_by(data: bytes, signers: Sequence[bytes]) -> Sequence[bytes]:
    """Whom a pivot names as signers of the list of the lists; nobody where `signers` did not sign it."""
    try:
        opened = _expect(open_list(data, signers)) if signers else None
    except InputError:
        return ()
    pointers = opened.content.pointers if opened else ()
    return tuple(der for p in pointers if p.kind == LIST_OF_LISTS for der in p.signers)


def _expect(opened: Opened, kind: str = LIST_OF_LISTS) -> Opened:
    if opened.content.kind != kind:
        raise malformed("This list is of another kind.", opened.content.kind)
    return opened


def national_pointers(content: TrustedList) -> Iterator[Pointer]:
    """The national lists that a list of lists names, in the form that we read."""
    for pointer in content.pointers:
        if pointer.kind == NATIONAL and pointer.mime == TSL_MIME and pointer.signers:
            yield pointer


def open_national(data: bytes, pointer: Pointer) -> Opened:
    """A national list, signed by whom the pointer names, of the territory that it names. Raises as `open_list`."""
    opened = _expect(open_list(data, pointer.signers), NATIONAL)
    if opened.content.territory != pointer.territory:
        raise malformed("This list is that of another country.", opened.content.territory)
    return opened


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A national list in a snapshot: its pointer, its file, and what helps to find it."""

    pointer: Pointer
    read: Callable[[], bytes]
    name: str
    digest: str = ""
    subjects: Set[str] | None = None


class TrustedLists:
    """The lists of one snapshot. `fetched` is when; `opened` are those that were asked for, by file name.

    `signers` vouch for it; `base` are the files that led to the list of the lists.
    """

    def __init__(
        self,
        lotl: Opened,
        entries: Sequence[Entry],
        *,
        fetched: datetime | None = None,
        signers: Sequence[bytes] = (),
        base: Mapping[str, bytes] | None = None,
    ) -> None:
        self.lotl = lotl
        self.fetched = fetched
        self.signers = tuple(signers)
        self.base = dict(base or {})
        self.entries = tuple(entries)
        self.opened: dict[str, Opened | InputError] = {}
        self._services: dict[str, Mapping[bytes, tuple[tuple[bytes, Service], ...]]] = {}

    def open(self, entry: Entry) -> Opened | InputError:
        """The list, or why it cannot be used. Each is opened once."""
        if entry.name not in self.opened:
            try:
                self.opened[entry.name] = open_national(entry.read(), entry.pointer)
            except InputError as error:
                self.opened[entry.name] = error
        return self.opened[entry.name]

    def naming(self, subjects: Set[bytes], countries: Sequence[str]) -> Iterator[tuple[Entry, Opened]]:
        """The lists in which a service may bear one of these names (DER), those of `countries` first."""
        wanted = {short(subject) for subject in subjects}
        for entry in sorted(self.entries, key=lambda e: (e.pointer.territory not in countries, e.name)):
            if entry.subjects is not None and not wanted & entry.subjects:
                continue
            opened = self.open(entry)
            if isinstance(opened, Opened):
                yield entry, opened

    def services(self, entry: Entry, opened: Opened) -> Mapping[bytes, tuple[tuple[bytes, Service], ...]]:
        """Name (DER) -> certificates of that name, with their services."""
        if entry.name not in self._services:
            self._services[entry.name] = by_subject(opened.content.services)
        return self._services[entry.name]

    def used(self) -> dict[str, bytes]:
        """The files, by name, from which the answers that were given come: a snapshot that gives the same ones."""
        return self.base | {entry.name: entry.read() for entry in self.entries if entry.name in self.opened}

    @property
    def unusable(self) -> tuple[tuple[str, InputError], ...]:
        """(territory, why) of the lists that were asked for and cannot be used."""
        found = ((entry, self.opened.get(entry.name)) for entry in self.entries)
        return tuple((e.pointer.territory, o) for e, o in found if isinstance(o, InputError))


def by_subject(services: Sequence[Service]) -> Mapping[bytes, tuple[tuple[bytes, Service], ...]]:
    """Name (DER) -> certificates of that name, with their services. One that cannot be read is nobody's."""
    table: dict[bytes, list[tuple[bytes, Service]]] = {}
    for service in services:
        for der in service.certificates:
            certificate = load(der)
            if certificate is not None:
                table.setdefault(certificate.subject.public_bytes(), []).append((der, service))
    return {subject: tuple(found) for subject, found in table.items()}


def short(subject: bytes) -> str:
    """A name as the index of a snapshot has it."""
    return hashlib.sha256(subject).hexdigest()[:16]


def open_snapshot(files: Callable[[str], bytes | None], signers: Sequence[bytes]) -> TrustedLists:
    """The lists of a snapshot; `files` gives a file of it by name, or None.

    Raises InputError where it is none, or where nobody in `signers` vouches for its list of the lists.
    """
    base: dict[str, bytes] = {}

    def keep(name: str) -> bytes | None:
        data = files(name)
        if data is not None:
            base[name] = data
        return data

    lotl, index = keep(LOTL), _index(keep(INDEX))
    if lotl is None:
        raise InputError("This folder holds no trusted lists.", expected=LOTL, fix="Fetch them: mikra trust update DIR")
    opened = open_list_of_lists(lotl, signers, lambda url: _pivot(keep, url))
    entries = [
        Entry(pointer=p, read=_reader(files, name), name=name, digest=digest, subjects=_hints(index, name, digest))
        for p in national_pointers(opened.content)
        for name in [file_name(p)]
        for data in [files(name)]
        if data is not None
        for digest in [hashlib.sha256(data).hexdigest()]
    ]
    return TrustedLists(opened, entries, fetched=_fetched(index), signers=signers, base=base)


def open_folder(folder: Path, signers: Sequence[bytes]) -> TrustedLists:
    """The snapshot in a folder. Raises as `open_snapshot`."""
    return open_snapshot(lambda name: folder_file(folder, name), signers)


def folder_file(folder: Path, name: str) -> bytes | None:
    """One file of a snapshot in a folder; None where there is none."""
    try:
        return (folder / name).read_bytes()
    except OSError:
        return None


def file_name(pointer: Pointer) -> str:
    """Where a national list lies in a snapshot: its territory, and its address in short, for there may be several."""
    territory = "".join(c for c in pointer.territory if c.isascii() and c.isalnum())[:8]
    return f"{LISTS}/{territory}-{hashlib.sha256(pointer.location.encode()).hexdigest()[:8]}.xml"


def pivot_name(url: str) -> str:
    """Where a pivot lies in a snapshot."""
    return f"{PIVOTS}/{hashlib.sha256(url.encode()).hexdigest()[:12]}.xml"


def _pivot(files: Callable[[str], bytes | None], url: str) -> bytes:
    data = files(pivot_name(url))
    if data is None:
        raise InputError("A pivot is missing from this snapshot.", where=url, code="signature_invalid")
    return data


def _reader(files: Callable[[str], bytes | None], name: str) -> Callable[[], bytes]:
    return lambda: files(name) or b""


def _index(data: bytes | None) -> Mapping[str, Any]:
    try:
        table = orjson.loads(data or b"{}")
    except orjson.JSONDecodeError:
        return {}
    return table if isinstance(table, dict) else {}


def _fetched(index: Mapping[str, Any]) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(index.get("fetched", "")))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _hints(index: Mapping[str, Any], name: str, digest: str) -> Set[str] | None:
    """The names in a list, as the index has them, if it speaks of this very file."""
    lists = index.get("lists")
    entry = lists.get(name) if isinstance(lists, dict) else None
    if not isinstance(entry, dict) or entry.get("sha256") != digest or not isinstance(entry.get("subjects"), list):
        return None
    return frozenset(str(subject) for subject in entry["subjects"])

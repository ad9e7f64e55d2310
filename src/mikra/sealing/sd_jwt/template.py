"""RFC 9901, 4, the fast path: claims compiled once with holes for what differs per learner; salts and digests per fill.

`Template.fill` gives the very payload and disclosures that `conceal` gives for the same claims and the same chance
(`tests/sealing/test_sd_jwt_template.py`, a law). What makes it fast: rows are filled many at a time, column by column,
so that all salts come from one buffer and all of them, and all digests of one layer, are encoded at once. `["salt"` is
27 bytes, so what follows it in base64 does not depend on it: of a static claim it is encoded when compiled.
"""

from __future__ import annotations

import hashlib
from binascii import b2a_base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import add
from struct import Struct
from typing import Any

import orjson

from mikra import base64url
from mikra.errors import InputError
from mikra.sealing.sd_jwt.conceal import ALGORITHM, DIGESTS, SALT_SIZE, Chance, Path, check_claims

_TO_URL = bytes.maketrans(b"+/", b"-_")
_SALT, _HEAD, _DIGEST = 24, 36, 43
"""Characters in base64 of a salt, of `["salt"`, and of a digest. Only bytes that end in 11111x give `+` and `/`, and
no salt has one."""


@dataclass(frozen=True, slots=True)
class Hole:
    """In place of a value that differs: `fill` takes it by this name, as JSON writes it."""

    name: str


@dataclass(frozen=True, slots=True)
class _Digests:
    """Where digests stand: those of an object sorted, that of an element by itself."""

    slots: tuple[int, ...]


_DEEPER = b"\n   "
"""In indented JSON, what stands within a value of the list."""

_Piece = bytes | Hole | _Digests
Columns = Mapping[str, Sequence[bytes]]
"""Name of a hole -> its value in each row, as JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slot:
    """One disclosure, or a decoy (without content): what follows its salt, and how many layers are below it."""

    content: tuple[_Piece, ...] = ()
    layer: int = 0


class Template:
    """Claims with holes, compiled. `names` are those of the holes."""

    def __init__(self, claims: Mapping[str, Any], paths: Iterable[Path], *, decoys: int = 0) -> None:
        check_claims(claims)
        work = _Compiling(paths=frozenset(paths), decoys=decoys)
        pieces, _ = work.value(claims, ())
        if work.slots:
            mark = b',"%b":"sha-256"}' % ALGORITHM.encode()
            pieces[-1] = pieces[-1][:-1] + mark if isinstance(pieces[-1], bytes) else mark
        self.prefix, rest = _split(_merged(pieces))
        self._payload = _Filling(rest)
        self.count = len(work.slots)
        self._tails: list[bytes] = [b""] * self.count
        self._layers = [_Layer.of(work.slots, layer, self._tails) for layer in sorted({s.layer for s in work.slots})]
        self._decoys = tuple(i for i, slot in enumerate(work.slots) if not slot.content)
        self._shown = [i for i, slot in enumerate(work.slots) if slot.content]
        contents = [rest, *(slot.content for slot in work.slots)]
        self.names = frozenset(p.name for content in contents for p in content if isinstance(p, Hole))

    def fill(self, rows: Sequence[Mapping[str, Any]], chance: Chance) -> list[tuple[bytes, list[bytes]]]:
        """For each row: what follows `prefix` in the payload, and the disclosures. KeyError for a hole without value.

        The order of chance is that of one row after the other.
        """
        columns = {name: encoded([row[name] for row in rows]) for name in self.names}
        return self.fill_columns(columns, len(rows), chance) if rows else []

    def fill_columns(self, columns: Columns, rows: int, chance: Chance) -> list[tuple[bytes, list[bytes]]]:
        """The same from columns: the name of each hole -> its value in each row, as `encoded` gives them."""
        count, total = self.count, self.count * rows
        if not total:
            return [(payload, []) for payload in self._payload.fill(columns, [], 0, rows)]
        drawn = base64url.encode_bytes(chance(SALT_SIZE * total))
        salts = _cut(_SALT, total)(drawn)
        heads = _cut(_HEAD, total)(base64url.encode_bytes(b'["%b"' % b'"["'.join(salts)))
        texts, digests = list(map(add, heads, self._tails * rows)), [b""] * total
        for slot in self._decoys:
            texts[slot::count] = salts[slot::count]
        for layer in self._layers:
            layer.fill(texts, heads, digests, columns)
        payloads = self._payload.fill(columns, digests, count, rows)
        found = [texts[at : at + count] for at in range(0, total, count)]
        if self._decoys:
            found = [[row[slot] for slot in self._shown] for row in found]
        return list(zip(payloads, found, strict=True))


class _Filling:
    """Pieces in turn static and to be filled in: holes, single digests, lists of digests."""

    def __init__(self, content: Iterable[_Piece]) -> None:
        self.pieces: list[bytes] = [b""]
        self.places: list[Hole | _Digests] = []
        for piece in content:
            if not isinstance(piece, bytes):
                self.places.append(piece)
                self.pieces += [b"", b""]
            else:
                self.pieces[-1] += piece

    @property
    def hole(self) -> str:
        """The name of the one hole, where there is nothing else to fill in."""
        only = self.places[0] if len(self.places) == 1 else None
        return only.name if isinstance(only, Hole) else ""

    def fill(self, columns: Columns, digests: list[bytes], count: int, rows: int) -> list[bytes]:
        """Filled for each row; `digests` are those of all rows, `count` for each."""
        if self.hole:
            before, _, after = self.pieces
            return [before + value + after for value in columns[self.hole]]
        filled: list[Sequence[bytes]] = [self._column(place, columns, digests, count) for place in self.places]
        made = []
        for row in zip(*filled, strict=True) if filled else [()] * rows:
            pieces = self.pieces.copy()
            pieces[1::2] = row
            made.append(b"".join(pieces))
        return made

    @staticmethod
    def _column(place: Hole | _Digests, columns: Columns, digests: list[bytes], count: int) -> Sequence[bytes]:
        if isinstance(place, Hole):
            return columns[place.name]
        if len(place.slots) == 1:
            return digests[place.slots[0] :: count]
        first, last = place.slots[0], place.slots[-1] + 1
        if last - first == len(place.slots):
            rows = [digests[at + first : at + last] for at in range(0, len(digests), count)]
        else:
            rows = [[digests[at + slot] for slot in place.slots] for at in range(0, len(digests), count)]
        return [b'","'.join(sorted(row)) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layer:
    """The slots that hold digests of lower layers only. `varying` are those whose content is not static."""

    slots: tuple[int, ...]
    count: int
    varying: tuple[tuple[int, _Filling], ...]

    @classmethod
    def of(cls, slots: list[_Slot], layer: int, tails: list[bytes]) -> _Layer:
        """The layer; the tails of its static slots are written into `tails`."""
        own = tuple(i for i, slot in enumerate(slots) if slot.layer == layer)
        varying = []
        for number in own:
            content = _Filling(slots[number].content)
            if not content.places:
                tails[number] = base64url.encode_bytes(b"".join(content.pieces))
            else:
                varying.append((number, content))
        return cls(slots=own, count=len(slots), varying=tuple(varying))

    def fill(self, texts: list[bytes], heads: Sequence[bytes], digests: list[bytes], columns: Columns) -> None:
        count, rows = self.count, len(texts) // self.count
        contents = [content.fill(columns, digests, count, rows) for _, content in self.varying]
        tails = _urls([text for column in contents for text in column])
        for number, (slot, _) in enumerate(self.varying):
            texts[slot::count] = map(add, heads[slot::count], tails[number * rows : (number + 1) * rows])
        if len(self.slots) == count:
            digests[:] = _digests(texts)
            return
        for slot in self.slots:
            digests[slot::count] = _digests(texts[slot::count])


def _digests(texts: list[bytes]) -> tuple[bytes, ...]:
    """A digest has 32 bytes: with one more, each begins anew in base64."""
    hashed = b"\0".join([made.digest() for made in map(hashlib.sha256, texts)])
    return _cut(_DIGEST, len(texts), "x")(base64url.encode_bytes(hashed + b"\0"))


@lru_cache(maxsize=64)
def _cut(size: int, times: int, gap: str = "") -> Callable[[bytes], tuple[bytes, ...]]:
    """Cuts bytes into so many pieces of one size."""
    return Struct(f"{size}s{gap}" * times).unpack


@dataclass(slots=True, kw_only=True)
class _Compiling:
    """The walk of `conceal`, in the same order, which makes pieces in place of values."""

    paths: frozenset[Path]
    decoys: int
    slots: list[_Slot] = field(default_factory=list)

    def value(self, value: Any, path: Path) -> tuple[list[_Piece], int]:
        """(pieces, layers below)."""
        if isinstance(value, Hole):
            self.refuse_below(path)
            return [value], 0
        if isinstance(value, Mapping):
            return self.object(value, path)
        if isinstance(value, list | tuple):
            return self.array(value, path)
        return [orjson.dumps(value)], 0

    def refuse_below(self, path: Path) -> None:
        for other in self.paths:
            if len(other) > len(path) and other[: len(path)] == path:
                raise InputError("A hole cannot hold disclosures.", where="".join(f"/{s or '*'}" for s in other))

    def object(self, value: Mapping[str, Any], path: Path) -> tuple[list[_Piece], int]:
        members: list[list[_Piece]] = []
        slots: list[int] = []
        below = 0
        for name, inner in value.items():
            made, layers = self.value(inner, (*path, name))
            written = orjson.dumps(name)
            if (*path, name) in self.paths:
                slots.append(self.slot([b",%b," % written, *made], layers))
                layers += 1
            else:
                members.append([b"%b:" % written, *made])
            below = max(below, layers)
        if slots:
            slots += [self.decoy() for _ in range(self.decoys)]
            members.append([b'"%b":["' % DIGESTS.encode(), _Digests(tuple(slots)), b'"]'])
        return _listed(b"{", members, b"}"), below

    def array(self, value: Iterable[Any], path: Path) -> tuple[list[_Piece], int]:
        concealed = (*path, None) in self.paths
        elements: list[list[_Piece]] = []
        below = 0
        for inner in value:
            made, layers = self.value(inner, (*path, None))
            if concealed:
                elements.append(_element(self.slot([b",", *made], layers)))
                layers += 1
            else:
                elements.append(made)
            below = max(below, layers)
        if concealed and elements:
            elements += [_element(self.decoy()) for _ in range(self.decoys)]
        return _listed(b"[", elements, b"]"), below

    def slot(self, content: list[_Piece], layer: int) -> int:
        self.slots.append(_Slot(content=tuple(_merged([*content, b"]"])), layer=layer))
        return len(self.slots) - 1

    def decoy(self) -> int:
        self.slots.append(_Slot())
        return len(self.slots) - 1


def _element(slot: int) -> list[_Piece]:
    return [b'{"...":"', _Digests((slot,)), b'"}']


def _listed(start: bytes, items: list[list[_Piece]], end: bytes) -> list[_Piece]:
    pieces: list[_Piece] = [start]
    for number, item in enumerate(items):
        pieces += [b",", *item] if number else item
    return [*pieces, end]


def _merged(pieces: Iterable[_Piece]) -> list[_Piece]:
    """Neighbouring bytes as one."""
    merged: list[_Piece] = []
    for piece in pieces:
        if merged and isinstance(piece, bytes) and isinstance(last := merged[-1], bytes):
            merged[-1] = last + piece
        else:
            merged.append(piece)
    return merged


def _split(pieces: list[_Piece]) -> tuple[bytes, list[_Piece]]:
    """The static beginning, of a length that base64 can end at, and the rest."""
    first = pieces[0]
    if not isinstance(first, bytes):
        return b"", pieces
    cut = len(first) // 3 * 3
    return first[:cut], [first[cut:], *pieces[1:]]


def encoded(values: Sequence[Any]) -> list[bytes]:
    """Each value as JSON. Raises InputError for what cannot be written, and for reserved names within.

    All are written at once, a line for each: no line ends within a text. Values that hold others are written alone.
    """
    try:
        together = orjson.dumps(values, option=orjson.OPT_INDENT_2)
    except TypeError as error:
        raise _unwritable(values) from error
    if _DEEPER not in together:
        return together[4:-2].split(b",\n  ") if values else []
    return list(map(written, values))


def written(value: Any) -> bytes:
    """One value as JSON. Raises InputError as `encoded` does."""
    try:
        text = orjson.dumps(value)
    except TypeError as error:
        raise _unwritable(value) from error
    if b'"_sd' in text or b'"..."' in text:  # a text may hold this, a name may not
        check_claims(value)
    return text


def _unwritable(value: Any) -> InputError:
    return InputError("A text holds half a character.", found=ascii(value)[:60], code="json_bad_unicode")


def _urls(column: list[bytes]) -> list[bytes]:
    """base64url of each."""
    together = b"".join(map(b2a_base64, column)).replace(b"=", b"")
    if b"+" in together or b"/" in together:
        together = together.translate(_TO_URL)
    return together.split(b"\n")

"""The fast path of `data_integrity_seal.seal`: a document compiled once, with holes for what differs per learner.

A hole is a name between two characters of private use, within a text of the document (`hole("given_name")`). For the
jcs suites the canonical text with its holes is what is hashed and handed out. For the rdfc suites every node has an id,
so that there are no blank nodes: the canonical statements are known but for their holes, and only need sorting.
What comes out is byte for byte what `seal` gives (`tests/sealing/test_data_integrity_template.py`, a law).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from operator import itemgetter
from typing import Any

import orjson

from mikra.errors import InputError
from mikra.public_keys import base58
from mikra.sealing import data_integrity_proof as di
from mikra.sealing import jcs
from mikra.sealing.data_integrity_proof import ASSERTION, DIGESTS, Proof
from mikra.sealing.data_integrity_seal import check, prepared, proof_options, suite_for
from mikra.sealing.keys import Signer
from mikra.sealing.rdf.canonical import LIBRARY
from mikra.sealing.rdf.quads import to_quads
from mikra.sealing.rdf.scopes import Library

START, END = "\ue000", "\ue001"
_ID = "x-hole:"
"""Stands before a hole that is an id by itself, so that the document can be read as it is; never handed out."""

_HOLE = re.compile(f"(?:{_ID})?{START}([a-z_0-9]+){END}".encode())
_LITERAL = re.compile(r'"(?:[^"\\]|\\.)*"')
_IN_IRI = re.compile(rb'[^\x00-\x20<>"{}|^`\\\x7f]+')
_WHOLE_IRI = re.compile(rb"(?:did:[a-z0-9]+:|urn:[a-z0-9]+:|https?://|mailto:|data:).+")
"""What may fill an id by itself: schemes that no bundled context takes for a prefix."""


def hole(name: str) -> str:
    """The text of a hole. A name is of small letters, digits and underscores."""
    return f"{START}{name}{END}"


def id_hole(name: str) -> str:
    """A hole that is an id by itself (where only a part of an id differs, `hole` stands within it)."""
    return f"{_ID}{hole(name)}"


class Pieces:
    """Static bytes with holes between them."""

    def __init__(self, text: bytes) -> None:
        parts = _HOLE.split(text)
        self.names = [name.decode() for name in parts[1::2]]
        self._parts = parts

    def picker(self, order: list[str]) -> Callable[[list[bytes]], bytes]:
        """A function from the values of all holes, in `order`, to the text."""
        places = [order.index(name) for name in self.names]
        if not places:
            whole = self._parts[0]
            return lambda values: whole
        if len(places) == 1:
            before, place, after = self._parts[0], places[0], self._parts[2]
            return lambda values: before + values[place] + after
        pick, parts = itemgetter(*places), self._parts

        def fill(values: list[bytes]) -> bytes:
            filled = parts.copy()
            filled[1::2] = pick(values)
            return b"".join(filled)

        return fill


class SealTemplate:
    """One document with holes, one suite, one key. One thread. `at` is the time of sealing, moved on with `tick`.

    Raises InputError as `seal` does, and where a node has no id under an rdfc suite, or a hole stands in a name.
    """

    def __init__(
        self,
        document: Mapping[str, Any],
        *,
        suite: str,
        signer: Signer,
        method: str,
        at: datetime,
        library: Library = LIBRARY,
    ) -> None:
        self.suite = suite_for(suite, signer)
        self.signer, self.method, self._library = signer, method, library
        self._content = prepared(document, self.suite)
        check(self._content, library)
        self._digest = hashlib.sha384 if DIGESTS[signer.algorithm] == "SHA384" else hashlib.sha256
        text = Pieces(jcs.canonical(self._content)[:-1])
        self.holes = sorted(set(text.names))
        self._text = text.picker(self.holes)
        self._order = itemgetter(*self.holes) if len(self.holes) > 1 else self._few
        self._compile_statements()
        self.tick(at)

    def _few(self, values: Mapping[str, str]) -> tuple[str, ...]:
        return tuple(values[name] for name in self.holes)

    def _compile_statements(self) -> None:
        self._iris: list[int] = []
        self._whole: list[int] = []
        if self.suite.form != "rdfc":
            return
        dataset = to_quads(self._content, self._library)
        if dataset.blanks:
            raise InputError(
                "A node has no id.", where=next(iter(dataset.places), "/"), expected="an id for every node"
            )
        lines = sorted(f"{line}\n".encode() for line in set(dataset.lines))
        self._statements = Pieces(b"".join(lines)).picker(self.holes)
        bare = "\n".join(_LITERAL.sub('""', line) for line in dataset.lines)
        self._iris = [n for n, name in enumerate(self.holes) if hole(name) in bare]
        self._whole = [n for n in self._iris if f"<{id_hole(self.holes[n])}" in bare]

    def tick(self, at: datetime) -> None:
        """Move the clock; once a second the configuration of the proof is made anew."""
        options = proof_options(self.suite, method=self.method, at=at, purpose=ASSERTION)
        if self.suite.form == "jcs":
            options["@context"] = self._content["@context"]
            self._configuration = self._digest(jcs.canonical(options)).digest()
        else:
            proof = Proof(suite=self.suite, options=options, value=b"", method=self.method, purpose=ASSERTION)
            digest = DIGESTS[self.signer.algorithm]
            self._configuration = di.configuration_hash(self._content, proof, digest=digest, library=self._library)
        self._proof = b',"proof":' + orjson.dumps(options | {"proofValue": "z"})[:-2]

    def seal(self, values: Mapping[str, str]) -> bytes:
        """The sealed document with these values in its holes.

        Raises InputError json_bad_unicode for half a character, jsonld_undefined_term for what is no address.
        """
        texts = self._order(values)
        try:
            escaped = [orjson.dumps(text)[1:-1] for text in texts]
        except orjson.JSONEncodeError:
            raise InputError("This text holds half a character.", code="json_bad_unicode") from None
        content = self._text(escaped)
        hashed = self._sorted(texts, escaped) if self.suite.form == "rdfc" else content + b"}"
        data = self._configuration + self._digest(hashed).digest()
        value = base58.encode(self.signer.sign(data)).encode()
        return b'%b%b%b"}}' % (content, self._proof, value)

    def _sorted(self, texts: tuple[str, ...], escaped: list[bytes]) -> bytes:
        """The canonical N-Quads. JSON and N-Quads write the same escapes, but for control characters."""
        for number in self._iris:
            self._check_iri(escaped[number], number)
        plain = b"".join(escaped)
        if b"\\u" in plain or b"\x7f" in plain:
            escaped = [_nquads(text) for text in texts]
        lines = self._statements(escaped).split(b"\n")
        lines.pop()
        lines.sort()
        if len(set(lines)) != len(lines):
            lines = sorted(set(lines))
        lines.append(b"")
        return b"\n".join(lines)

    def _check_iri(self, value: bytes, number: int) -> None:
        fits = _IN_IRI.fullmatch(value) and (number not in self._whole or _WHOLE_IRI.fullmatch(value))
        if not fits:
            raise InputError(
                "This value cannot be part of an address.",
                where=self.holes[number],
                found=value.decode()[:40],
                code="jsonld_undefined_term",
            )


def _nquads(text: str) -> bytes:
    from mikra.sealing.rdf.quads import literal

    return literal(text)[1:-1].encode()

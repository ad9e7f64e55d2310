"""The fast path of `data_integrity_seal.seal`: a document compiled once, with holes for what differs per learner.

A hole is a name between two characters of private use, within a text of the document (`hole("given_name")`). For the
jcs suites the canonical text with its holes is what is hashed and handed out. For the rdfc suites the canonical
statements are known but for their holes (`rdf.statements`). Fastest is a document in which every node has an id.
What comes out is byte for byte what `seal` gives (`tests/sealing/test_data_integrity_template.py`, a law).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from operator import itemgetter
from typing import Any

import orjson

from mikra.errors import InputError
from mikra.public_keys import base58
from mikra.sealing import data_integrity_proof as di
from mikra.sealing import jcs
from mikra.sealing.chunk import Begun, takes_digests
from mikra.sealing.data_integrity_proof import ASSERTION, DIGESTS, Proof
from mikra.sealing.data_integrity_seal import check, prepared, proof_options, suite_for
from mikra.sealing.keys import Signer
from mikra.sealing.rdf.canonical import LIBRARY, canonical_form
from mikra.sealing.rdf.quads import to_quads
from mikra.sealing.rdf.scopes import Library
from mikra.sealing.rdf.statements import END, MARKS, START, Statements, filler

_ID = "x-hole:"
"""Stands before a hole that is an id by itself, so that the document can be read as it is; never handed out."""

_HOLE = re.compile(f"{START}([a-z_0-9]+){END}")
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


class SealTemplate:
    """One document with holes, one suite, one key. One thread. `at` is the time of sealing, moved on with `tick`.

    `listed` (rdfc): members stay in their order and the proof stands in a list, as Open Badges' schema wants it.
    Raises InputError as `seal` does, and where the document holds the characters that mark a hole.
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
        listed: bool = False,
    ) -> None:
        self.suite = suite_for(suite, signer)
        self.signer, self.method, self._library = signer, method, library
        self._content = prepared(document, self.suite)
        check(self._content, library)
        self._by_digest = takes_digests(signer)
        self._digest = hashlib.sha384 if DIGESTS[signer.algorithm] == "SHA384" else hashlib.sha256
        self._listed = listed and self.suite.form == "rdfc"
        text = (orjson.dumps(self._content) if self._listed else jcs.canonical(self._content))[:-1].decode()
        self.holes = sorted(set(_HOLE.findall(text)))
        if MARKS.search(_HOLE.sub("", text)):
            raise InputError("The document holds the characters that mark a hole.", expected="none but in holes")
        places = {name: number for number, name in enumerate(self.holes)}
        self._text = filler(text.replace(f"{_ID}{START}", START), places)
        self._order = itemgetter(*self.holes) if len(self.holes) > 1 else self._few
        self._compile_statements(places)
        self.tick(at)

    def _few(self, values: Mapping[str, str]) -> tuple[str, ...]:
        return tuple(values[name] for name in self.holes)

    def _compile_statements(self, places: Mapping[str, int]) -> None:
        if self.suite.form != "rdfc":
            return
        lines = to_quads(self._content, self._library).lines
        plain = [line.replace(f"{_ID}{START}", START) for line in lines]
        self._statements = Statements(plain, places, DIGESTS[self.signer.algorithm])
        bare = "\n".join(_LITERAL.sub('""', line) for line in lines)
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
        opening = b',"proof":[' if self._listed else b',"proof":'
        self._proof = opening + orjson.dumps(options | {"proofValue": "z"})[:-2]
        self._end = b'"}]}' if self._listed else b'"}}'

    def seal(self, values: Mapping[str, str]) -> bytes:
        """The sealed document with these values in its holes. Raises InputError as `begin` does."""
        begun = self._begin(values)
        return self.finish(begun, self.signer.sign(begun.digest))

    def begin(self, values: Mapping[str, str]) -> Begun:
        """The document with these values in its holes, without its seal; `payload` is the document without proof.

        Raises InputError json_bad_unicode for half a character, jsonld_undefined_term for what is no address.
        """
        begun = self._begin(values)
        return replace(begun, digest=self._digest(begun.digest).digest()) if self._by_digest else begun

    def finish(self, begun: Begun, value: bytes) -> bytes:
        """The sealed document, from what was begun and the signature over it."""
        return b"%b%b%b" % (begun.file, base58.encode(value).encode(), self._end)

    def _begin(self, values: Mapping[str, str]) -> Begun:
        """With the two digests that Data Integrity signs, as they are."""
        texts = self._order(values)
        try:
            escaped = [orjson.dumps(text)[1:-1] for text in texts]
        except orjson.JSONEncodeError:
            raise InputError("This text holds half a character.", code="json_bad_unicode") from None
        content = self._text(escaped)
        payload = content + b"}"
        hashed = self._sorted(texts, escaped) if self.suite.form == "rdfc" else payload
        return Begun(payload, self._configuration + self._digest(hashed).digest(), content + self._proof)

    def _sorted(self, texts: tuple[str, ...], escaped: list[bytes]) -> bytes:
        """The canonical N-Quads. JSON and N-Quads write the same escapes, but for control characters."""
        for number in self._iris:
            self._check_iri(escaped[number], number)
        plain = b"".join(escaped)
        if b"\\u" in plain or b"\x7f" in plain:
            escaped = [_nquads(text) for text in texts]
        found = self._statements.fill(escaped)
        return self._general(texts) if found is None else found

    def _general(self, texts: tuple[str, ...]) -> bytes:
        """By the general path: where blank nodes look alike."""
        values = dict(zip(self.holes, texts, strict=True))
        text = orjson.dumps(self._content).decode().replace(f"{_ID}{START}", START)
        filled = _HOLE.sub(lambda match: orjson.dumps(values[match[1]])[1:-1].decode(), text)
        return canonical_form(orjson.loads(filled), self._library, digest=DIGESTS[self.signer.algorithm])

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

"""RFC 9901, 4, the fast path: a template (`template`) under one seal, many rows at a time.

What never changes of header and payload is encoded and hashed once. What comes out is what `issue` gives.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mikra import base64url
from mikra.sealing.algorithms import ALGORITHMS
from mikra.sealing.chunk import signatures, takes_digests
from mikra.sealing.keys import Signer
from mikra.sealing.sd_jwt.conceal import Chance, Path
from mikra.sealing.sd_jwt.issue import Kind, check_layout, protected_header
from mikra.sealing.sd_jwt.template import Columns, Template, encoded

Begun = tuple[bytes, bytes, list[bytes]]
"""What the key is asked to seal (`chunk.Begun.digest`), what follows the static beginning, disclosures."""


class Prepared:
    """A template under one seal: what never changes of header and payload is encoded and hashed once."""

    def __init__(
        self,
        claims: Mapping[str, Any],
        *,
        signer: Signer,
        concealed: Iterable[Path],
        kind: Kind = Kind.SD_JWT_VC,
        key_id: str = "",
        decoys: int = 0,
    ) -> None:
        paths = frozenset(concealed)
        check_layout(claims, paths, kind)
        self.template = Template(claims, paths, decoys=decoys)
        self._start = b"%b.%b" % (protected_header(signer, kind, key_id), base64url.encode_bytes(self.template.prefix))
        self._signer = signer
        digest = ALGORITHMS[signer.algorithm].digest
        self._state = hashlib.new(digest.name, self._start) if digest and takes_digests(signer) else None

    def seal(self, rows: Sequence[Mapping[str, Any]], chance: Chance) -> list[bytes]:
        """The SD-JWT of each row with all its disclosures, as `issue` would seal it. Fastest some dozens at a time."""
        columns = {name: encoded([row[name] for row in rows]) for name in self.template.names}
        return self.seal_columns(columns, len(rows), chance) if rows else []

    def seal_columns(self, columns: Columns, rows: int, chance: Chance) -> list[bytes]:
        """The same from columns: the name of each hole -> its value in each row, as `encoded` gives them."""
        begun = self.begin_columns(columns, rows, chance)
        values = signatures(self._signer, [asked for asked, _, _ in begun])
        return [self.finish(one, value) for one, value in zip(begun, values, strict=True)]

    def begin_columns(self, columns: Columns, rows: int, chance: Chance) -> list[Begun]:
        """All but the signature."""
        filled = self.template.fill_columns(columns, rows, chance)
        texts = [base64url.encode_bytes(rest) for rest, _ in filled]
        return [(self._asked(text), text, shown) for text, (_, shown) in zip(texts, filled, strict=True)]

    def finish(self, begun: Begun, value: bytes) -> bytes:
        """The SD-JWT with all its disclosures, from what was begun and the signature over it."""
        _, text, disclosures = begun
        return b"~".join([b"%b%b.%b" % (self._start, text, base64url.encode_bytes(value)), *disclosures, b""])

    def _asked(self, text: bytes) -> bytes:
        """What the key is asked to seal."""
        if self._state is None:
            return self._start + text
        state = self._state.copy()
        state.update(text)
        return state.digest()

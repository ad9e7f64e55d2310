"""Documents that come again word for word: canonical form by the general path, for each set of contexts."""

from __future__ import annotations

from typing import Any

import pytest

from mikra.errors import InputError
from mikra.sealing.rdf.canonical import canonical, canonical_form, forget_shapes, kept_form
from mikra.sealing.rdf.quads import to_quads
from mikra.sealing.rdf.scopes import Library
from tests.sealing.di_keys import badge

DID = "did:web:issuer.example.test"


def test_it_is_the_general_form_also_the_second_time() -> None:
    forget_shapes()
    for document in (badge(DID), badge(DID) | {"id": "urn:uuid:other"}, badge(DID)) * 3:
        for digest in ("SHA256", "SHA384"):
            general = canonical(to_quads(document, Library()), digest=digest).encode()
            assert kept_form(document, digest=digest) == canonical_form(document, digest=digest) == general


def test_what_is_known_under_some_contexts_is_not_known_under_others() -> None:
    url = "https://example.test/words"
    more = Library({url: {"word": "https://example.test/words#word"}})
    context = [*badge(DID)["@context"], url]
    document: dict[str, Any] = badge(DID) | {"@context": context, "word": "x"}
    assert b"words#word" in kept_form(document, more)
    with pytest.raises(InputError, match="vocabulary"):
        kept_form(document)

"""What an issuer says of a withdrawn credential: read as it was written, and nothing else taken for it."""

from __future__ import annotations

from typing import Any

import pytest

from mikra.errors import InputError
from mikra.status import tombstone
from mikra.status.indexes import Change, Place
from mikra.status.table import Value

PLACE = Place("https://zed.example.test/status/1", 7)
CHANGE = Change(
    value=Value.INVALID, at="2026-05-20T09:00:00Z", who="Registrar", why="The grade was wrong", successor="urn:x:2"
)
WRITTEN = tombstone.document(PLACE, CHANGE, issuer="urn:x:1")


def changed(**members: Any) -> dict[str, Any]:
    return WRITTEN | {"credentialSubject": WRITTEN["credentialSubject"] | members}


def test_it_is_read_as_it_was_written() -> None:
    found = tombstone.read(WRITTEN, url=PLACE.reference)
    assert (found.at, found.who, found.why, found.successor) == (CHANGE.at, CHANGE.who, CHANGE.why, CHANGE.successor)
    assert found.superseded
    assert tombstone.read(changed(reason="x" * 2_000), url=PLACE.reference).why == "x" * 2_000


@pytest.mark.parametrize(
    "document",
    [
        WRITTEN | {"id": "https://zed.example.test/status/1/8"},
        WRITTEN | {"credentialSubject": [WRITTEN["credentialSubject"]]},
        changed(format="mikra/tombstone/2"),
        changed(format=None),
        changed(decidedAt=""),
        changed(decidedAt=None),
        changed(reason=5),
        changed(successor=["urn:x:2"]),
        changed(reason="x" * 2_001),
    ],
)
def test_what_is_none_or_belongs_elsewhere(document: dict[str, Any]) -> None:
    with pytest.raises(InputError) as caught:
        tombstone.read(document, url=PLACE.reference)
    assert caught.value.code == "status_list_malformed"

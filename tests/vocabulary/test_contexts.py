"""The bundled contexts: pinned by digest, and ours equal to what was published."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mikra.errors import NotFoundError
from mikra.vocabulary import contexts
from mikra.vocabulary.contexts.table import context_of


@pytest.mark.parametrize("name", sorted({*contexts.TABLES.values(), "edc-ap-1.1.0"}))
def test_our_tables_have_the_digest_of_the_published_content(name: str) -> None:
    table = contexts.table(name)
    assert contexts.digest(context_of(table)) == table["sha256"]
    assert table["source"]
    if name in contexts.TABLES.values():
        assert contexts.TABLES[table["url"]] == name


@pytest.mark.parametrize("url", sorted(contexts.SHIPPED))
def test_shipped_ones_are_the_pinned_ones(url: str) -> None:
    assert contexts.digest(contexts.load(url)) == contexts.SHIPPED[url][1]


def test_another_content_under_a_pinned_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    contexts.load.cache_clear()
    monkeypatch.setattr(contexts, "_shipped", lambda name: b'{"@context": {}}')
    try:
        with pytest.raises(NotFoundError):
            contexts.load(contexts.CREDENTIALS_V2)
    finally:
        contexts.load.cache_clear()


@pytest.mark.parametrize("url", ["", "https://www.w3.org/ns/credentials/v3", "https://www.w3.org/ns/activitystreams"])
def test_nothing_else_is_there(url: str) -> None:
    with pytest.raises(NotFoundError):
        contexts.load(url)


@pytest.mark.published
@pytest.mark.parametrize("version", ["1.1.0", "1.2.0"])
def test_the_context_of_the_edc_profile(published: Path, version: str) -> None:
    theirs = json.loads((published / "elm" / version / "edc-ap-context.jsonld").read_text())
    assert context_of(contexts.table(f"edc-ap-{version}")) == theirs["@context"]

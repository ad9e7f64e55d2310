"""The tables are what the published files say, and say where they are from."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

import mikra.validation.elm as elm
from mikra.validation.elm.scopes import EDC_CONTEXT, W3C_CONTEXT
from mikra.validation.elm.tables import ProfileVersion, profile, terms

DATA = Path(elm.__file__).parent / "data"
versions = pytest.mark.parametrize("version", ProfileVersion)


@versions
@pytest.mark.parametrize("kind", ["profile", "context"])
def test_each_table_names_its_source_and_version(kind: str, version: ProfileVersion) -> None:
    raw = orjson.loads(DATA.joinpath(f"{kind}-{version}.json").read_bytes())
    assert raw["version"] == version
    assert raw["source"]
    assert all(len(digest) == 64 for digest in raw["sha256"].values())
    if kind == "context":
        assert W3C_CONTEXT in raw["source"]
        assert EDC_CONTEXT in raw["source"]


@pytest.mark.published
@pytest.mark.extra("shacl")
@versions
def test_made_anew_they_are_the_same(version: ProfileVersion, published: Path) -> None:
    from tools.elm import tables

    folder = published / "elm" / version
    assert tables.dump(tables.profile(folder)) == DATA.joinpath(f"profile-{version}.json").read_bytes()
    assert tables.dump(tables.context(folder)) == DATA.joinpath(f"context-{version}.json").read_bytes()


@versions
def test_deactivated_shapes_ask_nothing(version: ProfileVersion) -> None:
    raw = orjson.loads(DATA.joinpath(f"profile-{version}.json").read_bytes())
    assert "no-cv:VerifiableCredentialShape" in raw["deactivated"]
    assert "https://www.w3.org/2018/credentials#VerifiableCredential" not in profile(version).by_class


def test_what_changed_between_the_versions() -> None:
    old, new = (terms(v).base for v in ProfileVersion)
    assert (old["nationalID"].iri[-2:], new["nationalID"].iri[-2:]) == ("ID", "Id")
    assert "resultDestribution" in old
    assert "resultDestribution" not in new
    assert {"Proof", "TermsOfUse", "CredentialStatus"} <= new.keys() - old.keys()


@versions
def test_every_nested_shape_that_is_named_is_there(version: ProfileVersion) -> None:
    shapes = [s for found in profile(version).by_class.values() for s in found]
    named = {p.node for s in shapes for p in s.properties if p.node}
    assert named <= profile(version).nested.keys()
    assert len(shapes) > 60

"""The data tables, read when first asked for: `data/index.json` (all schemes) and one JSON per scheme."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import orjson

from mikra.errors import NotFoundError
from mikra.vocabulary.entries import Entry, Scheme


def read(name: str) -> Any:
    """One data file, by its name without ending."""
    return orjson.loads(files("mikra.vocabulary").joinpath("data", f"{name}.json").read_bytes())


@cache
def schemes() -> tuple[Scheme, ...]:
    """All vocabularies. Cheap: the large tables are not read."""
    return tuple(Scheme(**head) for head in read("index"))


@cache
def _names() -> dict[str, Scheme]:
    return {key: one for one in schemes() for key in (one.name, one.iri)}


def scheme(name_or_iri: str) -> Scheme:
    """One vocabulary by our short name or its IRI. Raises NotFoundError."""
    found = _names().get(name_or_iri)
    if found is None:
        raise NotFoundError(
            "There is no such vocabulary.",
            where="vocabulary",
            found=name_or_iri,
            expected="one of " + ", ".join(one.name for one in schemes()),
            fix="Take a name from the list.",
            code="not_found",
        )
    return found


@cache
def _table(name: str) -> tuple[Entry, ...]:
    data = read(name)
    remarks: dict[str, str] = data["remarks"]
    return tuple(_entry(data, row, remarks.get(row[0], "")) for row in data["entries"])


def _entry(data: dict[str, Any], row: list[str], remark: str) -> Entry:
    code, label = row[0], row[1]
    official: dict[str, str] = {data["language"]: label} if isinstance(label, str) else label or {}
    return Entry(
        scheme=data["name"],
        scheme_iri=data["iri"],
        code=code,
        iri=data["base"] + code,
        slug=row[-1] if len(row) > 2 else code,
        official=official,
        source=f"{data['source']}; {remark}" if remark else data["source"],
    )


def entries(name_or_iri: str) -> tuple[Entry, ...]:
    """All concepts of one vocabulary, in the order in which they are best shown. Raises NotFoundError."""
    return _table(scheme(name_or_iri).name)


@cache
def _by_iri(name: str) -> dict[str, Entry]:
    return {one.iri: one for one in _table(name)}


@cache
def _bases() -> dict[str, str]:
    return {one.base: one.name for one in schemes()}


def by_iri(iri: str) -> Entry | None:
    """The concept with this IRI, None for any other. Reads only the table to which the IRI can belong."""
    cut = max(iri.rfind("/"), iri.rfind(":")) + 1
    name = _bases().get(iri[:cut])
    return _by_iri(name).get(iri) if name else None

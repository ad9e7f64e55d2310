"""Designs for tests: the three that are shipped, and any design that the types allow (a hypothesis strategy)."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import typing
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from hypothesis import strategies as st

from mikra import vocabulary
from mikra.issuance import design_form
from mikra.issuance.design import AccreditationRecord, Body, Design, Grading, Mandate, SkillLink
from mikra.issuance.design_file import publish, read_design
from mikra.model.text import Text, Written

EXAMPLES = ("university-short-course", "vet-welding-module", "company-digital-skills")
PUBLISHED_ON = dt.date(2026, 7, 1)


def example_bytes(name: str) -> bytes:
    return files("mikra.examples").joinpath(f"{name}.yaml").read_bytes()


@cache
def example(name: str) -> Design:
    """As it is shipped: a draft. Nobody can change it, so it is read once."""
    return read_design(example_bytes(name), name=name)


def published(name: str, **changes: Any) -> Design:
    return publish(replace(example(name), **changes), on=PUBLISHED_ON)


LANGUAGES = ("en", "ro", "lt", "de")
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=6)
LINES = st.lists(WORDS, min_size=1, max_size=3).flatmap(
    lambda words: st.sampled_from([" ".join(words), "\n".join(words)])
)
TEXTS = st.dictionaries(st.sampled_from(LANGUAGES), LINES, min_size=1, max_size=3).map(Text)
NAMES = st.from_regex(r"[A-Z][A-Z0-9.-]{0,7}[A-Z0-9]", fullmatch=True)
DATES = st.dates(dt.date(1950, 1, 1), dt.date(2100, 1, 1))
WRITTEN = {
    Written.DATE: DATES.map(dt.date.isoformat),
    Written.ADDRESS: st.just("") | st.from_regex(r"https://[a-z]{1,5}\.example/[a-z0-9?=&%-]{0,8}", fullmatch=True),
    Written.EMAIL: st.just("") | st.from_regex(r"[a-z]{1,4}@[a-z]{1,4}\.example", fullmatch=True),
    Written.COLOUR: st.just("") | st.from_regex(r"#[0-9a-f]{6}", fullmatch=True),
    Written.IRI: st.from_regex(r"(https://[a-z]{1,5}\.example/[a-z]|urn:x:)[a-z0-9]{1,4}", fullmatch=True),
}
SCALARS: dict[Any, st.SearchStrategy[Any]] = {
    str: WORDS,
    bool: st.booleans(),
    int: st.integers(1, 1200),
    Decimal: st.decimals(0, 999_999, places=2),
    dt.date: DATES,
    Text: TEXTS,
}


def of_type(hint: Any, depth: int) -> st.SearchStrategy[Any]:
    hint = design_form.bare(hint)
    if typing.get_origin(hint) is tuple:
        return st.lists(of_type(typing.get_args(hint)[0], depth), max_size=2).map(tuple)
    if typing.get_origin(hint) is typing.Annotated:
        kind = hint.__metadata__[0]
        return WRITTEN[kind] if isinstance(kind, Written) else st.sampled_from(vocabulary.entries(kind)[:40])
    if dataclasses.is_dataclass(hint):
        return of_class(typing.cast("type[Any]", hint), depth - 1)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return st.sampled_from(list(hint))
    return SCALARS[hint]


def of_class(cls: type[Any], depth: int) -> st.SearchStrategy[Any]:
    """Any value of the class; required members always, of the others a few."""
    if cls is SkillLink:
        return WRITTEN[Written.IRI].map(lambda iri: SkillLink(iri=iri, label=Text(en=iri[-2:])))
    if cls is Mandate:
        document = st.sampled_from(["", base64.b64encode(b"%PDF-1.7 mandate").decode()])
        return st.builds(Mandate, statement=WORDS, document=document)
    if cls is Grading:
        return st.builds(Grading, title=TEXTS, description=TEXTS, passing=TEXTS)
    hints = design_form.hints(cls)
    needed = {f.name for f in dataclasses.fields(cls) if _required(f)}
    free = [name for name in hints if name not in needed and not (depth <= 0 and _recursive(cls, name))]

    def build(chosen: list[str]) -> st.SearchStrategy[Any]:
        members = {name: of_type(hints[name], depth) for name in [*needed, *chosen]}
        return st.fixed_dictionaries(members).map(lambda values: cls(**values))

    return st.lists(st.sampled_from(free), max_size=6, unique=True).flatmap(build) if free else build([])


def _required(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _recursive(cls: type[Any], name: str) -> bool:
    return (cls, name) in ((Body, "accreditations"), (AccreditationRecord, "agent"))


def _whole(design: Design, code: str, edition: str, languages: list[str], title: str) -> Design:
    """The same with what goes together going together."""
    results = Grading(passing=Text(en="Passed"))
    later = [a if a.grading.passing else replace(a, grading=results) for a in design.assessment[1:]]
    return replace(
        design,
        code=code,
        edition=edition,
        languages=tuple(languages),
        title=Text({languages[0]: title, **design.title}),
        assessment=(*design.assessment[:1], *later),
        awarding_bodies=tuple(dict.fromkeys(design.awarding_bodies)),
        published=None,
        digest="",
    )


def designs() -> st.SearchStrategy[Design]:
    """Any design that can be read."""
    languages = st.lists(st.sampled_from(LANGUAGES), min_size=1, max_size=3, unique=True)
    return st.builds(_whole, of_class(Design, 3), NAMES, NAMES, languages, LINES)

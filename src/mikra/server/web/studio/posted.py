"""What a form of the studio sends -> the draft, field by field; what is not in the form stays as it is.

A field's name is the place in the draft ("workload.ects"), with a mark for what it holds:

    title-cs            one language of a text
    participation.mode[]    several values, an empty one among them that says "this field was on the page"
    grading.grades[,]   several values in one line, with commas between
    identity_verified?  yes or no, the same empty value beside it
    issuer@             a provider profile: its id, "keep", or nothing
    outcomes[0].esco~   addresses of skills of ESCO
    mandate.document+   a file, which is taken by itself; a browser sends an empty text where none was chosen
    issuer.region_text  what was typed beside "issuer.region", which is what was chosen
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.http import QueryDict

from mikra import vocabulary
from mikra.errors import InputError, NotFoundError
from mikra.server.actions import drafts_paths as paths
from mikra.server.actions.skills import known_skill

_TEXT = re.compile(r"(.+)-([a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)")
_TYPED = "_text"
OWN = ("csrfmiddlewaretoken", "version", "page", "do", "theirs", "next")
"""Fields that say how to save, and not what."""

SCHEMES = {
    "region": "atu",
    "country": "country",
    "field_of_study[]": "isced_f",
    "level.nqf[]": "nqf",
    "participation.language[]": "language",
    "limit_field[]": "isced_f",
    "limit_jurisdiction[]": "atu",
}
"""End of a field's name -> its vocabulary, of those that are found by typing."""


def merged(draft: Mapping[str, Any], posted: QueryDict, bodies: Mapping[str, Any], language: str) -> dict[str, Any]:
    """The draft with what was sent. `bodies`: id of a provider profile -> its content. InputError for no place."""
    members = paths.copied(draft)
    for name in posted:
        if name in OWN or name.startswith("_") or name.endswith((_TYPED, "+")):
            continue
        _take(members, name, posted, bodies, language)
    return members


def _take(members: dict[str, Any], name: str, posted: QueryDict, bodies: Mapping[str, Any], language: str) -> None:
    given = [str(value).replace("\x00", "") for value in posted.getlist(name)]
    if name.endswith("~"):
        _put_skills(members, name[:-1], given, posted.get(name + _TYPED, ""), known_skill)
    elif name.endswith("[]@"):
        _put_bodies(members, name[:-3], given, bodies)
    elif name.endswith("@"):
        _put_body(members, name[:-1], given[-1], bodies)
    elif name.endswith("[]"):
        values = [*(one for one in given if one), *_typed(name, posted, language)]
        paths.write(members, name[:-2], _in_old_order(paths.read(members, name[:-2]), values) or None)
    elif name.endswith("[,]"):
        values = [one.strip() for one in re.split(r"[,;\n]", given[-1])]
        paths.write(members, name[:-3], [one for one in values if one] or None)
    elif name.endswith("?"):
        paths.write(members, name[:-1], True if "on" in given else None)
    elif text := _TEXT.fullmatch(name):
        paths.write(members, f"{text[1]}.{text[2]}", _clean(given[-1]))
    else:
        paths.write(members, name, _chosen(name, given[-1], posted, language))


def _in_old_order(old: Any, values: list[str]) -> list[str]:
    """Each value once; those that were there before stay in their order."""
    before = [str(one) for one in old] if isinstance(old, list) else []
    kept = [one for one in before if one in values]
    return list(dict.fromkeys((*kept, *values))) if before != values else before


def _clean(text: str) -> str | None:
    """A text as it was typed; None where there is none."""
    return text.replace("\r\n", "\n").strip() or None


def _chosen(name: str, value: str, posted: QueryDict, language: str) -> str | None:
    """What was chosen, unless something else was typed beside it (without script only typing tells)."""
    typed = posted.get(name + _TYPED)
    if typed is None:
        return _clean(value)
    typed = typed.replace("\x00", "")
    if not typed.strip():
        return None
    return value if value and typed.strip() == _label(name, value, language) else _resolved(name, typed, language)


def _label(name: str, value: str, language: str) -> str:
    try:
        return vocabulary.entry(scheme_of(name), value).label(language)
    except NotFoundError:
        return value


def scheme_of(name: str) -> str:
    """The vocabulary of a field that is filled by typing."""
    return next((scheme for end, scheme in SCHEMES.items() if name.endswith(end)), "")


def _resolved(name: str, typed: str, language: str) -> str:
    """The one entry that is meant; else what was typed, to be shown with its fault."""
    typed = typed.strip()
    scheme = scheme_of(name)
    if not scheme:
        return typed
    try:
        return vocabulary.entry(scheme, typed).slug
    except NotFoundError:
        found = vocabulary.search_everywhere(scheme, typed, language, 3)
        same = [one for one in found if vocabulary.fold(one.label(language)) == vocabulary.fold(typed)]
        return (same or found)[0].slug if len(same or found) == 1 else typed


def _typed(name: str, posted: QueryDict, language: str) -> list[str]:
    typed = (posted.get(name + _TYPED) or "").replace("\x00", "").strip()
    return [_resolved(name, typed, language)] if typed else []


def _put_skills(
    members: dict[str, Any],
    path: str,
    given: list[str],
    typed: str,
    skills: Callable[[str], tuple[str, dict[str, str]]],
) -> None:
    """Links to ESCO: those that were kept, and new ones with their names in the design's languages."""
    old = paths.read(members, path)
    kept = {one.get("iri"): one for one in old if isinstance(one, dict)} if isinstance(old, list) else {}
    spoken = members.get("languages") or []
    links = []
    for one in dict.fromkeys(iri for iri in (*given, typed.strip()) if iri):
        iri, names = skills(one)
        label = {tag: name for tag, name in names.items() if tag in spoken} or names
        links.append(kept.get(one) or {"iri": iri, "label": label})
    paths.write(members, path, links or None)


def _put_body(members: dict[str, Any], path: str, chosen: str, bodies: Mapping[str, Any]) -> None:
    if chosen != "keep":
        paths.write(members, path, paths.copied(bodies[chosen]) if chosen in bodies else None)


def _put_bodies(members: dict[str, Any], path: str, chosen: Iterable[str], bodies: Mapping[str, Any]) -> None:
    """Profiles that were ticked, and those of the draft that were kept ("keep:0")."""
    old = paths.read(members, path)
    old = old if isinstance(old, list) else []
    kept: list[Any] = []
    for one in chosen:
        found = re.fullmatch(r"keep:([0-9]{1,2})", one)
        if found and int(found[1]) < len(old):
            kept.append(old[int(found[1])])
        elif one in bodies:
            kept.append(paths.copied(bodies[one]))
    paths.write(members, path, kept or None)


def add_document(members: dict[str, Any], file: Any) -> None:
    """The document of a mandate, as the design file holds it. InputError for no PDF."""
    data = file.read()
    if not data.startswith(b"%PDF-"):
        raise InputError(
            "This document is no PDF file.", where="mandate.document", fix="Choose the PDF of the mandate.", code="pdf"
        )
    paths.write(members, "mandate.document", base64.b64encode(data).decode())


def do(members: dict[str, Any], verb: str) -> str:
    """One change of the form's shape: `add:outcomes`, `remove:outcomes[1]`, `up:...`, `drop:...`; the place it is at.

    InputError for any other verb.
    """
    name, _, path = verb.partition(":")
    if name == "add":
        paths.add(members, path, {})
    elif name == "remove":
        paths.remove(members, path)
    elif name == "drop":
        paths.drop(members, path)
        path = "what"
    elif name in ("up", "down"):
        paths.move(members, path, -1 if name == "up" else 1)
    elif name == "language":
        _add_language(members, path)
    elif name == "drop-language":
        _drop_language(members, path)
    elif name == "first-language":
        spoken = members.get("languages") or []
        members["languages"] = [path, *(one for one in spoken if one != path)]
        path = "languages"
    else:
        raise InputError("There is no such step.", found=verb[:40], code="request_malformed")
    return "languages" if "language" in name else path.partition("[")[0].partition(".")[0]


def _add_language(members: dict[str, Any], tag: str) -> None:
    spoken = members.get("languages")
    spoken = spoken if isinstance(spoken, list) else []
    if tag in vocabulary.EU_LANGUAGES and tag not in spoken:
        members["languages"] = [*spoken, tag]


def _drop_language(members: dict[str, Any], tag: str) -> None:
    """Takes a language out, and with it all that is written in it (which undoing brings back)."""
    spoken = members.get("languages")
    if not isinstance(spoken, list) or tag not in spoken or len(spoken) < 2:
        return
    members["languages"] = [one for one in spoken if one != tag]
    bodies = ("issuer", "awarding_bodies")
    _without(tag, [value for name, value in members.items() if name not in (*bodies, "languages")])


def _without(tag: str, data: Any) -> None:
    if isinstance(data, dict):
        if tag in data and all(isinstance(value, str) for value in data.values()):
            del data[tag]
        for value in data.values():
            _without(tag, value)
    elif isinstance(data, list):
        for value in data:
            _without(tag, value)

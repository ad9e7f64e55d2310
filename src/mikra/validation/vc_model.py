"""W3C VC Data Model 2.0, 4 and 5 (and 1.1, 4 and 5): the structural rules for credentials and presentations.

What JSON alone can show: which members there must be, and of which form. Whether every name is defined is a matter of
JSON-LD and judged where that is read (`sealing.rdf`). Used before sealing and when verifying; each finding has the
JSON Pointer of what is wrong. Who knows the bytes of related resources gives their digests; the W3C's own are known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from mikra.errors import InputError
from mikra.instants import instant
from mikra.report import Finding, Severity, words
from mikra.validation import vc_resources
from mikra.validation.vc_resources import PUBLISHED, Digests
from mikra.vocabulary.contexts import CREDENTIALS_V1, CREDENTIALS_V2

CLAUSE = "W3C VC Data Model 2.0, 4 and 5"

_PRESENTATION = "VerifiablePresentation"
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
"""RFC 3986, 3: a scheme and something; no blank, and nothing that never stands in a URL."""

_TYPED = ("credentialStatus", "credentialSchema", "refreshService", "termsOfUse", "evidence")
"""4.10, 4.11, 5.4 to 5.6: each must say of which type it is."""

_IDENTIFIED = {"2.0": ("credentialSchema",), "1.1": ("credentialStatus", "credentialSchema", "refreshService")}
"""4.11; 1.1, 4.9, 5.4 and 5.5: those that must have an id, too."""

_DATES = {"2.0": ("validFrom", "validUntil"), "1.1": ("issuanceDate", "expirationDate")}
_VALUE_KEYS = frozenset({"@value", "@language", "@direction"})
"""11.1: what a text in a language is made of. A typed literal has @type instead."""

_DEEPEST = 40


@dataclass(frozen=True)
class _Checked:
    """One document under check, and what was found."""

    document: Mapping[str, Any]
    version: str
    digests: Mapping[str, Digests]
    findings: list[Finding] = field(default_factory=list)

    def add(self, rule: str, where: str, *, error: bool = True) -> None:
        severity = Severity.ERROR if error else Severity.INFORMATION
        what = words(f"vc_model.{rule}")
        self.findings.append(Finding(rule=f"vc_model.{rule}", severity=severity, what=what, where=where, clause=CLAUSE))


def check_model(document: Mapping[str, Any], *, digests: Mapping[str, Digests] = PUBLISHED) -> tuple[Finding, ...]:
    """What breaks the rules; empty for a document in order. What could not be checked is INFORMATION.

    Credentials within a presentation are not looked into: each is a document of its own.
    """
    checked = _Checked(document, "1.1" if _first_context(document) == CREDENTIALS_V1 else "2.0", digests)
    _context(checked)
    _id(checked, document, "")
    _types(checked)
    if _PRESENTATION in _listed(document.get("type")):
        _presentation(checked)
    else:
        _credential(checked)
    _anywhere(checked, {name: value for name, value in document.items() if name != "@context"}, "", 0)
    return tuple(checked.findings)


def faults(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Those that forbid sealing and mean that a credential is malformed."""
    return tuple(finding for finding in findings if finding.severity is Severity.ERROR)


def is_url(value: object) -> bool:
    """Whether this is one absolute URL (WHATWG URL; RFC 3986), DIDs and URNs among them."""
    if not isinstance(value, str) or not _URL.fullmatch(value):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return bool(parts.netloc) or parts.scheme not in ("http", "https")


def _first_context(document: Mapping[str, Any]) -> Any:
    contexts = document.get("@context")
    return (contexts[0] if contexts else None) if isinstance(contexts, list) else contexts


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _places(document: Mapping[str, Any], name: str) -> Iterator[tuple[Any, str]]:
    """(value, pointer) of each value of a member that may have one or several."""
    if name not in document:
        return
    value = document[name]
    if isinstance(value, list):
        yield from ((one, f"/{name}/{number}") for number, one in enumerate(value))
    else:
        yield value, f"/{name}"


def _context(checked: _Checked) -> None:
    """4.3: the base context first; then URLs and objects. In 2.0 it is a list."""
    contexts = checked.document.get("@context")
    if _first_context(checked.document) not in (CREDENTIALS_V1, CREDENTIALS_V2):
        checked.add("context_base", "/@context")
    for number, one in enumerate(_listed(contexts) if contexts is not None else []):
        if not isinstance(one, Mapping) and not is_url(one):
            checked.add("context_item", f"/@context/{number}")


def _id(checked: _Checked, value: Mapping[str, Any], where: str, *, needed: bool = False) -> None:
    """4.4: a single URL, where there is one."""
    if "id" in value and not is_url(value["id"]):
        checked.add("id", f"{where}/id")
    elif needed and "id" not in value:
        checked.add("id_missing", where)


def _types(checked: _Checked) -> None:
    """4.5: there is a type, and one of them says what it is."""
    types = checked.document.get("type")
    names = _listed(types) if types is not None else []
    if not {"VerifiableCredential", _PRESENTATION} & {name for name in names if isinstance(name, str)}:
        checked.add("type_missing", "/type")
    _type_names(checked, names, "/type")


def _type_names(checked: _Checked, names: list[Any], where: str) -> None:
    """4.5: terms or URLs; a name with a blank is neither."""
    if any(not isinstance(name, str) or not name or re.search(r"\s", name) for name in names):
        checked.add("type_name", where)


def _credential(checked: _Checked) -> None:
    document = checked.document
    _party(checked, "issuer", needed=True)
    _subjects(checked)
    _dates(checked)
    for name in ("name", "description"):
        _text(checked, document, name, "")
    for name in _TYPED:
        for value, where in _places(document, name):
            _typed(checked, name, value, where)
    _resources(checked)


def _presentation(checked: _Checked) -> None:
    """4.13: who holds it; credentials as objects, in 1.1 also as sealed texts. 5.5: under which terms."""
    _party(checked, "holder", needed=False)
    for value, where in _places(checked.document, "termsOfUse"):
        _typed(checked, "termsOfUse", value, where)
    for value, where in _places(checked.document, "verifiableCredential"):
        if not isinstance(value, Mapping) and not (checked.version == "1.1" and isinstance(value, str)):
            checked.add("presented", where)


def _party(checked: _Checked, name: str, *, needed: bool) -> None:
    """4.7 and 4.13: a URL, or an object whose id is one."""
    if name not in checked.document:
        if needed:
            checked.add(f"{name}_missing", "")
        return
    value = checked.document[name]
    if isinstance(value, Mapping):
        if not is_url(value.get("id")):
            checked.add(name, f"/{name}/id")
        for text in ("name", "description"):
            _text(checked, value, text, f"/{name}")
    elif not is_url(value):
        checked.add(name, f"/{name}")


def _subjects(checked: _Checked) -> None:
    """4.8: one or more objects, each with something in it."""
    found = list(_places(checked.document, "credentialSubject"))
    if not found:
        checked.add("subject_missing", "/credentialSubject")
    for value, where in found:
        if not isinstance(value, Mapping):
            checked.add("subject", where)
        else:
            _id(checked, value, where)


def _dates(checked: _Checked) -> None:
    """4.9: dateTimeStamp; the end not before the start. In 1.1 there is a start."""
    start_name, end_name = _DATES[checked.version]
    if checked.version == "1.1" and start_name not in checked.document:
        checked.add("issuance_date_missing", "")
    start, end = (_date(checked, name) for name in (start_name, end_name))
    if start is not None and end is not None and end < start:
        checked.add("dates_order", f"/{end_name}")


def _date(checked: _Checked, name: str) -> datetime | None:
    if name not in checked.document:
        return None
    try:
        return instant(checked.document[name])
    except InputError:
        checked.add("date", f"/{name}")
        return None


def _text(checked: _Checked, owner: Mapping[str, Any], name: str, where: str) -> None:
    """4.6 and 11.1: text, or texts in languages."""
    if name not in owner:
        return
    for value in _listed(owner[name]):
        if not isinstance(value, str) and not (isinstance(value, Mapping) and isinstance(value.get("@value"), str)):
            checked.add("text", f"{where}/{name}")
            return


def _typed(checked: _Checked, name: str, value: Any, where: str) -> None:
    if not isinstance(value, Mapping):
        checked.add("needs_type", where)
        return
    types = [one for one in _listed(value.get("type")) if one is not None]
    if not types:
        checked.add("needs_type", where)
    _type_names(checked, types, f"{where}/type")
    _id(checked, value, where, needed=name in _IDENTIFIED[checked.version])


def _resources(checked: _Checked) -> None:
    """5.3: objects with an id of their own and a digest, which is that of the resource where it is known."""
    seen: set[str] = set()
    for value, where in _places(checked.document, "relatedResource"):
        if not isinstance(value, Mapping):
            checked.add("resource", where)
            continue
        _id(checked, value, where, needed=True)
        identifier = value.get("id")
        if isinstance(identifier, str) and identifier in seen:
            checked.add("resource_twice", f"{where}/id")
        seen.add(str(identifier))
        answer = vc_resources.check(value, checked.digests.get(str(identifier)))
        if answer:
            checked.add(answer, where, error=answer != "resource_unknown")


def _anywhere(checked: _Checked, value: Any, where: str, depth: int) -> None:
    """No empty object, and nothing in a text of a language but the text, its language and its direction (11.1)."""
    if depth > _DEEPEST:
        checked.add("deep", where)
    elif isinstance(value, list):
        for number, one in enumerate(value):
            _anywhere(checked, one, f"{where}/{number}", depth + 1)
    elif isinstance(value, Mapping):
        if not value and where:
            checked.add("empty", where)
        if "@value" in value and not (value.keys() <= _VALUE_KEYS or value.keys() <= {"@value", "@type"}):
            checked.add("language_value", where)
        for name, one in value.items():
            _anywhere(checked, one, f"{where}/{_escaped(name)}", depth + 1)


def _escaped(name: str) -> str:
    """RFC 6901, 3."""
    return name.replace("~", "~0").replace("/", "~1")

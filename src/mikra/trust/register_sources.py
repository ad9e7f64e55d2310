"""Readers of lists of providers: what others publish, and entries of one's own -> entries of a register.

    deqar           the daily CSV files of DEQAR (European Quality Assurance Register): institutions, and reports
    deqar-json      answers of DEQAR's web interface, version 2 (browse/institutions)
    csv             any list with a heading: columns are named, or recognised by their usual names
    entries         one's own, as mappings (a YAML file)

DEQAR's columns are those of its daily files of October 2026, as programs that read them name them. Rows that name
nobody are left out; a column that we do not know is passed over.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from io import StringIO
from typing import Any

from mikra import vocabulary
from mikra.errors import InputError, NotFoundError
from mikra.trust.accreditation import Decision, Kind, Scope, day_of, decision_of
from mikra.trust.identity import Identity, identity
from mikra.trust.register import Provider

Row = Mapping[str, str]

_DELIMITERS = ",;\t|"

_IDENTIFIERS = re.compile(r"[,;|\n]\s*(?=[A-Za-z][\w .()-]{1,60}:\s)")
"""Between the parts of DEQAR's `identifiers_all`: "ROR: https://ror.org/02feahw73; EU-VAT: RO123"."""

_CYCLES = {"short cycle": "5", "first cycle": "6", "second cycle": "7", "third cycle": "8"}
"""QF-EHEA cycle -> EQF level (Council Recommendation 2017/C 189/03, annex II, notes)."""

_REPORT_KINDS = {"institutional": Kind.INSTITUTION, "programme": Kind.PROGRAMME, "joint programme": Kind.PROGRAMME}
"""DEQAR `report_type`. "institutional/programme" is both, so it is neither for us."""

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "names", "institution", "provider", "organisation"),
    "country": ("country", "country_code"),
    "vat": ("vat", "vat_number"),
    "eidas": ("eidas", "organizationidentifier"),
    "ror": ("ror", "ror_id"),
    "eter": ("eter", "eter_id"),
    "schac": ("schac", "schac_home"),
    "deqarinst": ("deqar", "deqar_id", "deqarinst"),
    "did": ("did",),
    "key": ("id", "key", "code"),
    "says": ("status", "says", "decision"),
    "from": ("valid_from", "accredited_from", "from"),
    "to": ("valid_to", "accredited_to", "to"),
    "levels": ("levels", "eqf", "eqf_levels"),
    "fields": ("fields", "isced_f"),
    "agency": ("agency", "accredited_by"),
    "url": ("url", "website"),
}
"""What a list may say -> the usual headings of the column, in small letters."""

_SCHEMES = ("vat", "eidas", "ror", "eter", "schac", "deqarinst", "did")


def deqar(institutions: bytes, reports: bytes = b"") -> tuple[Provider, ...]:
    """DEQAR's daily files. InputError where they are others."""
    found: dict[str, Provider] = {}
    for row in _rows(institutions, "deqar_id", "name_primary"):
        key = row["deqar_id"].strip()
        if key and key not in found:  # an institution of several places stands there once for each
            found[key] = _institution(row, key)
    scopes: dict[str, list[Scope]] = {}
    if reports:
        for row in _rows(reports, "hei_deqar_id", "report_type"):
            for key in {row["hei_deqar_id"].strip(), row.get("parent_hei_deqar_id", "").strip()} & found.keys():
                scopes.setdefault(key, []).append(_report(row))
    return tuple(replace(one, scopes=tuple(scopes.get(key, ()))) for key, one in found.items())


def _institution(row: Row, key: str) -> Provider:
    country = _country(row.get("country", ""))
    named = (row["name_primary"], row.get("name_official", ""), *row.get("name_versions", "").split(";"))
    said = [_identity("DEQARINST", key, ""), _identity("ETER", row.get("eter_id", ""), "")]
    said += [_identity(*part, country) for part in _labelled(row.get("identifiers_all", ""))]
    return Provider(
        key=key,
        names=_texts(re.sub(r"^\(\d+\)\s*", "", name) for name in named),
        identities=tuple(dict.fromkeys(one for one in said if one is not None)),
        country=country,
        says=f"{row['report_count'].strip()} reports" if row.get("report_count", "").strip() else "",
        closed=day_of(row.get("closure_date", "")),
        url=row.get("website_link", "").strip().removeprefix("N/A"),
    )


def _report(row: Row) -> Scope:
    """One report of an agency that keeps the European standards (ESG)."""
    title = row.get("programme_name", "").strip()
    level = _CYCLES.get(row.get("programme_qf_ehea_level", "").strip().casefold(), "")
    return Scope(
        title=row.get("report_esg_activity_short", "").strip() or row["report_type"].strip(),
        agency=row.get("report_agency", "").strip(),
        kind=_REPORT_KINDS.get(row["report_type"].strip().casefold(), Kind.UNSTATED),
        decision=decision_of(row.get("report_decision", "")),
        starts=day_of(row.get("report_valid_from", "")),
        ends=day_of(row.get("report_valid_to", "")),
        levels=(level,) if level else (),
        titles=(title,) if title else (),
        url=row.get("report_url", "").strip(),
    )


def _labelled(text: str) -> Iterator[tuple[str, str]]:
    """ "ROR: https://ror.org/02feahw73; ..." -> ("ROR", "https://ror.org/02feahw73"), ..."""
    for part in _IDENTIFIERS.split(text):
        label, colon, value = part.strip().partition(":")
        if colon and label.strip() and value.strip():
            yield label.strip(), value.strip()


def deqar_json(document: Any) -> tuple[Provider, ...]:
    """An answer of DEQAR's web interface: its `results`, or a list of institutions."""
    rows = document.get("results") if isinstance(document, dict) else document
    if not isinstance(rows, list):
        raise _odd("results", type(document).__name__)
    return tuple(_json_institution(row, n) for n, row in enumerate(rows) if isinstance(row, dict))


def _json_institution(row: Mapping[str, Any], number: int) -> Provider:
    key = _text(row, "deqar_id") or _odd_key(number)
    countries = row.get("countries") or row.get("country") or ""
    first = countries[0] if isinstance(countries, list) and countries else countries
    country = _country(_text(first, "country") if isinstance(first, dict) else str(first or ""))
    said = [_identity("DEQARINST", key, ""), _identity("ETER", _text(row, "eter_id"), "")]
    identifiers = row.get("identifiers")
    for each in identifiers if isinstance(identifiers, list) else []:
        if isinstance(each, dict):
            scheme = _text(each, "resource") or _text(each, "type")
            said.append(_identity(scheme, _text(each, "identifier"), country))
    return Provider(
        key=key,
        names=_texts((_text(row, "name_primary"), _text(row, "name_official"))),
        identities=tuple(dict.fromkeys(one for one in said if one is not None)),
        country=country,
        closed=day_of(_text(row, "closure_date")),
        url=_text(row, "website_link"),
    )


def _odd_key(number: int) -> str:
    raise _odd(f"/results/{number}/deqar_id", "nothing")


def national(data: bytes, columns: Mapping[str, str] | None = None) -> tuple[Provider, ...]:
    """A list with a heading. `columns`: our name (`COLUMNS`) -> the heading, where it is an unusual one."""
    asked = columns or {}
    if unknown := sorted(set(asked) - set(COLUMNS)):
        raise InputError("A list has no such column.", found=unknown[0], expected=", ".join(COLUMNS))
    rows = list(_rows(data))
    headings = list(rows[0]) if rows else []
    usual = {heading.strip().casefold(): heading for heading in headings}
    found = {name: next((usual[h] for h in known if h in usual), "") for name, known in COLUMNS.items()}
    for name, heading in asked.items():
        if heading not in headings:
            raise InputError("The list has no such column.", found=heading, expected=", ".join(headings)[:200])
        found[name] = heading
    if rows and not found["name"]:
        raise InputError("No column of the list is known to hold names.", expected="name", found=", ".join(headings))
    made = [_listed({n: row.get(h, "").strip() for n, h in found.items() if h}, i) for i, row in enumerate(rows, 2)]
    return tuple(one for one in made if one.names)


def _listed(said: Row, line: int) -> Provider:
    country = _country(said.get("country", ""))
    values = [_identity(scheme, said.get(scheme, ""), country) for scheme in _SCHEMES]
    limited = any(said.get(name) for name in ("from", "to", "levels", "fields", "agency"))
    scope = Scope(
        agency=said.get("agency", ""),
        kind=Kind.INSTITUTION,
        decision=decision_of(said["says"]) if said.get("says") else Decision.IMPLIED,
        starts=_day(said, "from", line),
        ends=_day(said, "to", line),
        levels=_several(said.get("levels", "")),
        fields=_several(said.get("fields", "")),
    )
    return Provider(
        key=said.get("key", "") or f"line {line}",
        names=_texts([said.get("name", "")]),
        identities=tuple(dict.fromkeys(one for one in values if one is not None)),
        country=country,
        says=said.get("says", ""),
        url=said.get("url", ""),
        scopes=(scope,) if limited else (),
    )


def entries(document: Any) -> tuple[Provider, ...]:
    """One's own: mappings {name, country, identifiers: {vat: ...}, says, accreditations: [{from, to, ...}]}."""
    listed = document.get("providers") if isinstance(document, dict) else document
    if not isinstance(listed, list):
        raise _odd("providers", type(document).__name__)
    return tuple(_own(each, number) for number, each in enumerate(listed))


def _own(members: Any, number: int) -> Provider:
    where = f"providers[{number}]"
    if not isinstance(members, dict):
        raise _odd(where, type(members).__name__)
    country = _country(_text(members, "country"))
    said = members.get("identifiers") or {}
    given = members.get("accreditations") or []
    if not isinstance(said, dict) or not isinstance(given, list) or not all(isinstance(a, dict) for a in given):
        raise _odd(where, "identifiers or accreditations")
    names = members.get("name")
    found = [_identity(str(s), str(v), country) for s, value in said.items() for v in _listing(value)]
    provider = Provider(
        key=_text(members, "key") or f"{number + 1}",
        names=_texts(str(name) for name in _listing(names)),
        identities=tuple(dict.fromkeys(one for one in found if one is not None)),
        country=country,
        says=_text(members, "says"),
        url=_text(members, "url"),
        scopes=tuple(_own_scope(each, f"{where}.accreditations[{i}]") for i, each in enumerate(given)),
    )
    if not provider.names:
        raise _odd(f"{where}.name", "nothing")
    return provider


def _own_scope(members: Mapping[str, Any], where: str) -> Scope:
    def several(name: str) -> tuple[str, ...]:
        return tuple(str(value) for value in _listing(members.get(name)))

    decided = _text(members, "decision")
    return Scope(
        title=_text(members, "title"),
        agency=_text(members, "agency"),
        kind=Kind.PROGRAMME if _text(members, "type") == "programme" else Kind.INSTITUTION,
        decision=decision_of(decided) if decided else Decision.IMPLIED,
        starts=_day(members, "from", where),
        ends=_day(members, "to", where),
        levels=several("levels"),
        fields=several("fields"),
        places=several("places"),
        qualifications=several("qualifications"),
        titles=several("titles"),
        url=_text(members, "url"),
    )


def _rows(data: bytes, *needed: str) -> Iterator[Row]:
    """The rows of a CSV file in UTF-8, by heading. Its delimiter is the one that its first line has most of."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            "This list is not written in UTF-8.", fix="Save it as UTF-8.", code="encoding_unclear"
        ) from error
    head = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=head.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        headings = [heading.strip() for heading in next(reader, [])]
        if missing := [name for name in needed if name not in headings]:
            raise _odd(missing[0], ", ".join(headings)[:120])
        for row in reader:
            found = dict(zip(headings, row, strict=False))
            yield found if len(row) >= len(headings) else found | dict.fromkeys(headings[len(row) :], "")
    except csv.Error as error:
        raise InputError("This list cannot be read.", found=str(error), code="csv_malformed") from error


def _identity(scheme: str, value: str, country: str) -> Identity | None:
    return identity(scheme, value, country) if scheme.strip() and value.strip() and value.strip() != "N/A" else None


def _country(text: str) -> str:
    """Name or code -> ISO 3166-1 alpha-2; "" where it is none: then it says nothing."""
    plain = re.sub(r"\s*\(.*\)", "", text).strip()
    if not plain:
        return ""
    try:
        return vocabulary.entry("country", plain).slug
    except NotFoundError:
        return ""


def _day(said: Mapping[str, Any], name: str, where: object) -> date | None:
    """A day as ISO 8601 writes it. One that is none must not become "no limit"."""
    text = _text(said, name)
    found = day_of(text)
    if text and (found is None or len(text) < 10):
        raise InputError("This is not a day.", where=f"{where}, {name}", found=text[:40], expected="2026-05-31")
    return found


def _texts(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for value in values if (text := " ".join(value.split()))))


def _several(text: str) -> tuple[str, ...]:
    return tuple(part for part in re.split(r"[\s,;|]+", text) if part)


def _listing(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _text(members: Mapping[str, Any], name: str) -> str:
    value = members.get(name)
    return str(value).strip() if isinstance(value, str | int | float) else ""


def _odd(where: str, found: str) -> InputError:
    return InputError(
        "This is not a list of providers of this kind.", where=where, found=found, code="file_type_mismatch"
    )

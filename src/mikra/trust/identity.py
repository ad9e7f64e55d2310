"""Identifiers of organisations, in one form: so that a register, a credential and a seal can be compared.

    VAT       country and number            "RO123456"     (VATRO-123456, RO 123 456, 123456 of Romania)
    NTR       country and number            "ROJ40123"     national trade register (ETSI EN 319 412-1, 5.1.4)
    LEI       20 characters                 ISO 17442
    ROR       nine characters               "02feahw73"    (https://ror.org/02feahw73)
    ETER      country and number            "RO0023"       European Tertiary Education Register
    SCHAC     a domain                      "unized.ro"    schacHomeOrganization
    DEQARINST prefix and number             "DEQARINST0042"
    DID       as it stands                  "did:web:unized.ro"

Any other scheme keeps its name in capitals and its value without spaces. Names are not identifiers.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from mikra import vocabulary
from mikra.model import Agent, Identifier, LegalIdentifier, Organisation

_SEMANTIC = re.compile(r"(VAT|NTR|LEI|PSD|[A-Z]{2}:)([A-Z]{2})-(.+)")
"""ETSI EN 319 412-1, 5.1.4: kind of register, country, number."""

_KNOWN = (
    ("DEQAR", "DEQARINST"),
    ("SCHAC", "SCHAC"),
    ("ETER", "ETER"),
    ("ROR", "ROR"),
    ("ORGREG", "ETER"),
    ("EIDAS", "EIDAS"),
    ("VAT", "VAT"),
    ("TAX", "TAX"),
    ("LEI", "LEI"),
    ("DID", "DID"),
    ("PIC", "PIC"),
    ("ERASMUS", "ERASMUS"),
    ("WHED", "WHED"),
)
"""Part of a scheme's name or address -> our name for it; the first that fits."""

_VAT_COUNTRIES = {"EL": "GR", "UK": "GB", "XI": "GB"}
"""What VAT numbers call Greece, the United Kingdom and Northern Ireland."""


class Identity(NamedTuple):
    """One identifier in its one form."""

    scheme: str
    value: str


def identity(scheme: str, value: str, country: str = "") -> Identity | None:
    """An identifier as somebody wrote it, in its one form; None where nothing is left of it.

    `country`: ISO 3166-1 alpha-2, for numbers that do not say it themselves.
    """
    text = unicodedata.normalize("NFKC", value).strip()
    name = _scheme(scheme)
    semantic = _SEMANTIC.fullmatch(text.upper()) if name in ("EIDAS", "VAT", "NTR", "TAX", "LEI") else None
    if semantic:
        kind, within, number = semantic.groups()
        return _national(kind.strip(":"), number, within)
    match name:
        case "VAT" | "NTR" | "TAX" | "EIDAS":
            return _national(name, text, country)
        case "ROR":
            return _made(name, text.rstrip("/").rsplit("/", 1)[-1].lower())
        case "SCHAC":
            return _made(name, text.rsplit(":", 1)[-1].lower().removeprefix("www."))
        case "DEQARINST":
            found = re.fullmatch(r"(?:DEQARINST)?0*(\d+)", text.rsplit("/", 1)[-1].upper())
            return Identity(name, f"DEQARINST{int(found[1]):04d}") if found else None
        case "DID":
            return _made(name, text)
    return _made(name, re.sub(r"\s", "", text).upper())


def of_seal(organization_identifier: str, country: str) -> tuple[Identity, ...]:
    """What a seal's certificate says of its owner (2.5.4.97)."""
    found = identity("EIDAS", organization_identifier, country) if organization_identifier else None
    return (found,) if found else ()


def of_agent(agent: Agent) -> tuple[Identity, ...]:
    """All identifiers that a credential states of an agent, in their one form."""
    found = (*_legal(agent), *(identity(i.scheme_name or i.scheme_id, i.notation) for i in agent.identifier))
    own = (Identity("DID", agent.id),) if agent.id.startswith("did:") else ()
    return tuple(dict.fromkeys(one for one in (*found, *own) if one is not None))


def _legal(agent: Agent) -> Iterator[Identity | None]:
    if not isinstance(agent, Organisation):
        return
    if agent.eidas_identifier is not None:
        yield _of(agent.eidas_identifier, "EIDAS")
    if agent.registration is not None:
        yield _of(agent.registration, "NTR")
    yield from (_of(each, "VAT") for each in agent.vat_identifier)
    yield from (_of(each, "TAX") for each in agent.tax_identifier)


def _of(identifier: Identifier, scheme: str) -> Identity | None:
    spatial = identifier.spatial if isinstance(identifier, LegalIdentifier) else None
    country = vocabulary.country_code(spatial.id) if spatial else None
    return identity(scheme, identifier.notation, country or "")


def folded(name: str) -> str:
    """A name for comparing: letters and digits alone, case and accents of writing aside."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(c for c in plain if c.isalnum())


def _scheme(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).strip().upper()
    return next((name for part, name in _KNOWN if part in plain), re.sub(r"[^A-Z0-9]", "", plain) or "OTHER")


def _national(kind: str, number: str, country: str) -> Identity | None:
    """A number of a country's register; the country in front, once."""
    digits = re.sub(r"[^0-9A-Z]", "", number.upper())
    within = country.upper()
    if kind == "VAT" and not within and re.match(r"[A-Z]{2}.*\d", digits):
        within, digits = digits[:2], digits[2:]
    within = _VAT_COUNTRIES.get(within, within)
    aliases = {within, *(alias for alias, code in _VAT_COUNTRIES.items() if code == within)}
    if kind == "VAT" and within and digits[:2] in aliases:
        digits = digits[2:]
    return Identity(kind, within + digits) if digits else None


def _made(scheme: str, value: str) -> Identity | None:
    return Identity(scheme, value) if value else None

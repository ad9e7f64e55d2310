"""What the EU's viewer and wallet for European Digital Credentials accept, rule by rule, as far as published.

Each rule is met, not met, or cannot be known here. Sources: the reader and wallet of the European Digital Credentials
infrastructure as published by the Commission (releases 2.0.6 and 2.2.2), and the EU's own sealed samples. What the
services behind them do besides is not public.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from mikra import strictjson, vocabulary
from mikra.errors import InputError
from mikra.model import LegalIdentifier, Organisation, decode
from mikra.report import Words, words
from mikra.sealing import jades
from mikra.sealing.jades import Level, Seal
from mikra.trust import certificates
from mikra.trust.certificates import Certificate
from mikra.validation.elm import ProfileVersion, check_profile

_FIRST = re.compile(rb"\s*\{\s*\"payload\"")
"""The viewer recognises a sealed file by this beginning."""

_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
_TYPES = frozenset({"EuropeanDigitalCredential", "ConvertedCredential"})
_COUNTRIES = {"EL": "GR", "UK": "GB"}


class State(StrEnum):
    MET = "met"
    NOT_MET = "not met"
    UNKNOWN = "cannot be known here"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule and what became of it. `why` and `fix` are there where it is not met, or not known."""

    id: str
    state: State
    found: str = ""
    why: Words | None = None
    fix: Words | None = None

    @property
    def title(self) -> Words:
        return words(f"doctor.rule.{self.id}")

    def as_dict(self, language: str = "en") -> dict[str, str]:
        told = {
            "rule": self.id,
            "state": self.state.value,
            "title": self.title.text(language),
            "found": self.found,
            "why": self.why.text(language) if self.why else "",
            "fix": self.fix.text(language) if self.fix else "",
        }
        return {name: value for name, value in told.items() if value}


def _rule(name: str, holds: bool, fix: str, found: str = "") -> Rule:
    if holds:
        return Rule(id=name, state=State.MET, found=found)
    return Rule(id=name, state=State.NOT_MET, found=found, fix=words(f"doctor.fix.{fix}"))


def _unknown(name: str, why: str, found: str = "") -> Rule:
    return Rule(id=name, state=State.UNKNOWN, found=found, why=words(f"doctor.unknown.{why}"))


def examine(data: bytes) -> tuple[Rule, ...]:
    """A sealed file by all rules. Raises InputError where it is no sealed file of this kind."""
    sealed = jades.unseal(data)
    if not sealed.seals:
        raise InputError("This file carries no seal.", fix="Give a sealed credential, or a key.", code="proof_missing")
    document = strictjson.parse(sealed.payload, strictjson.LIMITS_WITH_IMAGES)
    if not isinstance(document, dict):
        raise InputError("There is no credential under this seal.", code="credential_malformed")
    one = sealed.seals[0]
    return (
        _rule("payload_first", _FIRST.match(data) is not None, "reseal"),
        *_seal(sealed, one),
        *_certificate(_read(one.certificate), one.claimed_at),
        *_issuer(document, _read(one.certificate)),
        *_content(document),
    )


def examine_certificate(certificate: bytes, at: datetime) -> tuple[Rule, ...]:
    """The certificate (DER) of a key that is to seal, by the rules that concern it."""
    found = certificates.read(certificate)
    return (_algorithm(_key_algorithm(certificate)), *_certificate(found, at))


def _read(certificate: bytes | None) -> Certificate | None:
    try:
        return certificates.read(certificate) if certificate else None
    except InputError:
        return None


def _key_algorithm(certificate: bytes) -> str:
    name = jades.key_name(certificate)
    return "RS256" if name.startswith("rsa") else name


def _seal(sealed: jades.Sealed, one: Seal) -> Iterator[Rule]:
    header = one.header
    faults = jades.check_integrity(sealed)
    yield _rule("whole", not faults, "reseal", faults[0].rule if faults else "")
    yield _rule("raw", sealed.raw and header.get("b64") is False, "reseal")
    yield _rule("critical", {"b64", "sigT"} <= set(header.get("crit", ())), "reseal", ", ".join(header.get("crit", ())))
    yield _algorithm(one.algorithm)
    chain = header.get("x5c", ())
    if len(chain) > 1:
        yield _unknown("leaf", "untried", f"{len(chain)} certificates")
    else:
        yield _rule("leaf", len(chain) == 1, "reseal")
    yield _rule("level", one.level is Level.LTA, "extend", one.level.value)
    if one.level is not Level.B:
        yield _unknown("timestamp", "lists")


def _algorithm(name: str) -> Rule:
    return _rule("algorithm", True, "", name) if name == "RS256" else _unknown("algorithm", "untried", name)


def _certificate(certificate: Certificate | None, at: datetime | None) -> Iterator[Rule]:
    yield _rule("certificate", certificate is not None, "certificate")
    if certificate is None:
        return
    states = certificate.qualified.states_seal
    yield _unknown("qualified", "lists") if states else _rule("qualified", False, "certificate")
    identifier = certificate.organization_identifier
    yield _rule("organisation", bool(identifier), "certificate", identifier)
    yield _rule("in_force", at is None or certificate.valid_at(at), "renew", f"{certificate.valid_to:%Y-%m-%d}")


def _issuer(document: Mapping[str, Any], certificate: Certificate | None) -> Iterator[Rule]:
    issuer = decode(document).issuer
    identifier = issuer.eidas_identifier if isinstance(issuer, Organisation) else None
    notation = identifier.notation if identifier is not None else ""
    own = certificate.organization_identifier if certificate else ""
    yield _rule("issuer_identifier", bool(own) and notation == own, "issuer", notation)
    country = _country(identifier)
    of_seal = _COUNTRIES.get(certificate.country, certificate.country) if certificate else ""
    yield _rule("issuer_country", bool(country) and country == of_seal, "issuer", country)


def _country(identifier: LegalIdentifier | None) -> str:
    """Two letters of ISO 3166-1, or ""."""
    if identifier is None or identifier.spatial is None:
        return ""
    found = vocabulary.country_code(identifier.spatial.id) or ""
    return _COUNTRIES.get(found, found)


def _content(document: Mapping[str, Any]) -> Iterator[Rule]:
    results = [check_profile(document, version=version) for version in ProfileVersion]
    best = min(results, key=lambda result: len(result.profile))
    conforms = any(result.applicable and result.conforms for result in results)
    yield _rule("profile", conforms, "content", "" if conforms else f"{len(best.profile)}")
    declared = document.get("type")
    types = set(declared) if isinstance(declared, list) else {declared}
    yield _rule("type", bool(_TYPES & types), "content")
    yield _rule("subject", isinstance(document.get("credentialSubject"), dict), "content")
    name = document.get("id")
    yield _rule("id", isinstance(name, str) and _URI.fullmatch(name) is not None, "content", str(name or "")[:80])


def exit_code(rules: tuple[Rule, ...]) -> int:
    """0 all met; 1 some not met; 2 none is not met, and some cannot be known here."""
    states = {rule.state for rule in rules}
    return 1 if State.NOT_MET in states else 2 if State.UNKNOWN in states else 0

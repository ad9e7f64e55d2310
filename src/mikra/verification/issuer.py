"""Who issued it: what the credential says, and what the seal's certificate says of its owner.

An EDC issuer bears the `organizationIdentifier` (2.5.4.97, ETSI EN 319 412-1, 5.1.4) of its seal as `eIDASIdentifier`:
whole ("VATES-A00000000"), or as the national number alone ("17207834"). Names are shown and compared, but a name
proves nothing: only the identifier can contradict.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from mikra import vocabulary
from mikra.model import Agent, Credential, LegalIdentifier, Organisation

MANDATE = "http://data.europa.eu/snb/evidence-type/c_18016257"
"""Evidence that one organisation issues on behalf of another (EDC, issuing by mandate)."""

_SEMANTIC = re.compile(r"([A-Z]{3}|[A-Z]{2}:)([A-Z]{2})-(.+)")
"""Kind of register, country, number: EN 319 412-1, 5.1.4."""

_COUNTRIES = {"EL": "GR", "UK": "GB", "XI": "GB"}
"""What VAT numbers call Greece, the United Kingdom and Northern Ireland."""


class Match(StrEnum):
    """Whether the certificate's owner is the issuer that the credential names."""

    SAME = "same"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """What a seal certificate says of its owner. `country` is ISO 3166-1 alpha-2. Any may be empty.

    `controller` is the DID or issuer of a key that was published without a certificate.
    """

    identifier: str = ""
    organisation: str = ""
    common_name: str = ""
    country: str = ""
    controller: str = ""

    @property
    def name(self) -> str:
        return self.organisation or self.common_name or self.controller


@dataclass(frozen=True, slots=True, kw_only=True)
class _Number:
    """A legal identifier taken apart: kind and country are empty where it does not say."""

    kind: str
    country: str
    value: str


def compare(issuer: Agent | None, owner: Owner) -> Match:
    """By identifier alone. SAME if any legal identifier of the issuer is the owner's; OTHER if the eIDAS one differs.

    Identifiers of different registers (a VAT number and a trade register's) cannot be compared: UNKNOWN.
    """
    if not isinstance(issuer, Organisation) or not owner.identifier:
        return Match.UNKNOWN
    own = _number(owner.identifier, owner.country)
    if any(_same(_of(one), own) for one in _legal(issuer)):
        return Match.SAME
    claimed = issuer.eidas_identifier
    if claimed is None or not claimed.notation:
        return Match.UNKNOWN
    kinds = {_of(claimed).kind, own.kind} - {""}
    return Match.OTHER if len(kinds) <= 1 else Match.UNKNOWN


def same_name(names: Iterable[str], owner: Owner) -> bool:
    """Whether any of the names is that of the owner, case and punctuation aside."""
    wanted = {_folded(name) for name in (owner.organisation, owner.common_name) if name}
    return any(_folded(name) in wanted for name in names if name)


def by_mandate(credential: Credential) -> bool:
    """Whether the credential says that it is issued on behalf of another. The sealer's own word."""
    return any(evidence.dc_type is not None and evidence.dc_type.id == MANDATE for evidence in credential.evidence)


def _legal(issuer: Organisation) -> Iterator[LegalIdentifier]:
    yield from (one for one in (issuer.eidas_identifier, issuer.registration) if one is not None)
    yield from issuer.vat_identifier
    yield from issuer.tax_identifier


def _of(identifier: LegalIdentifier) -> _Number:
    country = vocabulary.country_code(identifier.spatial.id) if identifier.spatial else None
    return _number(identifier.notation, country or "")


@lru_cache(maxsize=1024)
def _number(text: str, country: str) -> _Number:
    plain = text.strip().upper()
    match = _SEMANTIC.fullmatch(plain)
    kind, within, value = match.groups() if match else ("", country.upper(), plain)
    value = re.sub(r"[^0-9A-Z]", "", value)
    return _Number(kind=kind, country=_COUNTRIES.get(within, within), value=value)


def _same(one: _Number, own: _Number) -> bool:
    """The same number, in the same register where both say it, of the same country where both say it."""
    if not one.value or one.value != own.value:
        return False
    kinds = {one.kind, own.kind} - {""}
    countries = {one.country, own.country} - {""}
    return len(kinds) <= 1 and len(countries) <= 1


@lru_cache(maxsize=1024)
def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(c for c in plain if c.isalnum())


def issuer_id(document: Mapping[str, Any]) -> str:
    """The identifier of the issuer: `issuer` or its `id` (VC), `iss` (JWT), `holder` of a presentation; or ""."""
    issuer = document.get("issuer", document.get("iss", document.get("holder", "")))
    if isinstance(issuer, Mapping):
        issuer = issuer.get("id", "")
    return issuer if isinstance(issuer, str) else ""

"""Open Badges 3.0, B.1.17 (Profile), B.4.1 (Address), B.1.10 (IdentifierEntry): who takes part in a badge."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mikra import vocabulary
from mikra.conversion.wording import label, said
from mikra.model import Agent, Identifier, Organisation

_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9.\-_]+")
"""What an extended term may not hold: `ext:` and then letters, digits, dot, dash, underscore (OB 3.0, B.6)."""


def extended(name: str) -> str:
    """A name as a term that extends one of the standard's lists."""
    return "ext:" + (_NOT_IN_A_NAME.sub("-", name).strip("-") or "other")


def profile(agent: Agent, language: str, *, own_id: str = "") -> dict[str, Any]:
    """A Profile; `own_id` is the name under which it issues, instead of its id in the EDC."""
    written: dict[str, Any] = {"id": own_id or agent.id, "type": ["Profile"]}
    if name := said(agent.name, language):
        written["name"] = name
    if email := next((m.id.removeprefix("mailto:") for p in agent.contact_point for m in p.email_address), ""):
        written["email"] = email
    pages = agent.homepage if isinstance(agent, Organisation) else ()
    if url := next((page.content_url for page in pages if page.content_url), ""):
        written["url"] = url
    if place := _address(agent, language):
        written["address"] = place
    if identifiers := list(_identifiers(agent)):
        written["otherIdentifier"] = identifiers
    if isinstance(agent, Organisation) and agent.sub_organization_of is not None and agent.sub_organization_of.id:
        written["parentOrg"] = profile(agent.sub_organization_of, language)
    return {name: value for name, value in written.items() if value}


def _address(agent: Agent, language: str) -> dict[str, Any]:
    place = next(iter(agent.location), None)
    if place is None:
        return {}
    written: dict[str, Any] = {}
    first = next(iter(place.address), None)
    if first is not None and first.country_code is not None:
        written["addressCountry"] = label(first.country_code, language)
        written["addressCountryCode"] = vocabulary.country_code(first.country_code.id) or ""
    if regions := [label(code, language) for code in place.spatial_code]:
        written["addressRegion"] = ", ".join(regions)
    if first is not None and first.full_address is not None:
        written["streetAddress"] = said(first.full_address.note_literal, language)
    written = {name: value for name, value in written.items() if value}
    return {"type": ["Address"], **written} if written else {}


def _identifiers(agent: Agent) -> Iterator[dict[str, str]]:
    if isinstance(agent, Organisation):
        if agent.eidas_identifier is not None:
            yield identifier(agent.eidas_identifier.notation, "ext:eIDAS")
        if agent.registration is not None:
            yield identifier(agent.registration.notation, "ext:registration")
        yield from (identifier(one.notation, "ext:VAT") for one in agent.vat_identifier)
        yield from (identifier(one.notation, "ext:tax") for one in agent.tax_identifier)
    yield from (identifier(one.notation, extended(_scheme(one))) for one in agent.identifier if one.notation)


def _scheme(one: Identifier) -> str:
    return one.scheme_name or one.scheme_id.rsplit("/", 1)[-1]


def identifier(value: str, kind: str) -> dict[str, str]:
    """An IdentifierEntry."""
    return {"type": "IdentifierEntry", "identifier": value, "identifierType": kind}

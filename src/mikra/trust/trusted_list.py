"""ETSI TS 119 612 (v2.2.1, v2.3.1): what an EU trusted list says. Clauses 5.3 (scheme), 5.4 (providers), 5.5 and 5.6.

Here the content alone is read. Who signed the list, and that these very bytes are signed, `trusted_list_seal` sees to:
what it opens is what comes here. What a service means for a certificate, at a time, is said in `qualification`.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from xml.etree.ElementTree import Element

from mikra.errors import InputError
from mikra.trust import strict_xml
from mikra.trust.addresses import refuse_address
from mikra.trust.trusted_list_criteria import Qualification, read_qualifications

TSL = "http://uri.etsi.org/02231/v2#"
ADDITIONAL = "http://uri.etsi.org/02231/v2/additionaltypes#"
XML = "http://www.w3.org/XML/1998/namespace"
SIGNATURE = "http://www.w3.org/2000/09/xmldsig# Signature"
ROOT = f"{TSL} TrustServiceStatusList"

_BASE = "http://uri.etsi.org/TrstSvc/TrustedList/"
LIST_OF_LISTS = _BASE + "TSLType/EUlistofthelists"
NATIONAL = _BASE + "TSLType/EUgeneric"
VERSIONS = frozenset({5, 6})
"""TSLVersionIdentifier (5.3.1): 5 of v2.1.1 and v2.2.1, 6 of v2.3.1."""

CA_QC = "http://uri.etsi.org/TrstSvc/Svctype/CA/QC"
QTST = "http://uri.etsi.org/TrstSvc/Svctype/TSA/QTST"
"""5.5.1.1: issues qualified certificates; makes qualified timestamps."""

GRANTED = _BASE + "Svcstatus/granted"
FOR_SEALS = _BASE + "SvcInfoExt/ForeSeals"
"""5.5.9.4: the service issues certificates for seals."""

TSL_MIME = "application/vnd.etsi.tsl+xml"

Texts = Mapping[str, str]
"""Language (BCP 47) -> text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    """5.3.13: where another list is, and who signs it (DER)."""

    location: str
    territory: str
    kind: str
    mime: str
    signers: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """5.5 and 5.6: what a service was from `since` on. `understood` is False where something critical is not ours."""

    kind: str
    status: str
    since: datetime
    certificates: tuple[bytes, ...] = ()
    purposes: frozenset[str] = frozenset()
    qualifications: tuple[Qualification, ...] = ()
    understood: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service of one provider; `states` from the newest to the oldest."""

    provider: Texts = field(hash=False)
    name: Texts = field(hash=False)
    states: tuple[State, ...]

    @property
    def certificates(self) -> tuple[bytes, ...]:
        """Every certificate by which it was ever known; older states may name its key alone."""
        return tuple(dict.fromkeys(der for state in self.states for der in state.certificates))

    def at(self, time: datetime) -> State | None:
        """The state that was in force at `time`; None before the first one."""
        return next((state for state in self.states if state.since <= time), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedList:
    """One list. `next_update` is None where the scheme has ended (5.3.15)."""

    kind: str
    territory: str
    operator: Texts = field(hash=False)
    sequence: int
    issued: datetime
    next_update: datetime | None
    information: tuple[str, ...] = ()
    pointers: tuple[Pointer, ...] = ()
    services: tuple[Service, ...] = ()

    def covers(self, time: datetime) -> bool:
        """Whether the list can speak of `time`: later than its next update there should be another one."""
        return time <= (self.next_update or self.issued)


def read(data: bytes) -> TrustedList:
    """What a list says; `data` are the bytes that its signature covers, in canonical form.

    Raises InputError trusted_list_malformed, or as `strict_xml.outline`.
    """
    root = strict_xml.tree(data)
    if root.tag != _tag("TrustServiceStatusList"):
        raise malformed("This is not a trusted list.", root.tag)
    scheme = _one(root, "SchemeInformation")
    version = _number(scheme, "TSLVersionIdentifier")
    if version not in VERSIONS:
        raise malformed("This version of trusted lists is not read.", str(version))
    return TrustedList(
        kind=_text(scheme, "TSLType"),
        territory=_text(scheme, "SchemeTerritory"),
        operator=_texts(_one(scheme, "SchemeOperatorName")),
        sequence=_number(scheme, "TSLSequenceNumber"),
        issued=_time(_text(scheme, "ListIssueDateTime")),
        next_update=_next_update(scheme),
        information=tuple(_all_text(scheme, f"{_tag('SchemeInformationURI')}/{_tag('URI')}")),
        pointers=tuple(_pointers(scheme)),
        services=tuple(_services(root)),
    )


def refuse_pointers(data: bytes) -> None:
    """UnavailableError `url_not_allowed` where a list, trusted or not, leads to an address that may not be asked."""
    for location in strict_xml.tree(data).iter(_tag("TSLLocation")):
        refuse_address((location.text or "").strip())


def malformed(message: str, found: str = "") -> InputError:
    return InputError(message, found=found[:120], code="trusted_list_malformed")


def _tag(name: str) -> str:
    return f"{{{TSL}}}{name}"


def _one(parent: Element, name: str) -> Element:
    """The one child of that name."""
    found = parent.findall(_tag(name))
    if len(found) != 1:
        raise malformed("A part of the trusted list is missing, or there twice.", name)
    return found[0]


def _text(parent: Element, name: str) -> str:
    return (_one(parent, name).text or "").strip()


def _all_text(parent: Element, path: str) -> Iterator[str]:
    return ((element.text or "").strip() for element in parent.findall(path))


def _number(parent: Element, name: str) -> int:
    text = _text(parent, name)
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise malformed("This is not a number.", f"{name}: {text}")
    return int(text)


def _time(text: str) -> datetime:
    """5.1.4: UTC, to the second."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise malformed("This is not a time.", text) from None
    if moment.tzinfo is None:
        raise malformed("This time has no zone.", text)
    return moment.astimezone(UTC)


def _next_update(scheme: Element) -> datetime | None:
    moment = _one(scheme, "NextUpdate").find(_tag("dateTime"))
    return None if moment is None else _time((moment.text or "").strip())


def _texts(parent: Element) -> Texts:
    """5.1.5: the same in several languages."""
    return {each.get(f"{{{XML}}}lang", ""): (each.text or "").strip() for each in parent.findall(_tag("Name"))}


def _certificates(parent: Element) -> tuple[bytes, ...]:
    """5.5.3: the certificates by which somebody is known. Keys and names alone say less, and are passed over.

    One that cannot be read leads nowhere, so it is left out.
    """
    found = []
    for text in _all_text(parent, f".//{_tag('X509Certificate')}"):
        with suppress(binascii.Error, ValueError):
            found.append(base64.b64decode("".join(text.split()), validate=True))
    return tuple(dict.fromkeys(found))


def _pointers(scheme: Element) -> Iterator[Pointer]:
    for each in scheme.findall(f"{_tag('PointersToOtherTSL')}/{_tag('OtherTSLPointer')}"):
        about = f"{_tag('AdditionalInformation')}/{_tag('OtherInformation')}"
        identities = each.find(_tag("ServiceDigitalIdentities"))
        yield Pointer(
            location=_text(each, "TSLLocation"),
            territory=next(_all_text(each, f"{about}/{_tag('SchemeTerritory')}"), ""),
            kind=next(_all_text(each, f"{about}/{_tag('TSLType')}"), ""),
            mime=next(_all_text(each, f"{about}/{{{ADDITIONAL}}}MimeType"), ""),
            signers=_certificates(identities) if identities is not None else (),
        )


def _services(root: Element) -> Iterator[Service]:
    for provider in root.findall(f"{_tag('TrustServiceProviderList')}/{_tag('TrustServiceProvider')}"):
        names = _texts(_one(_one(provider, "TSPInformation"), "TSPName"))
        for service in provider.findall(f"{_tag('TSPServices')}/{_tag('TSPService')}"):
            current = _one(service, "ServiceInformation")
            past = service.findall(f"{_tag('ServiceHistory')}/{_tag('ServiceHistoryInstance')}")
            states = sorted((_state(each) for each in (current, *past)), key=lambda s: s.since, reverse=True)
            yield Service(provider=names, name=_texts(_one(current, "ServiceName")), states=tuple(states))


def _state(element: Element) -> State:
    extensions = element.findall(f"{_tag('ServiceInformationExtensions')}/{_tag('Extension')}")
    purposes: set[str] = set()
    qualifications: list[Qualification] = []
    understood = True
    for extension in extensions:
        critical = extension.get("Critical", "").strip() in ("true", "1")
        for part in extension:
            if part.tag == _tag("AdditionalServiceInformation"):
                purposes.add(_text(part, "URI"))
            elif part.tag.endswith("}Qualifications"):
                qualifications += read_qualifications(part)
            elif part.tag not in _HARMLESS:
                understood = understood and not critical
    identity = element.find(_tag("ServiceDigitalIdentity"))
    return State(
        kind=_text(element, "ServiceTypeIdentifier"),
        status=_text(element, "ServiceStatus"),
        since=_time(_text(element, "StatusStartingTime")),
        certificates=_certificates(identity) if identity is not None else (),
        purposes=frozenset(purposes),
        qualifications=tuple(qualifications),
        understood=understood,
    )


_HARMLESS = frozenset({_tag("ExpiredCertsRevocationInfo"), _tag("TakenOverBy"), f"{{{ADDITIONAL}}}TakenOverBy"})
"""5.5.9.1 and 5.5.9.3: they say nothing about what a certificate is."""

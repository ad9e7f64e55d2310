"""Trusted lists of a simulated Europe: the list of the lists, pivots, national lists; and what can be wrong with them.

The format is that of ETSI TS 119 612. The signature is made by hand, so that what reads it is another program.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from mikra.trust.trusted_list import LIST_OF_LISTS, NATIONAL, TSL_MIME
from tests.simulators import authorities
from tests.simulators.authorities import Holder

BASE = "http://uri.etsi.org/TrstSvc/TrustedList/"
GRANTED, WITHDRAWN = f"{BASE}Svcstatus/granted", f"{BASE}Svcstatus/withdrawn"
FOR_SEALS, FOR_SIGNATURES = f"{BASE}SvcInfoExt/ForeSeals", f"{BASE}SvcInfoExt/ForeSignatures"
CA_QC, QTST = "http://uri.etsi.org/TrstSvc/Svctype/CA/QC", "http://uri.etsi.org/TrstSvc/Svctype/TSA/QTST"

NAMESPACES = (
    'xmlns="http://uri.etsi.org/02231/v2#" xmlns:tslx="http://uri.etsi.org/02231/v2/additionaltypes#" '
    'xmlns:sie="http://uri.etsi.org/TrstSvc/SvcInfoExt/eSigDir-1999-93-EC-TrustedList/#" '
    'xmlns:xades="http://uri.etsi.org/01903/v1.3.2#"'
)

LOTL_URL = "https://lists.example.test/lotl.xml"
ISSUED = datetime(2026, 5, 1, tzinfo=UTC)
NEXT = datetime(2026, 10, 1, tzinfo=UTC)
SINCE = datetime(2016, 6, 30, 22, tzinfo=UTC)


@cache
def operator(label: str, kind: str = "P-256") -> Holder:
    """Somebody who signs lists, under a certificate of its own."""
    return authorities.self_issued(authorities.key(kind, label), authorities.seal_plan(label, qualified=False))


@dataclass(frozen=True, kw_only=True)
class Said:
    """Qualifiers for the certificates that meet the criteria (XML)."""

    qualifiers: Sequence[str]
    criteria: str = '<sie:CriteriaList assert="all"><sie:KeyUsage><sie:KeyUsageBit name="digitalSignature">true</sie:KeyUsageBit></sie:KeyUsage></sie:CriteriaList>'  # noqa: E501

    def xml(self) -> str:
        named = "".join(f'<sie:Qualifier uri="{BASE}SvcInfoExt/{q}"/>' for q in self.qualifiers)
        return (
            f"<sie:QualificationElement><sie:Qualifiers>{named}</sie:Qualifiers>{self.criteria}"
            "</sie:QualificationElement>"
        )


@dataclass(frozen=True, kw_only=True)
class StateXml:
    """One state of a service."""

    status: str = GRANTED
    since: datetime = SINCE
    kind: str = CA_QC
    purposes: Sequence[str] = (FOR_SEALS,)
    said: Sequence[Said] = ()
    extra: str = ""

    def xml(self, name: str, certificates: Sequence[bytes], *, bare: bool = False) -> str:
        identity = "" if bare else "".join(_digital_id(der) for der in certificates)
        identity += "<DigitalId><X509SKI>MTIz</X509SKI></DigitalId>" if bare else ""
        extensions = "".join(
            f'<Extension Critical="true"><AdditionalServiceInformation><URI xml:lang="en">{uri}</URI>'
            "</AdditionalServiceInformation></Extension>"
            for uri in self.purposes
        )
        if self.said:
            said = "".join(each.xml() for each in self.said)
            extensions += f'<Extension Critical="true"><sie:Qualifications>{said}</sie:Qualifications></Extension>'
        return (
            f"<ServiceTypeIdentifier>{self.kind}</ServiceTypeIdentifier>{_names('ServiceName', name)}"
            f"<ServiceDigitalIdentity>{identity}</ServiceDigitalIdentity><ServiceStatus>{self.status}</ServiceStatus>"
            f"<StatusStartingTime>{_time(self.since)}</StatusStartingTime>"
            f"<ServiceInformationExtensions>{extensions}{self.extra}</ServiceInformationExtensions>"
        )


@dataclass(frozen=True, kw_only=True)
class ServiceXml:
    """One service: its states from the newest on; older ones name its key alone, as lists do."""

    certificates: Sequence[bytes]
    states: Sequence[StateXml] = (StateXml(),)
    name: str = "Certificates for seals"

    def xml(self) -> str:
        current, *past = self.states
        history = "".join(
            f"<ServiceHistoryInstance>{s.xml(self.name, self.certificates, bare=True)}</ServiceHistoryInstance>"
            for s in past
        )
        return (
            f"<TSPService><ServiceInformation>{current.xml(self.name, self.certificates)}</ServiceInformation>"
            f"<ServiceHistory>{history}</ServiceHistory></TSPService>"
        )


@dataclass(frozen=True, kw_only=True)
class PointerXml:
    """Where another list is, and who signs it."""

    location: str
    territory: str
    signers: Sequence[bytes]
    kind: str = NATIONAL

    def xml(self) -> str:
        identities = "".join(f"<ServiceDigitalIdentity>{_digital_id(d)}</ServiceDigitalIdentity>" for d in self.signers)
        about = (
            f"<TSLType>{self.kind}</TSLType>",
            f"<SchemeTerritory>{self.territory}</SchemeTerritory>",
            f"<tslx:MimeType>{TSL_MIME}</tslx:MimeType>",
        )
        return (
            f"<OtherTSLPointer><ServiceDigitalIdentities>{identities}</ServiceDigitalIdentities>"
            f"<TSLLocation>{self.location}</TSLLocation><AdditionalInformation>"
            + "".join(f"<OtherInformation>{each}</OtherInformation>" for each in about)
            + "</AdditionalInformation></OtherTSLPointer>"
        )


@dataclass(frozen=True, kw_only=True)
class ListXml:
    """One list, before it is signed."""

    kind: str = NATIONAL
    territory: str = "IE"
    operator: str = "Office for Trust"
    sequence: int = 7
    issued: datetime = ISSUED
    next_update: datetime | None = NEXT
    version: int = 5
    information: Sequence[str] = ("https://lists.example.test/about",)
    pointers: Sequence[PointerXml] = ()
    services: Sequence[ServiceXml] = ()
    provider: str = "Trust & Sons"
    identifier: str = "tl"

    def xml(self) -> bytes:
        information = "".join(f'<URI xml:lang="en">{uri}</URI>' for uri in self.information)
        moment = f"<dateTime>{_time(self.next_update)}</dateTime>" if self.next_update else ""
        services = "".join(service.xml() for service in self.services)
        provider = self.provider.replace("&", "&amp;")
        providers = (
            f"<TrustServiceProviderList><TrustServiceProvider><TSPInformation>{_names('TSPName', provider)}"
            f"</TSPInformation><TSPServices>{services}</TSPServices></TrustServiceProvider></TrustServiceProviderList>"
        )
        return (
            f'<?xml version="1.0" encoding="UTF-8"?><TrustServiceStatusList {NAMESPACES} Id="{self.identifier}" '
            f'TSLTag="http://uri.etsi.org/19612/TSLTag"><SchemeInformation>'
            f"<TSLVersionIdentifier>{self.version}</TSLVersionIdentifier>"
            f"<TSLSequenceNumber>{self.sequence}</TSLSequenceNumber><TSLType>{self.kind}</TSLType>"
            f"{_names('SchemeOperatorName', self.operator)}{_names('SchemeName', 'Lists')}"
            f"<SchemeInformationURI>{information}</SchemeInformationURI>"
            f"<SchemeTerritory>{self.territory}</SchemeTerritory>"
            f"<PointersToOtherTSL>{''.join(p.xml() for p in self.pointers)}</PointersToOtherTSL>"
            f"<ListIssueDateTime>{_time(self.issued)}</ListIssueDateTime><NextUpdate>{moment}</NextUpdate>"
            f"</SchemeInformation>{providers if self.services else ''}</TrustServiceStatusList>"
        ).encode()


DS = "http://www.w3.org/2000/09/xmldsig#"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = f"{DS}enveloped-signature"


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How a list is signed; each member is a chance to do it wrong."""

    uri: str = "#tl"
    transforms: Sequence[str] = (ENVELOPED, EXCLUSIVE)
    method: str = ""
    digest: str = "sha256"
    properties: bool = True
    more_references: str = ""


def sign(xml: bytes, signer: Holder, manner: Manner | None = None) -> bytes:
    """Sign a list as its operator does: enveloped, over the whole root, in exclusive canonical form (XAdES B-B)."""
    from lxml import etree

    how = manner or Manner()
    root = etree.fromstring(xml)
    digests = {"sha256": "http://www.w3.org/2001/04/xmlenc#sha256", "sha1": f"{DS}sha1"}
    rsa_key = isinstance(signer.key, rsa.RSAPrivateKey)
    method = how.method or f"http://www.w3.org/2001/04/xmldsig-more#{'rsa' if rsa_key else 'ecdsa'}-sha256"

    def digest(element: Any) -> str:
        data = etree.tostring(element, method="c14n", exclusive=True)
        return base64.b64encode(hashlib.new(how.digest, data).digest()).decode()

    def reference(uri: str, value: str, transforms: Sequence[str], kind: str = "") -> str:
        steps = "".join(f'<ds:Transform Algorithm="{each}"/>' for each in transforms)
        return (
            f'<ds:Reference URI="{uri}"{kind}><ds:Transforms>{steps}</ds:Transforms>'
            f'<ds:DigestMethod Algorithm="{digests[how.digest]}"/><ds:DigestValue>{value}</ds:DigestValue>'
            "</ds:Reference>"
        )

    whole = digest(root)
    certificate = base64.b64encode(signer.der).decode()
    properties = '<xades:SignedProperties Id="props"><xades:SignedSignatureProperties/></xades:SignedProperties>'
    frame = (
        f'<ds:Signature xmlns:ds="{DS}" Id="sig"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{EXCLUSIVE}"/>'
        f'<ds:SignatureMethod Algorithm="{method}"/>%s</ds:SignedInfo><ds:SignatureValue>%s</ds:SignatureValue>'
        f"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
        f'<ds:Object><xades:QualifyingProperties xmlns:xades="http://uri.etsi.org/01903/v1.3.2#" Target="#sig">'
        f"{properties}</xades:QualifyingProperties></ds:Object></ds:Signature>"
    )

    def attach(references: str, value: str) -> Any:
        for old in root.findall(f"{{{DS}}}Signature"):
            root.remove(old)
        root.append(etree.fromstring(frame % (references, value)))
        return root[-1]

    props = attach("", "AA==").find(".//{http://uri.etsi.org/01903/v1.3.2#}SignedProperties")
    references = reference(how.uri, whole, how.transforms)
    if how.properties:
        kind = ' Type="http://uri.etsi.org/01903#SignedProperties"'
        references += reference("#props", digest(props), (EXCLUSIVE,), kind)
    signed_info = attach(references + how.more_references, "AA==")[0]
    value = _sign(etree.tostring(signed_info, method="c14n", exclusive=True), signer, "sha1" in method)
    attach(references + how.more_references, base64.b64encode(value).decode())
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _sign(data: bytes, signer: Holder, old: bool) -> bytes:
    algorithm = hashes.SHA1() if old else hashes.SHA256()
    if isinstance(signer.key, rsa.RSAPrivateKey):
        return signer.key.sign(data, padding.PKCS1v15(), algorithm)
    r, s = decode_dss_signature(signer.key.sign(data, ec.ECDSA(algorithm)))
    size = (signer.key.key_size + 7) // 8
    return r.to_bytes(size) + s.to_bytes(size)


def _digital_id(der: bytes) -> str:
    text = base64.b64encode(der).decode()
    lines = "\n".join(text[i : i + 76] for i in range(0, len(text), 76))
    return f"<DigitalId><X509Certificate>{lines}</X509Certificate></DigitalId>"


def _names(element: str, text: str) -> str:
    return f'<{element}><Name xml:lang="en">{text}</Name></{element}>'


def _time(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment else ""


COMMISSION, OFFICE = "Commission", "Office"


def services(*, states: Sequence[StateXml] = (StateXml(),)) -> tuple[ServiceXml, ...]:
    """The authority of the simulated seals, and a timestamp authority."""
    tst = StateXml(kind=QTST, purposes=())
    return (
        ServiceXml(certificates=(authorities.intermediate().der,), states=states),
        ServiceXml(certificates=(authorities.root("Simulated clock").der,), states=(tst,), name="Timestamps"),
    )


@dataclass(frozen=True, kw_only=True)
class Lists:
    """The published lists of a simulated Europe: address -> signed bytes."""

    files: dict[str, bytes] = field(default_factory=dict)
    signers: tuple[bytes, ...] = ()


def published(
    *countries: ListXml,
    sequence: int = 300,
    change: Callable[[ListXml], bytes] | None = None,
    next_update: datetime | None = NEXT,
) -> Lists:
    """A list of the lists with these countries (one, Ireland, by default), signed. `change` signs national lists."""
    office = operator(OFFICE)
    chosen = countries or (ListXml(services=services()),)
    locations = {each.territory: f"https://{each.territory.lower()}.example.test/tl.xml" for each in chosen}
    pointers = [
        PointerXml(location=locations[each.territory], territory=each.territory, signers=(office.der,))
        for each in chosen
    ]
    own = PointerXml(location=LOTL_URL, territory="EU", signers=(operator(COMMISSION).der,), kind=LIST_OF_LISTS)
    lotl = ListXml(
        kind=LIST_OF_LISTS,
        territory="EU",
        operator="European Commission",
        sequence=sequence,
        pointers=(own, *pointers),
        next_update=next_update,
        services=(),
    )
    make = change or (lambda each: sign(each.xml(), office))
    files = {locations[each.territory]: make(each) for each in chosen}
    return Lists(files=files | {LOTL_URL: sign(lotl.xml(), operator(COMMISSION))}, signers=(operator(COMMISSION).der,))

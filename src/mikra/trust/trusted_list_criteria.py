"""ETSI TS 119 612, 5.5.9.2: which certificates of a service a list speaks of, and what it says of them.

A criterion that is not understood is neither met nor missed: what hangs on it stays undecided.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from xml.etree.ElementTree import Element

from cryptography import x509

SIE = "http://uri.etsi.org/TrstSvc/SvcInfoExt/eSigDir-1999-93-EC-TrustedList/#"
_QUALIFIERS = "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/"

_BITS = {
    "digitalSignature": "digital_signature",
    "nonRepudiation": "content_commitment",
    "keyEncipherment": "key_encipherment",
    "dataEncipherment": "data_encipherment",
    "keyAgreement": "key_agreement",
    "keyCertSign": "key_cert_sign",
    "crlSign": "crl_sign",
    "encipherOnly": "encipher_only",
    "decipherOnly": "decipher_only",
}
"""Names of RFC 5280, 4.2.1.3, as the list writes them and as `cryptography` does."""


class Qualifier(StrEnum):
    """5.5.9.2.3: what may be said of certificates, in the place of what they say of themselves."""

    QC_STATEMENT = "QCStatement"
    NOT_QUALIFIED = "NotQualified"
    FOR_SIGNATURES = "QCForESig"
    FOR_SEALS = "QCForESeal"
    FOR_WEB = "QCForWSA"
    FOR_LEGAL_PERSON = "QCForLegalPerson"
    WITH_DEVICE = "QCWithQSCD"
    NO_DEVICE = "QCNoQSCD"
    DEVICE_AS_STATED = "QCQSCDStatusAsInCert"
    DEVICE_MANAGED = "QCQSCDManagedOnBehalf"
    WITH_SSCD = "QCWithSSCD"
    NO_SSCD = "QCNoSSCD"
    SSCD_AS_STATED = "QCSSCDStatusAsInCert"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """As much of a certificate as criteria ask for: dotted OIDs; `usages` is None where it states none."""

    policies: frozenset[str] = frozenset()
    usages: frozenset[str] | None = None
    purposes: frozenset[str] = frozenset()
    subject: frozenset[str] = frozenset()


def leaf_of(certificate: x509.Certificate) -> Leaf:
    """The facts of a certificate whose extensions can be read."""
    policies: frozenset[str] = frozenset()
    usages: frozenset[str] | None = None
    purposes: frozenset[str] = frozenset()
    for extension in certificate.extensions:
        value = extension.value
        if isinstance(value, x509.CertificatePolicies):
            policies = frozenset(policy.policy_identifier.dotted_string for policy in value)
        elif isinstance(value, x509.KeyUsage):
            usages = frozenset(name for name, attribute in _BITS.items() if _bit(value, attribute))
        elif isinstance(value, x509.ExtendedKeyUsage):
            purposes = frozenset(purpose.dotted_string for purpose in value)
    subject = frozenset(attribute.oid.dotted_string for attribute in certificate.subject)
    return Leaf(policies=policies, usages=usages, purposes=purposes, subject=subject)


def _bit(usage: x509.KeyUsage, attribute: str) -> bool:
    if attribute in ("encipher_only", "decipher_only") and not usage.key_agreement:
        return False
    return bool(getattr(usage, attribute))


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """All of these policies."""

    wanted: frozenset[str]

    def met(self, leaf: Leaf) -> bool | None:
        return self.wanted <= leaf.policies


@dataclass(frozen=True, slots=True, kw_only=True)
class Usages:
    """Key usages that must be there, and that must not."""

    wanted: frozenset[str]
    unwanted: frozenset[str]

    def met(self, leaf: Leaf) -> bool | None:
        return leaf.usages is not None and self.wanted <= leaf.usages and not self.unwanted & leaf.usages


@dataclass(frozen=True, slots=True, kw_only=True)
class Purposes:
    """All of these extended key usages."""

    wanted: frozenset[str]

    def met(self, leaf: Leaf) -> bool | None:
        return self.wanted <= leaf.purposes


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """All of these attributes in the name of its holder."""

    wanted: frozenset[str]

    def met(self, leaf: Leaf) -> bool | None:
        return self.wanted <= leaf.subject


@dataclass(frozen=True, slots=True)
class Unknown:
    """A criterion that we cannot read."""

    def met(self, leaf: Leaf) -> bool | None:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """5.5.9.2.2.1: `rule` is all, atLeastOne or none. No criteria at all decide nothing."""

    rule: str
    parts: tuple[Criterion, ...]

    def met(self, leaf: Leaf) -> bool | None:
        found = [part.met(leaf) for part in self.parts]
        if not found:
            return None
        match self.rule:
            case "all":
                return False if False in found else None if None in found else True
            case "atLeastOne":
                return True if True in found else None if None in found else False
            case "none":
                return False if True in found else None if None in found else True
        return None


Criterion = Policies | Usages | Purposes | Subject | Unknown | Criteria


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualification:
    """What is said (`qualifiers`; an unknown one is left as it stands) of the certificates that meet `criteria`."""

    qualifiers: frozenset[str]
    criteria: Criteria


def read_qualifications(element: Element) -> Iterator[Qualification]:
    """5.5.9.2: each `QualificationElement`."""
    for each in element.findall(f"{{{SIE}}}QualificationElement"):
        named = each.findall(f"{{{SIE}}}Qualifiers/{{{SIE}}}Qualifier")
        criteria = each.find(f"{{{SIE}}}CriteriaList")
        yield Qualification(
            qualifiers=frozenset(q.get("uri", "").strip().removeprefix(_QUALIFIERS) for q in named),
            criteria=_criteria(criteria) if criteria is not None else Criteria(rule="all", parts=()),
        )


def _criteria(element: Element) -> Criteria:
    return Criteria(rule=element.get("assert", "all"), parts=tuple(_parts(element)))


def _parts(element: Element) -> Iterator[Criterion]:
    for part in element:
        match _local(part):
            case "KeyUsage":
                yield _usages(part)
            case "PolicySet":
                yield Policies(wanted=frozenset(_identifiers(part)))
            case "CriteriaList":
                yield _criteria(part)
            case "otherCriteriaList":
                yield from _others(part)
            case "Description":
                pass
            case _:
                yield Unknown()


def _others(element: Element) -> Iterator[Criterion]:
    for part in element:
        match _local(part):
            case "CertSubjectDNAttribute":
                yield Subject(wanted=frozenset(_identifiers(part)))
            case "ExtendedKeyUsage":
                yield Purposes(wanted=frozenset(_identifiers(part)))
            case _:
                yield Unknown()


def _usages(element: Element) -> Usages | Unknown:
    bits = [(bit.get("name", ""), (bit.text or "").strip() in ("true", "1")) for bit in element]
    if any(name not in _BITS for name, _ in bits):
        return Unknown()
    return Usages(
        wanted=frozenset(name for name, on in bits if on), unwanted=frozenset(name for name, on in bits if not on)
    )


def _identifiers(element: Element) -> Iterable[str]:
    """OIDs, plain or as URNs (XAdES, `ObjectIdentifierType`)."""
    for each in element.iter():
        if _local(each) == "Identifier":
            yield (each.text or "").strip().removeprefix("urn:oid:")


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]

"""XML signatures of trusted lists (W3C XML-DSig 1.1; ETSI TS 119 612, 5.7.1): who signed, and exactly which element.

     1. the file is read strictly (`strict_xml`); its root is a trusted list, and no other stands in it
     2. there is one signature, and it is a child of the root
     3. it covers the whole root, itself left out, in canonical form; nothing else is done to the root before
     4. it is made with a sound method, and with the key of a certificate that we were told beforehand
     5. what is read afterwards are the very bytes that it covers

The certificate in the signature decides nothing. Its dates do not either: the one who names it vouches for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from xml.etree.ElementTree import Element

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from mikra.errors import InputError, UnavailableError
from mikra.trust import strict_xml, trusted_list
from mikra.trust.certificates import fingerprint, load
from mikra.trust.trusted_list import ROOT, SIGNATURE, TrustedList, malformed

DS = "http://www.w3.org/2000/09/xmldsig#"
_DS = f"{{{DS}}}"

_TRANSFORMS = frozenset(
    {
        f"{DS}enveloped-signature",
        "http://www.w3.org/2001/10/xml-exc-c14n#",
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
        "http://www.w3.org/2006/12/xml-c14n11",
    }
)
"""TS 119 612, B.1 and XML-DSig: leave the signature out, then one canonical form without comments."""

_MOST_REFERENCES = 4
"""The list, and of the signature itself its properties (ETSI EN 319 132-1, 4.3) and its key information."""

_METHODS = frozenset(
    {
        *(f"RSA_SHA{size}" for size in (256, 384, 512)),
        *(f"SHA{size}_RSA_MGF1" for size in (256, 384, 512)),
        *(f"ECDSA_SHA{size}" for size in (256, 384, 512)),
    }
)
"""Names in signxml. TS 119 312, 7: no SHA-1, no DSA."""
_DIGESTS = frozenset({"SHA256", "SHA384", "SHA512"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A list whose signature holds, and the fingerprint of the certificate that it holds under."""

    content: TrustedList
    signer: str
    data: bytes


def open_list(data: bytes, signers: Sequence[bytes]) -> Opened:
    """The list in `data`, signed by one of `signers` (DER).

    Raises InputError: trusted_list_unsigned, trusted_list_malformed, signature_invalid (none of them signed this), and
    as `strict_xml.outline`; UnavailableError where the extra that checks XML signatures is not installed.
    """
    refuse_odd_form(data)
    for der in signers:
        certificate = load(der)
        signed = _signed_bytes(data, certificate) if certificate is not None else None
        if signed is not None:
            return Opened(content=trusted_list.read(signed), signer=fingerprint(der), data=data)
    raise InputError(
        "Nobody whom we know signed this trusted list as it stands.",
        expected="the signature of one of the certificates that the list of lists names",
        code="signature_invalid",
    )


def refuse_odd_form(data: bytes) -> None:
    """1 to 3: whether one reading only is possible. Raises as `open_list`, but for the signature itself."""
    outline = strict_xml.outline(data)
    if outline.root != ROOT or outline.nested.get(ROOT):
        raise malformed("This is not one trusted list.", outline.root)
    signatures = outline.nested.get(SIGNATURE, 0)
    if not signatures:
        raise InputError("This trusted list is not signed.", code="trusted_list_unsigned")
    signature = strict_xml.tree(data).find(f"{_DS}Signature")
    if signatures != 1 or signature is None:
        raise malformed("The signature does not stand alone under the list.", f"{signatures} signatures")
    _refuse_references(signature, outline.root_id)


def _refuse_references(signature: Element, root_id: str) -> None:
    """One reference covers the list; any other only parts of the signature itself (its properties, its key)."""
    own = {f"#{each.get('Id')}" for each in signature.iter() if each.get("Id")}
    references = signature.findall(f"{_DS}SignedInfo/{_DS}Reference")
    covering = [r for r in references if r.get("URI") not in own]
    if len(covering) != 1 or len(references) > _MOST_REFERENCES:
        raise malformed("The signature covers other things than the list.", f"{len(references)} references")
    uri = covering[0].get("URI")
    if uri not in ("", f"#{root_id}" if root_id else ""):
        raise malformed("The signature does not cover the whole list.", uri or "")
    named = [transform.get("Algorithm", "") for transform in covering[0].iter(f"{_DS}Transform")]
    if not set(named) <= _TRANSFORMS or f"{DS}enveloped-signature" not in named or len(named) > 2:
        raise malformed("The list is changed before its signature is checked.", " ".join(named))


def _signed_bytes(data: bytes, certificate: x509.Certificate) -> bytes | None:
    """4 and 5: the canonical bytes of the root that the key of `certificate` signed; None where it did not."""
    try:
        signxml, errors, etree = (import_module(name) for name in ("signxml", "signxml.exceptions", "lxml.etree"))
    except ImportError:
        raise UnavailableError(
            "Trusted lists cannot be checked without another part of Mikra.", fix="Install mikra[trust]."
        ) from None
    known = (errors.SignXMLException, InvalidSignature, UnsupportedAlgorithm, etree.LxmlError)
    try:
        found = signxml.XMLVerifier().verify(data, x509_cert=certificate, expect_config=_config(signxml, certificate))
    except (*known, ValueError, KeyError, TypeError, AttributeError):
        return None
    whole = [each.signed_data for each in _several(found) if _is_root(each.signed_xml)]
    return bytes(whole[0]) if len(whole) == 1 else None


def _config(signxml: Any, certificate: x509.Certificate) -> Any:
    """The dates of the certificate are those of its owner's business: who named it, names its successor."""
    return signxml.SignatureConfiguration(
        location="./",
        expect_references=True,
        signature_methods=frozenset(m for m in signxml.SignatureMethod if m.name in _METHODS),
        digest_algorithms=frozenset(d for d in signxml.DigestAlgorithm if d.name in _DIGESTS),
        ignore_ambiguous_key_info=True,  # a key beside the certificate decides nothing: ours is given
        verification_time=certificate.not_valid_before_utc,
    )


def _several(found: Any) -> Iterator[Any]:
    yield from found if isinstance(found, list) else [found]


def _is_root(element: Any) -> bool:
    return element is not None and element.tag == f"{{{trusted_list.TSL}}}TrustServiceStatusList"

"""RFC 5652 (CMS) and ETSI EN 319 122-1 (CAdES): detached seals over the digest of a file, made and checked.

A seal is whole when all of this holds, and `check` names the first that does not by its code:

    1. it is DER of one SignedData over detached data, with one signer and nothing after it   signature_invalid
    2. its digest is SHA-256, SHA-384 or SHA-512                                              jws_alg_not_allowed
    3. the certificate that the signed attributes name (ESSCertID, RFC 5035) is in it         certificate_mismatch
    4. the signed attributes carry the digest of what is sealed                               signature_invalid
    5. the signature over them holds, by a key that is long enough                            signature_invalid
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from mikra.errors import InputError
from mikra.public_keys.certificate import UNREADABLE, parsed
from mikra.public_keys.strength import MAX_RSA_BITS, MIN_RSA_BITS
from mikra.sealing.algorithms import der_signature
from mikra.sealing.keys import Signer

HASHES: Mapping[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
BROKEN = (*UNREADABLE, KeyError, IndexError, AttributeError, OverflowError, RecursionError)
"""What reading DER that is none raises, from two libraries."""

_MECHANISMS = {
    "RS256": ("sha256", "sha256_rsa"),
    "ES256": ("sha256", "sha256_ecdsa"),
    "ES384": ("sha384", "sha384_ecdsa"),
    "EdDSA": ("sha512", "ed25519"),
}
"""JWS name -> digest of the signed attributes (RFC 8419, 3.1 for Ed25519), and the name of the signature algorithm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A seal, read. Certificates are DER, the sealer's apart; `tokens` are the timestamps over `signature`."""

    signature: bytes
    algorithm: str
    digest: str
    certificate: bytes
    chain: tuple[bytes, ...]
    tokens: tuple[bytes, ...]
    message_digest: bytes
    signed: bytes
    mechanism: Any


class BrokenSealError(Exception):
    """A step of the list above did not hold; `code` is one of `codes.CODES`."""

    def __init__(self, code: str) -> None:
        self.code = code


def digest_name(signer: Signer) -> str:
    """The digest under which this signer seals files. Raises InputError for a kind of key that cannot."""
    if signer.algorithm not in _MECHANISMS:
        raise InputError(
            "Keys of this kind cannot seal a PDF file here.",
            found=signer.algorithm,
            expected=", ".join(_MECHANISMS),
            code="key_type_not_supported",
        )
    return _MECHANISMS[signer.algorithm][0]


def build(signer: Signer, message_digest: bytes, *, timestamp: Callable[[bytes], bytes] | None = None) -> bytes:
    """A seal (DER) over data of that digest, as CAdES B-B; B-T where `timestamp` gives a token over the signature.

    No signing time stands in it: in a PDF file that is the entry M of the dictionary around it (EN 319 142-1, 6.3).
    """
    from asn1crypto import cms
    from asn1crypto import x509 as asn1

    leaf = asn1.Certificate.load(signer.certificate)
    digest, mechanism = _MECHANISMS[signer.algorithm]
    attributes = cms.CMSAttributes(_signed_attributes(message_digest, leaf, digest))
    signature = der_signature(signer.algorithm, signer.sign(attributes.dump()))
    info = {
        "version": "v1",
        "sid": cms.SignerIdentifier(
            {"issuer_and_serial_number": {"issuer": leaf.issuer, "serial_number": leaf.serial_number}}
        ),
        "digest_algorithm": {"algorithm": digest},
        "signed_attrs": attributes,
        "signature_algorithm": {"algorithm": mechanism},
        "signature": signature,
    }
    if timestamp is not None:
        token = cms.ContentInfo.load(timestamp(signature))
        info["unsigned_attrs"] = [{"type": "signature_time_stamp_token", "values": [token]}]
    above = [c for c in map(asn1.Certificate.load, signer.chain) if c.subject != c.issuer]
    signed = {
        "version": "v1",
        "digest_algorithms": [{"algorithm": digest}],
        "encap_content_info": {"content_type": "data"},
        "certificates": [cms.CertificateChoices(name="certificate", value=c) for c in (leaf, *above)],
        "signer_infos": [info],
    }
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed)}).dump())


def _signed_attributes(message_digest: bytes, leaf: Any, digest: str) -> list[dict[str, Any]]:
    """EN 319 122-1, 5.1 and 5.2.2: content type, digest, and which certificate sealed (RFC 5035, 3)."""
    certificate = {"cert_hash": hashlib.sha256(leaf.dump()).digest()}
    return [
        {"type": "content_type", "values": ["data"]},
        {"type": "message_digest", "values": [message_digest]},
        {"type": "signing_certificate_v2", "values": [{"certs": [certificate]}]},
    ]


def read(der: bytes) -> Parts:
    """The parts of a seal. Raises BrokenSealError by steps 1 to 3."""
    try:
        return _read(der)
    except BROKEN:
        raise BrokenSealError("signature_invalid") from None


def _read(der: bytes) -> Parts:
    from asn1crypto import cms

    message = cms.ContentInfo.load(der, strict=True)
    signed = message["content"]
    inside = signed["encap_content_info"]
    detached = inside["content_type"].native == "data" and inside["content"].native is None
    if message["content_type"].native != "signed_data" or not detached or len(signed["signer_infos"]) != 1:
        raise ValueError("not one signer over detached data")
    signer = signed["signer_infos"][0]
    digest = signer["digest_algorithm"]["algorithm"].native
    if digest not in HASHES:
        raise BrokenSealError("jws_alg_not_allowed")
    attributes = attributes_of(signer)
    if attributes["content_type"].native != "data":
        raise ValueError("the attributes are about something else")
    listed = tuple(c.chosen.dump() for c in signed["certificates"] or () if c.name == "certificate")
    certificate = _sealers(attributes, signer, listed)
    return Parts(
        signature=signer["signature"].native,
        algorithm=_jws_name(signer["signature_algorithm"], digest),
        digest=digest,
        certificate=certificate,
        chain=tuple(c for c in listed if c != certificate),
        tokens=tuple(_tokens(signer)),
        message_digest=attributes["message_digest"].native,
        signed=b"\x31" + signer["signed_attrs"].dump()[1:],  # RFC 5652, 5.4: as SET OF, not as [0]
        mechanism=signer["signature_algorithm"],
    )


def attributes_of(signer: Any) -> dict[str, Any]:
    """The signed attributes of a SignerInfo, each with its one value. ValueError where one is there twice."""
    found: dict[str, Any] = {}
    for attribute in signer["signed_attrs"]:
        name = attribute["type"].native
        if name in found or len(attribute["values"]) != 1:
            raise ValueError("an attribute twice")
        found[name] = attribute["values"][0]
    return found


def _sealers(attributes: Mapping[str, Any], signer: Any, listed: tuple[bytes, ...]) -> bytes:
    """The certificate that the signed attributes name; older seals name none, and then the SignerInfo counts."""
    named = attributes.get("signing_certificate_v2") or attributes.get("signing_certificate")
    if named is None:
        return next((c for c in listed if _is_of(c, signer["sid"])), None) or _missing()
    first = named["certs"][0]
    digest = first["hash_algorithm"]["algorithm"].native if "signing_certificate_v2" in attributes else "sha1"
    if digest not in {*HASHES, "sha1"} or (digest == "sha1" and "signing_certificate_v2" in attributes):
        raise BrokenSealError("jws_alg_not_allowed")
    wanted = first["cert_hash"].native
    return next((c for c in listed if hashlib.new(digest, c).digest() == wanted), None) or _missing()


def _is_of(certificate: bytes, sid: Any) -> bool:
    from asn1crypto import x509 as asn1

    one = asn1.Certificate.load(certificate)
    if sid.name == "issuer_and_serial_number":
        return bool(one.issuer == sid.chosen["issuer"] and one.serial_number == sid.chosen["serial_number"].native)
    return bool(one.key_identifier == sid.chosen.native)


def _missing() -> bytes:
    raise BrokenSealError("certificate_mismatch")


def _tokens(signer: Any) -> list[bytes]:
    found = []
    for attribute in signer["unsigned_attrs"] or ():
        if attribute["type"].native == "signature_time_stamp_token":
            found += [bytes(value.dump()) for value in attribute["values"]]
    return found


def _jws_name(mechanism: Any, digest: str) -> str:
    """The JWS name of a signature algorithm, for whoever allows only some of them; what has none by its own name."""
    scheme, size = mechanism.signature_algo, digest.removeprefix("sha")
    prefix = {"rsassa_pkcs1v15": "RS", "rsassa_pss": "PS", "ecdsa": "ES"}.get(scheme)
    return f"{prefix}{size}" if prefix else "EdDSA" if scheme == "ed25519" else str(scheme)


def check(parts: Parts, data: bytes) -> None:
    """Steps 4 and 5. Raises BrokenSealError."""
    if hashlib.new(parts.digest, data).digest() != parts.message_digest:
        raise BrokenSealError("signature_invalid")
    try:
        key = parsed(parts.certificate).public_key()
        verify(key, parts.signature, parts.signed, parts.mechanism, parts.digest)
    except UnsupportedAlgorithm:
        raise BrokenSealError("jws_alg_not_allowed") from None
    except (InvalidSignature, *BROKEN):
        raise BrokenSealError("signature_invalid") from None


def verify(key: object, signature: bytes, data: bytes, algorithm: Any, digest: str) -> None:
    """One signature of CMS. The digest of the signature, where it names one, is that of the message.

    Raises InvalidSignature; UnsupportedAlgorithm where method and key do not go together, or the key is too short.
    """
    scheme = algorithm.signature_algo
    if isinstance(key, ed25519.Ed25519PublicKey) and scheme == "ed25519":
        key.verify(signature, data)
        return
    if algorithm["algorithm"].native not in ("rsassa_pkcs1v15", "ecdsa") and algorithm.hash_algo != digest:
        raise UnsupportedAlgorithm("two digests")
    long_enough = isinstance(key, rsa.RSAPublicKey) and MIN_RSA_BITS <= key.key_size <= MAX_RSA_BITS
    if isinstance(key, rsa.RSAPublicKey) and long_enough and scheme.startswith("rsassa_"):
        key.verify(signature, data, _padding(algorithm, digest), HASHES[digest])
    elif isinstance(key, ec.EllipticCurvePublicKey) and scheme == "ecdsa":
        key.verify(signature, data, ec.ECDSA(HASHES[digest]))
    else:
        raise UnsupportedAlgorithm(str(scheme))


def _padding(algorithm: Any, digest: str) -> padding.AsymmetricPadding:
    if algorithm.signature_algo == "rsassa_pss":
        salt = int(algorithm["parameters"]["salt_length"].native)
        return padding.PSS(padding.MGF1(HASHES[digest]), salt)
    return padding.PKCS1v15()

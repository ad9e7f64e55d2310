"""RFC 5280, 4.2.1.6 and RFC 9525, 6: the web names that a certificate certifies, against the name of an issuer.

SD-JWT VC (draft 26, 2.5) takes a key from `x5c` only where the certificate stands for the `iss` of the credential.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from cryptography import x509

from mikra.trust.certificates import load


def certifies(certificate: bytes, issuer: str) -> bool:
    """Whether a subjectAltName is the issuer: its URI, to the letter, or as dNSName the host of its https address.

    No wildcards: whoever controls one host of a domain is not the issuer at another.
    """
    names = _names(certificate)
    if names is None or not issuer:
        return False
    if issuer in names.get_values_for_type(x509.UniformResourceIdentifier):
        return True
    host = host_of(issuer)
    return bool(host) and host in {name.lower() for name in names.get_values_for_type(x509.DNSName)}


def first_name(certificate: bytes) -> str:
    """The issuer that a certificate can stand for: its first web address or DID, else its first host; "" for none."""
    names = _names(certificate)
    if names is None:
        return ""
    addresses = [uri for uri in names.get_values_for_type(x509.UniformResourceIdentifier) if _is_name(uri)]
    hosts = [f"https://{host}" for host in names.get_values_for_type(x509.DNSName) if host_of(f"https://{host}")]
    return next((name for name in (*addresses, *hosts) if "*" not in name), "")


def _names(certificate: bytes) -> x509.SubjectAlternativeName | None:
    read = load(certificate)
    try:
        return read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value if read else None
    except x509.ExtensionNotFound:
        return None


def _is_name(uri: str) -> bool:
    return bool(host_of(uri)) or uri.startswith("did:")


def host_of(issuer: str) -> str:
    """The host of an https address, in small letters; "" for anything else."""
    try:
        parts = urlsplit(issuer)
        host = parts.hostname or ""
    except ValueError:
        return ""
    plain = parts.scheme == "https" and parts.username is None and not parts.query and not parts.fragment
    return host.lower() if plain else ""


def is_loopback(address: str) -> bool:
    """Whether it is an http address of this machine itself: for development, where nobody else could answer."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme == "http" and parts.username is None and host in ("127.0.0.1", "localhost", "::1")

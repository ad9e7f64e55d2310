"""The did:web method (W3C CCG, 2024): from the name to the one address of its document, or a refusal before any packet.

What a browser, a resolver or a library might read in another way than we do is refused: user names, escaped dots and
slashes, numbers as hosts, letters outside ASCII (an internationalised name is written as it is asked for, `xn--`).
"""

from __future__ import annotations

import re

from mikra.errors import UnavailableError
from mikra.trust.addresses import refuse_address

_PREFIX = "did:web:"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"(?P<host>{_LABEL}(?:\.{_LABEL})+)(?:%3[Aa](?P<port>[1-9][0-9]{{0,4}}))?")
"""RFC 1035, 2.3.1 and RFC 1123, 2.1: labels of letters, digits and inner hyphens; at least two, no dot at the end."""

_SEGMENT = re.compile(r"(?:[A-Za-z0-9._-]|%[89A-Fa-f][0-9A-Fa-f])+")
"""DID 1.0, 3.1, `idchar`; escapes only for what is no ASCII: `%2F` is a slash to some and not to others."""

_MAX_HOST = 253
"""RFC 1035, 2.3.4, without the dot at the end."""


def address_of(did: str) -> str:
    """The https address of the document of `did`. UnavailableError `url_not_allowed` where there is none to ask."""
    first, *segments = did.removeprefix(_PREFIX).split(":")
    match = _HOST.fullmatch(first)
    if not did.startswith(_PREFIX) or match is None or not _is_name(match["host"]):
        raise _refused(did)
    if not all(_SEGMENT.fullmatch(segment) and segment.strip(".") for segment in segments):
        raise _refused(did)
    port = match["port"]
    host = match["host"] + (f":{port}" if port else "")
    path = "/".join(segments) if segments else ".well-known"
    url = f"https://{host}/{path}/did.json"
    refuse_address(url)
    return url


def _is_name(host: str) -> bool:
    labels = host.split(".")
    numeric = labels[-1].isdigit() or re.fullmatch(r"0[xX][0-9A-Fa-f]*", labels[-1]) is not None
    return len(host) <= _MAX_HOST and not numeric and all(map(_is_plain, labels))


def _is_plain(label: str) -> bool:
    """RFC 5891, 4.2.3.1: hyphens in third and fourth place mean punycode, which must be that of something."""
    if label[2:4] != "--":
        return True
    if label[:4].lower() != "xn--":
        return False
    try:
        decoded = label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, ValueError):
        return False
    return not decoded.isascii() and decoded.encode("punycode").decode("ascii") == label[4:]


def _refused(did: str) -> UnavailableError:
    return UnavailableError(
        "This DID names no address that we may contact.",
        where=did[:200],
        expected="did:web: and the name of a public host",
        code="url_not_allowed",
    )


def stands_for(did: str, address: str) -> bool:
    """Whether a did:web is that of an https address: whoever controls the one controls the other."""
    if not did.startswith("did:web:"):
        return False
    try:
        document = address_of(did)
    except UnavailableError:
        return False
    return address.rstrip("/") == document.removesuffix("/did.json").removesuffix("/.well-known")

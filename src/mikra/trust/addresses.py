"""RFC 3986 and RFC 6890: which addresses of the web may be asked at all. Nothing here opens a socket.

A public address is one that the special-purpose registries of IANA (RFC 6890, as of 2025) leave to everybody. For IPv6
that is global unicast, 2000::/3, without the parts that only wrap or reserve others; mapped (::ffff:0:0/96), translated
(64:ff9b::/96) and tunnelled (2002::/16, 2001::/32) addresses lead into IPv4 unseen, so they are never asked.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, unquote, urlsplit

from mikra.errors import UnavailableError

LONGEST = 2048
"""Characters of an address."""

_PORTS = {"https": 443, "http": 80}
_FREE_PORTS = 1024
"""Ports below this are those of other services (RFC 6335, 6): only the scheme's own one is asked."""

_SPECIAL_V4 = tuple(
    ipaddress.IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link local, and the data of cloud machines
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
"""IANA IPv4 Special-Purpose Address Registry; multicast of RFC 5771."""

_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
"""RFC 4291, 2.4, and IANA IPv6 Global Unicast Address Assignments."""

_SPECIAL_V6 = tuple(
    ipaddress.IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarks
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)
"""IANA IPv6 Special-Purpose Address Registry, within 2000::/3."""

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?:{_LABEL}\.)+[a-z][a-z0-9-]{{0,61}}[a-z0-9]")
"""A name of at least two parts whose last one is no number in any notation (RFC 1123, 2.1)."""

_INNER = (".localhost", ".local", ".internal", ".home.arpa", ".onion")
"""Names that never leave a machine or a house (IANA Special-Use Domain Names)."""

_ALLOWED = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%\u00a0-\U0010ffff]+")
"""RFC 3986, 2: what an address may be written with, and the letters of RFC 3987, which are escaped."""

_DOTS = frozenset({".", ".."})


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An address that may be asked: `host` in lower case, a name or a literal; `target` is path and query."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def literal(self) -> bool:
        """Whether the host is a number and not a name."""
        return _numeric(self.host) is not None

    @property
    def authority(self) -> str:
        """What the header `Host` says (RFC 9110, 7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def is_public(text: str) -> bool:
    """Whether an IP address, in its usual notation, is everybody's to ask."""
    address = _numeric(text)
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _SPECIAL_V4)
    if isinstance(address, ipaddress.IPv6Address):
        scoped = address.scope_id is not None
        return not scoped and address in _GLOBAL_V6 and not any(address in network for network in _SPECIAL_V6)
    return False


def is_loopback(text: str) -> bool:
    """Whether an IP address is this machine."""
    address = _numeric(text)
    return address is not None and address.is_loopback


def address_of(url: str, *, plain: bool = False, loopback: bool = False) -> Address:
    """The parts of an address that may be asked. Raises UnavailableError `url_not_allowed` for any other.

    https only; with `plain` http too; with `loopback` also this machine, by either. No user name, no port of another
    service, no steps up in the path.
    """
    parts = _split(url)
    if parts is None or parts.username is not None:
        raise _refusal(url)
    host, scheme = (parts.hostname or "").lower(), parts.scheme
    own = loopback and (host == "localhost" or is_loopback(host))
    if not own and not (_is_name(host) or is_public(host)):
        raise _refusal(url)
    if scheme != "https" and not (scheme == "http" and (plain or own)):
        raise _refusal(url)
    port = parts.port if parts.port is not None else _PORTS[scheme]
    if not own and port != _PORTS[scheme] and not port >= _FREE_PORTS:
        raise _refusal(url)
    return Address(scheme=scheme, host=host, port=port, target=_target(parts))


def refuse_address(url: str) -> None:
    """UnavailableError `url_not_allowed` for what may never be asked: no https, a user name, an inner address."""
    address_of(url)


def _split(url: str) -> SplitResult | None:
    if len(url) > LONGEST or not _ALLOWED.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    steps = {unquote(step) for step in parts.path.split("/")}
    return None if steps & _DOTS or not parts.netloc.isascii() or parts.netloc.endswith(":") else parts


def _target(parts: SplitResult) -> str:
    """RFC 3987, 3.1: what is not ASCII is escaped; what is escaped stays."""
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")
    return f"{path}?{quote(parts.query, safe='/%:@!$&()*+,;=~?' + chr(39))}" if parts.query else path


def _is_name(host: str) -> bool:
    return len(host) <= 253 and _HOST.fullmatch(host) is not None and not f".{host}".endswith(_INNER)


def _numeric(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _refusal(url: str) -> UnavailableError:
    return UnavailableError(
        "This address is not one we may contact.",
        where=url[:LONGEST],
        expected="an https address of a public host",
        code="url_not_allowed",
    )

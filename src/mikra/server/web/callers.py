"""From which address a request comes, behind a proxy too. It is for rate limits in memory, and is written nowhere."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from django.http import HttpRequest

from mikra.server.installation import installation

_LOCAL = ("127.0.0.0/8", "::1/128")
"""A proxy on the same machine is trusted where no other is named: others cannot speak from there."""


def caller_of(request: HttpRequest) -> str:
    """The address of whoever asks, as far as it can be believed; "" on a socket of this machine without a header.

    What a proxy of ours received from is the last entry of `X-Forwarded-For`; whoever else sends that header is
    judged by where they really come from.
    """
    address = str(request.META.get("REMOTE_ADDR", ""))
    hops = [one.strip() for one in str(request.headers.get("X-Forwarded-For", "")).split(",") if one.strip()]
    while hops and _is_ours(address):
        address = hops.pop()
    return _network(address)


def _network(address: str) -> str:
    """A household has a network of IPv6 (64 bits), and one address of IPv4; what is no address is one caller."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    return address if found.version == 4 else str(ip_network(f"{address}/64", strict=False))


def _is_ours(address: str) -> bool:
    if not address:
        return True
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in _proxies(installation().trusted_proxies))


@lru_cache(maxsize=4)
def _proxies(named: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(one.strip(), strict=False) for one in (*_LOCAL, *named) if one.strip())

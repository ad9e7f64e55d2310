"""The wallets that the operator knows by name (RFC 6749, 2): to which https addresses their learners are sent back.

allow(client_id, addresses)     those and no others, letter for letter
forget(client_id)
known()                         client_id -> addresses
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from mikra.errors import InputError, NotFoundError
from mikra.server.actions.work import work
from mikra.server.store.issuing import WalletClient

MOST = 10
"""Addresses of one wallet."""
_ADDRESS = re.compile(r"https://[\x21-\x7e]{3,900}")


def allow(client_id: str, addresses: Sequence[str]) -> list[str]:
    """The addresses as they are kept. InputError for one that is no https address of a host, or for too many."""
    if not client_id.strip() or len(client_id) > 200 or not client_id.isprintable():
        raise InputError("This is no name of a wallet.", where="NAME", found=client_id[:40], expected="its client_id")
    wanted = list(dict.fromkeys(addresses))
    if not 1 <= len(wanted) <= MOST:
        raise InputError(
            "A wallet has a few addresses.", where="ADDRESS", found=str(len(wanted)), expected=f"1 to {MOST}"
        )
    for one in wanted:
        if fault := _fault(one):
            raise InputError(fault, where="ADDRESS", found=one[:200], expected="https://HOST/PATH")
    with work():
        WalletClient._default_manager.update_or_create(client=client_id, defaults={"redirects": wanted})
    return wanted


def forget(client_id: str) -> None:
    """NotFoundError for a wallet that is not on the list."""
    with work():
        gone, _each = WalletClient._default_manager.filter(pk=client_id).delete()
    if not gone:
        raise NotFoundError("No wallet of this name is known.", where="NAME", found=client_id[:40], code="not_found")


def known() -> dict[str, list[str]]:
    """client_id -> addresses."""
    return {one.client: list(one.redirects) for one in WalletClient._default_manager.order_by("client")}


def _fault(address: str) -> str:
    if not _ADDRESS.fullmatch(address) or "\\" in address or "#" in address:
        return "This is no https address."
    parts = urlsplit(address)
    if "@" in parts.netloc or not parts.hostname:
        return "An address names its host, and nobody's name or password."
    return "An address does not climb in its path." if "/.." in parts.path or "%2e" in address.lower() else ""

"""Where a sealing key is, as people give it: a file, a token (`pkcs11:`), a process (`signer:`), a service (`csc:`)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mikra.adapters.pkcs11_uri import is_key_address, read_key_address
from mikra.sealing.keys import Signer

SIGNER = "signer:"
SERVICE = "csc:"


def is_file(address: str) -> bool:
    """Whether this means a file, and nothing else."""
    return not (is_key_address(address) or address.startswith((SIGNER, SERVICE)))


def open_address(address: str, password: Callable[[], str]) -> Signer:
    """The signer there. `password` is asked where the key has one (a PIN, of a token; a secret, of a service).

    Raises InputError, NotFoundError, NotAllowedError, UnavailableError as the kind of key does.
    """
    if address.startswith(SIGNER):
        from mikra.adapters.signer_client import open_signer_key

        return open_signer_key(address)
    if address.startswith(SERVICE):
        from mikra.adapters.csc import open_service_key

        return open_service_key(address, password())
    if is_key_address(address):
        from mikra.adapters.pkcs11 import open_pkcs11

        found = read_key_address(address)
        return open_pkcs11(found.module, token=found.token, key=found.key, pin=password())
    from mikra.adapters.signers import open_signer

    return open_signer(Path(address), password())

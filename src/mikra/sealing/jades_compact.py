"""ETSI TS 119 182-1, 4 (RFC 7515, 7.1): JAdES in compact form, read: all of it is under the seal, nothing is added.

So lists of trusted entities are sealed (ETSI TS 119 602), with `typ` trustlist+jwt as the EU publishes them.
"""

from __future__ import annotations

from dataclasses import replace

from mikra.errors import InputError
from mikra.sealing import jades, jades_header, jws

LIST_TYPE = "trustlist+jwt"

PROFILE = replace(
    jades_header.PROFILE,
    name="JAdES, compact",
    types=jades_header.PROFILE.types | {LIST_TYPE},
    unprotected=frozenset(),
    raw_payload=False,
)


def unseal(text: bytes) -> tuple[bytes, bytes]:
    """The content, and the certificate (DER) under which it is whole; whose certificate that is, is for the caller.

    Raises InputError with a code where the form is not sure, no certificate stands behind it, or the seal does not fit.
    """
    opened = jws.read_compact(text, PROFILE)
    sealed = jades.opened(opened)
    faults = jades.check_integrity(sealed)
    certificate = sealed.seals[0].certificate
    if faults or certificate is None:
        code = faults[0].rule if faults else "certificate_missing"
        raise InputError("The seal of this list does not hold.", found=code, code=code)
    return sealed.payload, certificate

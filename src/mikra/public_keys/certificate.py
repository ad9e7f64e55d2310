"""RFC 5280, 4: certificates in DER, as they are met: what breaks a rule in a name or a number is read all the same.

Whoever needs a rule to hold checks it (`trust.x509`). Here is only what reading raises, in one place.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from functools import lru_cache

from cryptography import x509

UNREADABLE = (ValueError, TypeError, x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType)
"""What reading a certificate that is none raises, or one that breaks RFC 5280 in its versions, extensions or names.

A name whose part is a bit string is a TypeError.
"""


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Names longer or shorter than RFC 5280 has them, and serial numbers below zero, are read without a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        yield


@lru_cache(maxsize=512)
def parsed(der: bytes) -> x509.Certificate:
    """The certificate; its names and extensions are read when they are asked for. Raises one of `UNREADABLE`."""
    with quietly():
        return x509.load_der_x509_certificate(der)

"""RFC 5280: the sealing certificate: made by ourselves, marked as a demonstration, valid at a time."""

from __future__ import annotations

from datetime import datetime

from cryptography import x509

from mikra.errors import NotAllowedError


def check_validity(certificate: bytes, at: datetime) -> None:
    """Raises NotAllowedError where the certificate (DER) is not valid at the time of sealing."""
    loaded = x509.load_der_x509_certificate(certificate)
    first, last = loaded.not_valid_before_utc, loaded.not_valid_after_utc
    if not first <= at <= last:
        raise NotAllowedError(
            "The sealing certificate is not valid at the time of sealing.",
            found=f"valid from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC, sealing at {at:%Y-%m-%d %H:%M %Z}",
            fix="Renew the sealing certificate, and seal with the new one.",
            code="seal_certificate_expired",
        )

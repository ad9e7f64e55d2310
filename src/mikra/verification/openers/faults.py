"""What is wrong with a seal, or with having its key, as findings of check 2: the `rule` is the code."""

from __future__ import annotations

from mikra.codes import CODES
from mikra.errors import InputError, UnavailableError
from mikra.messages import catalogue
from mikra.report import Finding, Severity, words

_ADDRESSES = frozenset({"url_not_allowed", "host_not_allowed", "redirect_not_allowed"})
_AWAY = frozenset({"timeout", "response_too_large"})


def fault(code: str, where: str = "", clause: str = "") -> Finding:
    """The finding for a code of `codes.CODES`."""
    return Finding(rule=code, severity=Severity.ERROR, what=words(_key(code)), where=where, clause=clause)


def of_error(error: InputError | UnavailableError, where: str = "", clause: str = "") -> Finding:
    """The finding for a key that could not be had, or not be read."""
    unknown = "key_unavailable" if isinstance(error, UnavailableError) else "key_malformed"
    return fault(error.code if error.code in CODES else unknown, where, clause)


def _key(code: str) -> str:
    if code in _ADDRESSES:
        return "keys.address"
    if code in _AWAY:
        return "keys.key_unavailable"
    for domain in ("keys", "holder", "sealing"):
        if code in catalogue(domain, "en"):
            return f"{domain}.{code}"
    return "keys.key_malformed"

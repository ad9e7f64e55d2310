"""E-mail addresses, checked for what keeps a message from arriving; which box exists is the mail's matter.

After RFC 5321 (4.5.3.1: lengths) and RFC 6531 (letters of all scripts), without quoted local parts and address
literals, which no learner has.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from mikra.issuance.roster.faults import Fault, fault

_PLAIN = re.compile(
    r"[A-Za-z0-9_%+'-]+(?:\.[A-Za-z0-9_%+'-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
_PLAIN_LINE = re.compile(rf"^(?=.{{1,64}}$){_PLAIN.pattern}$", re.MULTILINE)
_LOCAL = re.compile(r"[^\s\"(),:;<>@\[\\\]\x00-\x1f]+")
_LABEL = re.compile(r"[^\W_](?:[^\W_]|[-\u00b7\u0300-\u036f]){0,61}")
_SEVERAL = re.compile(r"[^\s,;@<>]+@[^\s,;@<>]+[\s,;/]+[^\s,;@<>]+@")
_INSIDE = re.compile(r"(?:<|^mailto:\s*|\()([^\s,;:<>()\[\]\"@]+@[^\s,;:<>()\[\]\"@]+)(?:>|\)|$)", re.IGNORECASE)
"""An address as mail programs and web pages write it: "Ana <ana@example.org>", "mailto:ana@example.org"."""


def plain_addresses(texts: Iterable[str]) -> set[str]:
    """Those of the texts that are addresses without any doubt: the short way for most cells."""
    return set(_PLAIN_LINE.findall("\n".join(texts)))


def address_fault(value: str) -> Fault | None:
    """What is wrong with an address, None where nothing is."""
    if len(value) <= 64 and _PLAIN.fullmatch(value):
        return None
    key = _trouble(value)
    if not key:
        return None
    inside = _INSIDE.search(value)
    suggestion = inside[1] if inside and not _trouble(inside[1]) else ""
    if suggestion and key != "email_several":
        return fault("cell_email_invalid", "email_wrapped", expected=suggestion, address=suggestion)
    return fault("cell_email_invalid", key, expected="name@example.org")


def _trouble(value: str) -> str:
    if _SEVERAL.search(value):
        return "email_several"
    if value.count("@") != 1:
        return "email_without_at" if "@" not in value else "email_two_at"
    if any(c.isspace() for c in value):
        return "email_space"
    local, _, domain = value.partition("@")
    if not local or not _LOCAL.fullmatch(local) or local.startswith(".") or local.endswith(".") or ".." in local:
        return "email_local"
    if len(local.encode()) > 64 or len(value.encode()) > 254:
        return "email_too_long"
    return _domain_trouble(domain)


def _domain_trouble(domain: str) -> str:
    labels = unicodedata.normalize("NFC", domain).split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) and not label.endswith("-") for label in labels):
        return "email_domain"
    try:
        encoded = [label.encode("idna") for label in labels]
    except UnicodeError:
        return "email_domain"
    return "" if all(len(label) <= 63 for label in encoded) and not labels[-1].isdigit() else "email_domain"

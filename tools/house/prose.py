"""Rules for every tracked text: no registry's host, no path of one machine, no talk of the workshop.

The forbidden words are put together from pieces, so that this file passes its own rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_REGISTRIES = (
    ("pypi", "org"),
    ("pypi", "python.org"),
    ("python" + "hosted", "org"),
    ("npm" + "js", "com"),
    ("npm" + "js", "org"),
    ("yarn" + "pkg", "com"),
    ("deb.debian", "org"),
    ("security.debian", "org"),
    ("crates", "io"),
    ("proxy.golang", "org"),
    ("repo.maven.apache", "org"),
)

_MACHINE = ("wo" + "rk", "ro" + "ot", "fa" + "rm", "home/[a-z]+", "Users/[A-Za-z]+", "tmp/briefs")

_WORKSHOP = (
    "clau" + "de",
    "anthro" + "pic",
    "chat" + "gpt",
    "open" + "ai",
    "co" + "pilot",
    r"l" + "lms?",
    "sub-?" + "agents?",
    "language mo" + "dels?",
    "AI[ -](?:assist" + "ant|agent|generated|model)s?",
    "(?:system|user) pro" + "mpts?",
    "generated (?:by|with) AI",
    "common br" + "ief",
    r"BRI" + r"EF\.md",
)

RULES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("the host of a package registry", re.compile("|".join(rf"\b{n}\.{re.escape(t)}\b" for n, t in _REGISTRIES))),
    ("a path of one machine", re.compile(rf"(?:^|[^a-zA-Z0-9_.~}}-])/(?:{'|'.join(_MACHINE)})(?:/|\b)", re.MULTILINE)),
    ("talk of the workshop", re.compile(rf"\b(?:{'|'.join(_WORKSHOP)})\b", re.IGNORECASE)),
)


def complaints(text: str, where: str) -> Iterator[str]:
    """One complaint per forbidden word."""
    for what, pattern in RULES:
        for hit in pattern.finditer(text):
            line = text.count("\n", 0, hit.start() + 1) + 1
            yield f"{where}:{line}: {what}: {hit[0].strip()!r}"

"""JSON-LD contexts, bundled: nothing else is ever loaded (W3C VC Data Model 2.0, 5.12 and B.1; JSON-LD 1.1).

Those that W3C publishes and PyLD ships are read from there, each pinned by the SHA-256 of its canonical form
(RFC 8785). All others are tables of our own in `data/` (`table.py`), term for term what was published; their digest is
that of the published content too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson
import rfc8785

from mikra.errors import NotFoundError
from mikra.vocabulary.contexts.table import context_of

CREDENTIALS_V1 = "https://www.w3.org/2018/credentials/v1"
CREDENTIALS_V2 = "https://www.w3.org/ns/credentials/v2"
DATA_INTEGRITY_V2 = "https://w3id.org/security/data-integrity/v2"
ED25519_2020 = "https://w3id.org/security/suites/ed25519-2020/v1"
EDC = "http://data.europa.eu/snb/model/context/edc-ap"
CLR = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"

SHIPPED: Mapping[str, tuple[str, str]] = {
    CREDENTIALS_V1: ("credentials-v1", "b01e671e873981f19a9102a9a57f666dbcaeb31b99e3e124378d143e71549247"),
    CREDENTIALS_V2: ("credentials-v2", "b463c8d6a066214123ddd9827b135e1b50e1fc73322cc52a9b12a4f1fc7d86cf"),
    "https://www.w3.org/ns/did/v1": ("did-v1", "a7e146c40fcec005d3f0f14ae745665f446da58d7914a9d8f733746686fad82b"),
    "https://w3id.org/security/v1": (
        "security-v1",
        "d87de2ce3ce407bcac481f8af31e211e54beb5cbd7dd459826ed0502302ee234",
    ),
    "https://w3id.org/security/v2": (
        "security-v2",
        "38a9ef19cf3a75bf856202bd1ed4cbd55c985ad4a809eb7f4ef584ba9d51dc90",
    ),
    ED25519_2020: ("security-ed25519-2020-v1", "fb517f09d990829aed734c9bad8cbbb2ac3d5063b865c7e3d81f246074bf5691"),
    "https://w3id.org/security/suites/jws-2020/v1": (
        "security-jws-2020-v1",
        "eed16334842a5635257913b33acd1aeee29009eb188d855f9a1d0ceee4a8ae4d",
    ),
}
"""URL -> file of PyLD's frozen loader, and the SHA-256 of its canonical form."""

TABLES: Mapping[str, str] = {
    "https://w3id.org/security/data-integrity/v1": "data-integrity-v1",
    DATA_INTEGRITY_V2: "data-integrity-v2",
    "https://w3id.org/security/multikey/v1": "multikey-v1",
    "https://w3id.org/vc/status-list/2021/v1": "status-list-2021-v1",
    "https://purl.imsglobal.org/spec/ob/v3p0/context.json": "open-badges-3.0.0",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json": "open-badges-3.0.1",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json": "open-badges-3.0.2",
    OPEN_BADGES: "open-badges-3.0.3",
    CLR: "clr-2.0.1",
    EDC: "edc-ap-1.2.0",
}
"""URL -> table of ours. One URL serves both versions of the EDC profile: here it is the newer one."""

BUNDLED = frozenset({*SHIPPED, *TABLES})


def digest(context: Any) -> str:
    """SHA-256 (hex) of the canonical form of {"@context": ...}."""
    return hashlib.sha256(rfc8785.dumps({"@context": context})).hexdigest()


@cache
def load(url: str) -> Any:
    """The value of `@context` behind a bundled URL; nobody changes it. NotFoundError for any other URL.

    Also NotFoundError where the installed file is not the one that was pinned.
    """
    if url in TABLES:
        return context_of(table(TABLES[url]))
    if url not in SHIPPED:
        raise _not_bundled(url, "a URL that is bundled")
    name, pinned = SHIPPED[url]
    context = orjson.loads(_shipped(name))["@context"]
    if digest(context) != pinned:
        raise _not_bundled(url, f"SHA-256 {pinned}")
    return context


def table(name: str) -> Any:
    """One table of ours as it stands, with its source."""
    return orjson.loads(files(__package__).joinpath("data", f"{name}.json").read_bytes())


def _shipped(name: str) -> bytes:
    """A file of PyLD, without the half second that importing PyLD takes."""
    spec = find_spec("pyld")
    if spec is None or spec.origin is None:
        raise _not_bundled(name, "PyLD, installed")
    return Path(spec.origin).parent.joinpath("documentloader", "frozen", "bundled", f"{name}.jsonld").read_bytes()


def _not_bundled(url: str, expected: str) -> NotFoundError:
    return NotFoundError("This JSON-LD context is not bundled.", found=url, expected=expected, code="not_found")

"""The issuers of the VC API: one path, one key, one way of sealing; and a status list for those that offer one."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from mikra.errors import InputError, NotFoundError
from mikra.sealing import data_integrity_seal, ecdsa_sd
from mikra.sealing.keys import PrivateKey, Signer, bare_signer
from mikra.status import bitstring
from mikra.status.bitstring import Purpose
from mikra.status.table import Value, pack
from mikra.trust import did
from mikra.verification.openers.data_integrity import library_of

VC_JOSE = "vc-jose"

EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"
UNDEFINED = "https://www.w3.org/ns/credentials/undefined-terms/v2"
CONTEXTS: Mapping[str, bytes] = {
    EXAMPLES: b'{"@context": {"@vocab": "https://www.w3.org/ns/credentials/examples#"}}',
    UNDEFINED: b'{"@context": {"@vocab": "https://www.w3.org/ns/credentials/undefined-terms#"}}',
}
"""Contexts of the W3C for examples, which its test suites use: a catch-all each. Only here; nobody else trusts them."""

LIST_SIZE = 131_072
"""Places of our one list (Bitstring Status List 1.0, 2.2: the least)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """One issuer: `name` is in its path, `suite` how it seals, `did` its own identifier, `key_id` that of its key."""

    name: str
    suite: str
    did: str
    key_id: str
    signer: Signer
    tags: tuple[str, ...]
    key_kind: str
    status: bool = False


def new_issuers() -> dict[str, Issuer]:
    """One key of each kind, made now, and every suite under the keys that fit it."""
    ed, p256, p384 = (
        ed25519.Ed25519PrivateKey.generate(),
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP384R1()),
    )
    return {
        one.name: one
        for one in (
            _issuer("eddsa-rdfc-2022", ed, "Ed25519", tags=("vc2.0",)),
            _issuer("eddsa-jcs-2022", ed, "Ed25519"),
            _issuer("ecdsa-rdfc-2019", p256, "P-256"),
            _issuer("ecdsa-rdfc-2019", p384, "P-384", name="ecdsa-rdfc-2019-p384"),
            _issuer("ecdsa-jcs-2019", p256, "P-256"),
            _issuer("ecdsa-jcs-2019", p384, "P-384", name="ecdsa-jcs-2019-p384"),
            _issuer(ecdsa_sd.NAME, p256, "P-256"),
            _issuer(VC_JOSE, p256, "P-256", tags=("EnvelopingProof",)),
            _issuer("eddsa-rdfc-2022", ed, "Ed25519", name="bitstring", tags=("BitstringStatusList",), status=True),
        )
    }


def _issuer(
    suite: str, key: PrivateKey, kind: str, *, name: str = "", tags: tuple[str, ...] = (), status: bool = False
) -> Issuer:
    own = did.did_key(key.public_key())
    return Issuer(
        name=name or suite,
        suite=suite,
        did=own,
        key_id=did.key_url(own),
        signer=bare_signer(key),
        tags=tags if status else (*([suite] if suite != VC_JOSE else []), *tags),
        key_kind=kind,
        status=status,
    )


@dataclass
class StatusLists:
    """One list per purpose, in memory: places are given in order; withdrawn and suspended ones are set in it."""

    base: str
    issuer: Issuer
    given: dict[str, int] = field(default_factory=dict)
    raised: dict[Purpose, set[int]] = field(
        default_factory=lambda: {Purpose.REVOCATION: set(), Purpose.SUSPENSION: set()}
    )
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def entries(self, credential_id: str, purposes: Sequence[str]) -> dict[str, str] | list[dict[str, str]]:
        """The `credentialStatus` of one credential: its place in the list of each purpose; one alone is no list.

        Raises InputError for a purpose that is not kept.
        """
        with self._lock:
            index = self.given.setdefault(credential_id, len(self.given) + 1)
        found = [
            {
                "id": f"{self.url(purpose)}#{index}",
                "type": "BitstringStatusListEntry",
                "statusPurpose": purpose.value,
                "statusListIndex": str(index),
                "statusListCredential": self.url(purpose),
            }
            for purpose in map(self._kept, purposes)
        ]
        return found[0] if len(found) == 1 else found

    def _kept(self, purpose: str) -> Purpose:
        if purpose not in {one.value for one in self.raised}:
            raise InputError(
                "A status of this purpose is not kept.", found=purpose[:40], expected="revocation, suspension"
            )
        return Purpose(purpose)

    def url(self, purpose: Purpose) -> str:
        return f"{self.base}/status/{purpose.value}"

    def change(self, credential_id: str, purpose: str, *, value: bool) -> None:
        """Raises NotFoundError for a credential that has no place, InputError for another purpose."""
        with self._lock:
            index = self.given.get(credential_id)
            if index is None:
                raise NotFoundError("There is no credential of this id here.", where=credential_id)
            places = self.raised[self._kept(purpose)]
            (places.add if value else places.discard)(index)

    def credential(self, purpose: Purpose, at: datetime) -> dict[str, Any]:
        """The list of one purpose, sealed now."""
        with self._lock:
            table = pack(LIST_SIZE, {_VALUES[purpose]: frozenset(self.raised[purpose])})
        unsealed = bitstring.list_credential(table, purpose, url=self.url(purpose), issuer=self.issuer.did, at=at)
        del unsealed["credentialSubject"]["ttl"]  # nothing here may be kept: the next request may change it
        return add_proof(unsealed, self.issuer, at)


_VALUES = {Purpose.REVOCATION: Value.INVALID, Purpose.SUSPENSION: Value.SUSPENDED}


def add_proof(document: Mapping[str, Any], issuer: Issuer, at: datetime, **options: Any) -> dict[str, Any]:
    """The document under a proof of the issuer's suite. Raises InputError as `data_integrity_seal.add_proof`."""
    return data_integrity_seal.add_proof(
        document,
        suite=issuer.suite,
        signer=issuer.signer,
        method=issuer.key_id,
        at=at,
        library=library_of(CONTEXTS, inline=True),
        **options,
    )

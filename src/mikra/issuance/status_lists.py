"""Status lists as they are published: each of the encodings of one table, and what is said of withdrawn credentials.

A list of the W3C form and a tombstone are sealed as VC-JOSE-COSE has it (`vc+jwt`), a list token as its own draft has
it (`statuslist+jwt`): under a certificate (`x5c`, with its chain, as the credentials in the list are), or under a key
that the issuer's DID document publishes (`kid`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from mikra import base64url
from mikra.errors import InputError
from mikra.issuance.prototype import node_id
from mikra.sealing.certificates import check_validity
from mikra.sealing.keys import Signer
from mikra.status import bitstring, token, tombstone
from mikra.status.bitstring import Purpose
from mikra.status.indexes import Change, ListRow, Place, Session, table_of
from mikra.status.table import Table, Value
from mikra.trust import certificates

PURPOSES = (Purpose.REVOCATION, Purpose.SUSPENSION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """Who publishes lists: a key with its certificate, or with the DID URL under which it is published (`key_id`).

    `issuer` is the identifier of the issuer as credentials name it; where it is empty, the DID, or one that is made
    of what the certificate says. `valid` is how long a list counts.
    """

    signer: Signer
    key_id: str = ""
    issuer: str = ""
    valid: dt.timedelta = token.MOST_VALID

    def __post_init__(self) -> None:
        if not (self.signer.certificate or self.key_id):
            raise InputError(
                "Nothing says whose key this is, so no one could check its lists.",
                expected="a key with its certificate, or the address under which its DID document publishes it",
            )

    @property
    def name(self) -> str:
        if self.issuer or self.key_id:
            return self.issuer or self.key_id.partition("#")[0]
        facts = certificates.read(self.signer.certificate)
        return node_id("issuer-of-lists", facts.organization_identifier or facts.organization)

    @property
    def since(self) -> dt.datetime | None:
        """When its certificate begins; None for a key that a DID document publishes."""
        return None if self.key_id else certificates.read(self.signer.certificate).valid_from

    def seal(self, payload: Mapping[str, Any], kind: str, at: dt.datetime) -> bytes:
        """RFC 7515, 7.1. Raises NotAllowedError outside the validity of the certificate."""
        if not self.key_id:
            check_validity(self.signer.certificate, at)
        text = f"{self._header(kind)}.{base64url.encode(orjson.dumps(payload))}".encode("ascii")
        return text + b"." + base64url.encode(self.signer.sign(text)).encode("ascii")

    def _header(self, kind: str) -> str:
        signer, named = self.signer, {"kid": self.key_id}
        certified = {"x5c": [base64url.encode_standard(der) for der in (signer.certificate, *signer.chain)]}
        header = {"alg": signer.algorithm, "typ": kind, **(named if self.key_id else certified)}
        return base64url.encode(orjson.dumps(header))

    def sealed(self, text: bytes, kind: str) -> bool:
        """Whether this was sealed under the very key and certificate of now."""
        return text.startswith(f"{self._header(kind)}.".encode("ascii"))

    def tombstone(self, place: Place, change: Change, at: dt.datetime) -> bytes:
        """What becomes of a withdrawn credential."""
        return self.seal(tombstone.document(place, change, issuer=self.name), "vc+jwt", at)


def published(publisher: Publisher, table: Table, base: str, at: dt.datetime) -> dict[str, bytes]:
    """Encoding -> the sealed list, of the table whose address is `base`."""
    return bitstrings(publisher, table, base, at) | {"token": list_token(publisher, table, base, at)}


def bitstrings(publisher: Publisher, table: Table, base: str, at: dt.datetime) -> dict[str, bytes]:
    """Purpose -> the sealed list of the W3C form."""
    return {
        purpose.value: publisher.seal(
            bitstring.list_credential(
                table, purpose, url=f"{base}/{purpose}", issuer=publisher.name, at=at, valid=publisher.valid
            ),
            "vc+jwt",
            at,
        )
        for purpose in PURPOSES
    }


def list_token(publisher: Publisher, table: Table, base: str, at: dt.datetime) -> bytes:
    """The list token (IETF). Wallets want it under the same authority as the credentials that point to it."""
    claims = token.claims(table, url=f"{base}/token", at=at, valid=publisher.valid, since=publisher.since)
    return publisher.seal(claims, token.TYPE, at)


def publish(session: Session, base: str, publisher: Publisher, *, at: dt.datetime) -> Iterator[tuple[str, bytes]]:
    """(path under the address of the lists, content) of all that is to be published now, tombstones first.

    Tombstones that are new, or sealed under an earlier key, are sealed and kept in the store; a list comes after what
    its places refer to.
    """
    for row in session.lists():
        yield from _tombstones(session, row, base, publisher, at)
        for encoding, sealed in published(publisher, table_of(session, row), f"{base}{row.number}", at).items():
            yield f"{row.number}/{encoding}", sealed


def _tombstones(
    session: Session, row: ListRow, base: str, publisher: Publisher, at: dt.datetime
) -> Iterator[tuple[str, bytes]]:
    for index, history in session.changes(row.number).items():
        last = history[-1]
        if last.value is not Value.INVALID:
            continue
        sealed = last.sealed
        if not publisher.sealed(sealed, "vc+jwt"):
            sealed = publisher.tombstone(Place(f"{base}{row.number}", index), last, at)
            session.seal(row.number, index, sealed)
        yield f"{row.number}/{index}", sealed

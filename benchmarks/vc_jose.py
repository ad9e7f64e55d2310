"""S1 and S3 for credentials as vc+jwt: sealed from a design compiled once, and verified; beside raw signing.

Raw is OpenSSL (libsodium for Ed25519) signing the very bytes that the seal covers, in turns with ours. The document is
that of `benchmarks.seal`, 5 KB. Verifying is form, key, seal and content; the key by a DID that holds it.

    python -m benchmarks.vc_jose
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from benchmarks import figures
from benchmarks.adapter import AT, ROWS, _award, _without_the_longest, course
from benchmarks.figures import Figure
from benchmarks.seal import best_of, make_key
from mikra.formats import Form, Item
from mikra.issuance.compose import serialise
from mikra.issuance.template import Template, prototype_credential
from mikra.sealing import vc_jose
from mikra.sealing.algorithms import signature_fault
from mikra.sealing.keys import bare_signer
from mikra.sealing.vc_jose_sealer import Sealer
from mikra.trust import did
from mikra.verification.openers.vc_jose import open_item
from mikra.verification.policy import Policy
from mikra.verification.question import Question

TARGETS = {"ES256": (75, 85, 3_000), "EdDSA": (35, 50, 3_000)}
"""Algorithm -> target and stretch in % of raw, and how many seals in a round."""

VERIFIED_PER_SECOND = 8_000
V2 = "https://www.w3.org/ns/credentials/v2"


def template() -> Template:
    design = course()
    credential = orjson.loads(serialise(prototype_credential(design, ROWS[0], {})))
    return Template(design, orjson.dumps(_without_the_longest(credential)))


def sealing_figures(algorithm: str) -> Iterator[Figure]:
    target, stretch, times = TARGETS[algorithm]
    key = make_key(algorithm)
    name = did.did_key(key.private.public_key())
    compiled = template()
    prepared = Sealer(bare_signer(key.private), at=AT, key_id=did.key_url(name)).prepare(compiled.prefix)

    def seal(number: int) -> bytes:
        rest = compiled.rest(ROWS[number % len(ROWS)], award_id=_award(), at=AT)
        return prepared.seal(rest)

    envelope = vc_jose.open_envelope(seal(0))
    covered = envelope.signing_input
    raw_rate, rate = best_of([lambda _: key.raw(covered), seal], times)
    yield Figure(
        id="S1",
        what=f"vc+jwt {algorithm}, 5 KB: share of raw",
        unit="%",
        measured=100 * rate / raw_rate,
        target=target,
        note=f"stretch {stretch}; payload {len(envelope.payload):,} bytes, sealed {len(covered):,}",
    )
    yield Figure(id="S1", what=f"vc+jwt {algorithm}, 5 KB: sealed", unit="/s", measured=rate)


def verifying_figures(algorithm: str) -> Iterator[Figure]:
    """Many different credentials of one issuer, one after the other."""
    key = make_key(algorithm)
    name = did.did_key(key.private.public_key())
    document: dict[str, Any] = {
        "@context": [V2],
        "type": ["VerifiableCredential"],
        "issuer": name,
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {"id": "urn:uuid:1", "description": "x" * 4_500},
    }
    signer, url = bare_signer(key.private), did.key_url(name)
    question = Question(at=AT, policy=Policy(trusted_issuers=frozenset({name})))
    items = [
        Item(
            form=Form.SEALED,
            kind="jwt",
            data=vc_jose.seal_credential({**document, "id": f"urn:uuid:{n}"}, signer=signer, at=AT, key_id=url),
        )
        for n in range(500)
    ]
    envelopes = [vc_jose.open_envelope(item.data) for item in items]
    public = key.private.public_key()

    def raw(number: int) -> None:
        one = envelopes[number % len(items)]
        assert not signature_fault(algorithm, public, one.signature, one.signing_input)

    def ours(number: int) -> None:
        assert not open_item(items[number % len(items)], question).faults

    raw_rate, rate = best_of([raw, ours], 500)
    yield Figure(
        id="S3",
        what=f"vc+jwt {algorithm}, 5 KB: verified",
        unit="/s",
        measured=rate,
        target=VERIFIED_PER_SECOND if algorithm == "ES256" else None,
        note=f"form, key, seal, content; {100 * rate / raw_rate:.0f} % of the mathematics alone ({raw_rate:,.0f}/s)",
    )


def measure() -> list[Figure]:
    return [f for algorithm in TARGETS for make in (sealing_figures, verifying_figures) for f in make(algorithm)]


if __name__ == "__main__":
    figures.main(measure)

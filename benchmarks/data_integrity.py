"""S1 and S3 for Data Integrity: compose and seal as a share of raw signing, and verifying, beside peers in one run.

The document is the Open Badge of the benchmark's course, one learner after the other, grown to 5 KB. Raw is libsodium
(through PyNaCl; else OpenSSL) signing the bytes of the same document. What Data Integrity signs is 64 bytes of digests;
that rate is told in the notes. Verifying: strict JSON, contexts, proof, key by did:key, digests, signature. "Known":
the shape was seen before; "unknown": each document has a shape of its own.

    python -m benchmarks.data_integrity
"""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric import ed25519

from benchmarks import figures
from benchmarks.adapter import AT, ROWS, course
from benchmarks.figures import Figure
from benchmarks.seal import best_of
from mikra import strictjson
from mikra.conversion.identity import Identity, Origin, of_key
from mikra.conversion.open_badges import open_badge
from mikra.issuance.award_id import AwardId
from mikra.issuance.compose import compose
from mikra.sealing import data_integrity as di
from mikra.sealing.algorithms import signature_fault
from mikra.sealing.data_integrity_seal import seal
from mikra.sealing.data_integrity_template import SealTemplate, hole
from mikra.sealing.keys import bare_signer
from mikra.trust.did import resolve_method
from mikra.trust.loader import OFFLINE

TARGETS = {"eddsa-jcs-2022": (65, 80, 7_500), "eddsa-rdfc-2022": (50, 60, 5_000)}
"""Suite -> share of raw in %, stretch, verified a second."""

UNKNOWN = 600
SIZE = 5_000
TIMES = 1_500
CONFORMANCE = Path(__file__).parents[1] / "tests" / "conformance"
KEY = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
HOLES = {"name": "Ana0 Șerban-Żółć", "stem": "", "badge": ""}


def identity() -> Identity:
    return of_key(KEY.public_key())


@cache
def badge() -> tuple[dict[str, Any], dict[str, str]]:
    """The badge of the first learner, 5 KB, and what in it is that learner's: hole -> text."""
    award = AwardId.new(AT, bytes(9))
    credential = compose(course(), ROWS[0], award_id=award, at=AT, pages={})
    origin = Origin(award=award.award, credential=award.credential, digest=bytes(32))
    document = open_badge(credential, identity=identity(), origin=origin)
    criteria = document["credentialSubject"]["achievement"]["criteria"]
    criteria["narrative"] += "x" * (SIZE - len(orjson.dumps(document)))
    return document, {"name": HOLES["name"], "stem": award.stem, "badge": document["id"].removeprefix("urn:uuid:")}


def with_holes() -> dict[str, Any]:
    document, own = badge()
    text = orjson.dumps(document).decode()
    for name, value in own.items():
        text = text.replace(value, hole(name))
    found: dict[str, Any] = orjson.loads(text)
    return found


def values(number: int) -> dict[str, str]:
    stem = f"{number:08x}-4600-7000-8000-000000000"
    return {"name": f"Ana{number} Șerban-Żółć", "stem": stem, "badge": f"{number:08x}-4600-7000-8000-00000000000a"}


def verified(data: bytes) -> bool:
    document = strictjson.parse(data)
    di.check_contexts(document)
    proofs = di.read_proofs(document)
    keys = [resolve_method(proof.method, loader=OFFLINE).key for proof in proofs]
    return all(not di.proof_fault(document, p, k, proofs=proofs) for p, k in zip(proofs, keys, strict=True))


def raw() -> Callable[[bytes], object]:
    try:
        from nacl.bindings import crypto_sign
    except ImportError:
        return KEY.sign
    secret = KEY.private_bytes_raw() + KEY.public_key().public_bytes_raw()
    return lambda data: crypto_sign(data, secret)


def figures_of(suite: str) -> Iterator[Figure]:
    share, stretch, rate_wanted = TARGETS[suite]
    me = identity()
    template = SealTemplate(with_holes(), suite=suite, signer=bare_signer(KEY), method=me.verification_method, at=AT)
    samples = [template.seal(values(n)) for n in range(200)]
    assert all(map(verified, samples[:3]))
    raw_sign, covered, signature = raw(), samples[0], KEY.sign(bytes(64))
    rates = best_of(
        [
            lambda _: raw_sign(covered),
            lambda _: raw_sign(bytes(64)),
            lambda n: template.seal(values(n)),
            lambda n: verified(samples[n % len(samples)]),
            lambda _: signature_fault("EdDSA", KEY.public_key(), signature, bytes(64)),
        ],
        TIMES,
    )
    peers = peers_of(suite)
    note = f"stretch {stretch}; {len(covered):,} bytes; over the 64 bytes that are signed raw does {rates[1]:,.0f}/s"
    yield Figure(
        id="S1", what=f"{suite}: share of raw", unit="%", measured=100 * rates[2] / rates[0], target=share, note=note
    )
    yield Figure(id="S1", what=f"{suite}: sealed", unit="/s", measured=rates[2], peers=peers.get("seal", {}))
    known = "verified, shape known" if "rdfc" in suite else "verified"
    yield Figure(
        id="S3",
        what=f"{suite}: {known}",
        unit="/s",
        measured=rates[3],
        target=rate_wanted,
        peers=peers.get("verify", {}),
        note=f"the signature alone {rates[4]:,.0f}/s",
    )
    if "rdfc" in suite:
        yield _unknown(suite)


def _unknown(suite: str) -> Figure:
    """Every document has a member more than the one before, at another place: no shape comes twice."""
    me, signer = identity(), bare_signer(KEY)
    document, _ = badge()
    places = ["humanCode", "inLanguage", "version", "fieldOfStudy", "specialization", "tag"]
    subsets = [s for n in range(len(places)) for s in itertools.combinations(places, n)]
    sealed = []
    for number, subset in enumerate(subsets):
        twin = orjson.loads(orjson.dumps(document))
        achievement = twin["credentialSubject"]["achievement"]
        for name in places:
            achievement.pop(name, None)
        achievement |= dict.fromkeys(subset, "x")
        twin["credentialSubject"]["result"] *= 1 + number % 2
        sealed.append(seal(twin, suite=suite, signer=signer, method=me.verification_method, at=AT))

    def action(number: int) -> None:
        from mikra.sealing.rdf import canonical

        if number % len(sealed) == 0:
            canonical.forget_shapes()
        assert verified(sealed[number % len(sealed)])

    (rate,) = best_of([action], len(sealed) * 4)
    what = f"{suite}: verified, shape unknown"
    return Figure(id="S3", what=what, unit="/s", measured=rate, target=UNKNOWN)


def peers_of(suite: str) -> dict[str, dict[str, float]]:
    """{"seal": {peer: rate}, "verify": ...} of what is installed here, on the document of the same size."""
    found: dict[str, dict[str, float]] = {"seal": {}, "verify": {}}
    node = shutil.which("node")
    document, _ = badge()
    if node and (CONFORMANCE / "node_modules" / ".done").exists():
        done = subprocess.run(
            [node, str(CONFORMANCE / "rates.mjs"), suite],
            input=json.dumps(document),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode == 0:
            rates = json.loads(done.stdout)
            found = {action: {"@digitalbazaar/vc": rates[action]} for action in found}
        else:
            print(f"@digitalbazaar/vc: {(done.stderr.strip() or '?').splitlines()[-1]}", file=sys.stderr)
    if "rdfc" in suite:
        found["seal"]["PyLD + cryptography"] = _pyld(document)
    return found


def _pyld(document: dict[str, Any]) -> float:
    """What a Python program does without us: PyLD to canonicalise both parts, cryptography to sign."""
    import hashlib

    from pyld import jsonld

    from mikra.public_keys import base58
    from mikra.vocabulary import contexts

    def load(url: str, options: Any) -> dict[str, Any]:
        content = {"@context": contexts.load(url)}
        return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": content}

    options = {"documentLoader": load, "algorithm": "URDNA2015", "format": "application/n-quads", "base": None}
    config = {
        "@context": document["@context"],
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": "2026-06-01T12:00:00Z",
        "verificationMethod": identity().verification_method,
        "proofPurpose": "assertionMethod",
    }

    def seal_one(number: int) -> str:
        twin = {**document, "id": f"urn:uuid:{number}"}
        parts = [hashlib.sha256(jsonld.normalize(each, options).encode()).digest() for each in (config, twin)]
        return json.dumps(twin | {"proof": config | {"proofValue": "z" + base58.encode(KEY.sign(b"".join(parts)))}})

    return best_of([seal_one], 5)[0]


def measure() -> list[Figure]:
    return [figure for suite in TARGETS for figure in figures_of(suite)]


if __name__ == "__main__":
    figures.main(measure)

"""S1: compose and seal, as a share of raw signing over the same bytes: JAdES B-B with ES256, EdDSA and RS256.

Raw is OpenSSL (through `cryptography`), for Ed25519 libsodium (through PyNaCl), signing exactly the bytes that the
seals cover. Raw and Mikra take turns, so that a busy machine slows both; the figure is the share at the best round of
each. Peers run next, on a document of the same size, with the same kind of key, on one thread, by CPU time.

    python -m benchmarks.seal
"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import NameOID

from benchmarks import figures
from benchmarks.adapter import SIZES, Size, signer_of
from benchmarks.figures import Figure

ROOT = Path(__file__).parents[1]
PEERS = ROOT / ".peers"
TARGETS = {"ES256": (75, 85, 3_000), "EdDSA": (35, 50, 3_000), "RS256": (95, 98, 200)}
"""Algorithm -> target and stretch in % of raw, and how many seals in a round."""

ROUNDS = 15
PEER_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Key:
    """A key with its certificate (DER), and how raw signing is done with it."""

    private: Any
    certificate: bytes
    raw: Callable[[bytes], bytes]


def make_key(algorithm: str) -> Key:
    """A fresh key and a self-signed certificate for it."""
    if algorithm == "ES256":
        private: Any = ec.generate_private_key(ec.SECP256R1())
        scheme = ec.ECDSA(hashes.SHA256())
        return Key(private, _certificate(private, hashes.SHA256()), lambda data: private.sign(data, scheme))
    if algorithm == "RS256":
        private = rsa.generate_private_key(65537, 2048)
        how = padding.PKCS1v15(), hashes.SHA256()
        return Key(private, _certificate(private, hashes.SHA256()), lambda data: private.sign(data, *how))
    private = ed25519.Ed25519PrivateKey.generate()
    return Key(private, _certificate(private, None), _fastest_ed25519(private))


def _fastest_ed25519(private: ed25519.Ed25519PrivateKey) -> Callable[[bytes], bytes]:
    try:
        from nacl.bindings import crypto_sign
    except ImportError:
        return private.sign
    secret = private.private_bytes_raw() + private.public_key().public_bytes_raw()
    return lambda data: crypto_sign(data, secret)


def _certificate(private: Any, digest: hashes.HashAlgorithm | None) -> bytes:
    issuer = (NameOID.ORGANIZATION_NAME, "University of Zed"), (NameOID.ORGANIZATION_IDENTIFIER, "VATRO-00000000")
    name = x509.Name([x509.NameAttribute(oid, value) for oid, value in issuer])
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(private.public_key())
    builder = builder.serial_number(1).not_valid_before(start).not_valid_after(start + dt.timedelta(days=3650))
    return builder.sign(private, digest).public_bytes(serialization.Encoding.DER)


def best_of(actions: list[Callable[[int], object]], times: int) -> list[float]:
    """Runs a second of each action by CPU time, taking turns, at the best of the rounds."""
    best = [float("inf")] * len(actions)
    for _ in range(ROUNDS):
        for i, action in enumerate(actions):
            start = time.process_time()
            for row in range(times):
                action(row)
            best[i] = min(best[i], time.process_time() - start)
    return [times / seconds for seconds in best]


def signing_input(sealed: bytes) -> tuple[bytes, bytes]:
    """(the bytes that the seal covers, the payload): RFC 7797 with an unencoded payload."""
    opened = json.loads(sealed)
    payload = opened["payload"].encode()
    return opened["signatures"][0]["protected"].encode() + b"." + payload, payload


def peers_of(algorithm: str, key: Key, payload: bytes, times: int) -> Iterator[tuple[str, float]]:
    """(peer, credentials a second) for every peer that is installed and knows the algorithm."""
    pem = key.private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with tempfile.TemporaryDirectory() as folder:
        key_file, document = Path(folder, "key.pem"), Path(folder, "document.json")
        key_file.write_bytes(pem)
        document.write_bytes(payload)
        arguments = [algorithm, str(key_file), str(document), str(max(times // 5, 50)), str(PEER_ROUNDS)]
        for name, program in _programs():
            done = subprocess.run(
                [*program, *arguments],
                env={**os.environ, "PEERS": str(PEERS / "node")},
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode == 0:
                yield name, float(done.stdout)
            else:
                print(f"{name}, {algorithm}: {(done.stderr.strip() or '?').splitlines()[-1]}", file=sys.stderr)


def _programs() -> Iterator[tuple[str, list[str]]]:
    here = Path(__file__).parent / "peers"
    if (PEERS / "node" / ".done").exists():
        yield "npm jose", ["node", str(here / "seal_jose.mjs")]
    if (PEERS / "venv" / ".done").exists():
        yield "joserfc", [str(PEERS / "venv" / "bin" / "python"), str(here / "seal_joserfc.py")]


def figures_of(algorithm: str, size: Size) -> Iterator[Figure]:
    """The share of raw, and the rate beside those of the peers (which seal a document of the same size)."""
    target, stretch, times = TARGETS[algorithm]
    key = make_key(algorithm)
    seal = size.sealing(signer_of(key.private, key.certificate))
    sealed = seal(0)
    covered, payload = signing_input(sealed)
    raw_rate, rate = best_of([lambda _: key.raw(covered), seal], times)
    peers = dict(peers_of(algorithm, key, payload, times))
    yield Figure(
        id="S1",
        what=f"JAdES {algorithm}, {size.name}: share of raw",
        unit="%",
        measured=100 * rate / raw_rate,
        target=target,
        peers={name: 100 * value / raw_rate for name, value in peers.items()},
        note=f"stretch {stretch}; payload {len(payload):,} bytes, sealed {len(sealed):,}",
    )
    yield Figure(id="S1", what=f"JAdES {algorithm}, {size.name}: sealed", unit="/s", measured=rate, peers=peers)


def measure() -> list[Figure]:
    return [figure for algorithm in TARGETS for size in SIZES for figure in figures_of(algorithm, size)]


if __name__ == "__main__":
    figures.main(measure)

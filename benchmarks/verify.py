"""S3: verifying a JAdES seal, and a whole European Digital Credential with profile check, meter and principles.

A class of one design, each learner once and again: what a verifier of a batch sees. "Shape known" is the figure of the
bar; "each shape new" is the general path, of which nothing was seen before. Raw is OpenSSL checking the same seal over
the same bytes, in the same run.

    python -m benchmarks.verify
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from itertools import count

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from benchmarks import figures
from benchmarks.adapter import SIZES, signer_of
from benchmarks.calibration import cpu_rate
from benchmarks.figures import Figure
from benchmarks.seal import make_key
from mikra.sealing import jades
from mikra.trust.certificates import fingerprint
from mikra.verification import Policy, known_shapes, verify

AT = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)
LEARNERS = 200
SEAL_TARGET, WHOLE_TARGET = 8_000, 3_000


def measure() -> list[Figure]:
    return [figure for number, size in enumerate(SIZES) for figure in _of(size.name, number)]


def _of(name: str, number: int) -> Iterator[Figure]:
    key = make_key("ES256")
    seal = SIZES[number].sealing(signer_of(key.private, key.certificate))
    files = [seal(row) for row in range(LEARNERS)]
    policy = Policy(trusted_seals=frozenset({fingerprint(key.certificate)}))
    turn = count()

    def each(action: Callable[[bytes], object]) -> Callable[[], object]:
        return lambda: action(files[next(turn) % LEARNERS])

    one = jades.unseal(files[0]).seals[0]
    half = len(one.value) // 2
    der = encode_dss_signature(int.from_bytes(one.value[:half]), int.from_bytes(one.value[half:]))
    public, scheme = key.private.public_key(), ec.ECDSA(hashes.SHA256())
    raw = cpu_rate(lambda: public.verify(der, one.signing_input, scheme), 1000)
    yield Figure(
        id="S3",
        what=f"JAdES seal checked, {name}",
        unit="/s",
        measured=cpu_rate(each(lambda data: jades.check_integrity(jades.unseal(data))), LEARNERS),
        target=SEAL_TARGET if number == 0 else None,
        peers={"raw": raw},
        note=f"{len(files[0]):,} bytes",
    )
    known_shapes.forget()
    whole = each(lambda data: verify(data, at=AT, policy=policy))
    for _ in range(3):
        whole()
    yield Figure(
        id="S3",
        what=f"whole verification, {name}, shape known",
        unit="/s",
        measured=cpu_rate(whole, LEARNERS),
        target=WHOLE_TARGET,
        note="profile, meter, principles and summary included",
    )
    anew = each(lambda data: (known_shapes.forget(), verify(data, at=AT, policy=policy)))
    rate = cpu_rate(anew, LEARNERS // 4)
    yield Figure(id="S3", what=f"whole verification, {name}, each shape new", unit="/s", measured=rate)


if __name__ == "__main__":
    figures.main(measure)

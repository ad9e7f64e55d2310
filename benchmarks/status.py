"""S6: a status list of 1,000,000 places: built (1 in 1,000 withdrawn, and 1 in 100), compressed, and checked cold.

Built means: from the places that have a value to the bits of an encoding; for both encodings the slower one counts.
Checked cold means: from the encoded text of a published list to the value of one place.

    python -m benchmarks.status
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from benchmarks import figures
from benchmarks.figures import Figure
from mikra.status import bitstring, token
from mikra.status.bitstring import Entry
from mikra.status.table import Value, pack

SIZE = 1_000_000
ROUNDS = 60
URL = "https://zed.example.test/status/1/token"


def best_ms(action: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time()
        action()
        best = min(best, time.process_time() - start)
    return best * 1000


def measure() -> list[Figure]:
    chance = random.Random(1)
    values = {Value.INVALID: chance.sample(range(SIZE), SIZE // 100)}
    table = pack(SIZE, values)
    bits = table.bits(Value.INVALID, msb_first=True)
    few = {Value.INVALID: values[Value.INVALID][: SIZE // 1000]}
    encoded = best_ms(lambda: table.bits(Value.INVALID, msb_first=True))
    built, rarely = (max(best_ms(lambda v=v: pack(SIZE, v)), encoded) for v in (values, few))  # type: ignore[misc]
    packed = {
        "token, 2 bits": best_ms(lambda: token.encode(table.packed)),
        "W3C, 1 bit": best_ms(lambda: bitstring.encode(bits)),
    }
    both = [
        Figure(id="S6", what=f"status list of 1,000,000 compressed ({name})", unit="ms", measured=ms, target=10)
        for name, ms in packed.items()
    ]
    return [
        Figure(id="S6", what="status list of 1,000,000 built, 0.1 % withdrawn", unit="ms", measured=rarely, target=1),
        Figure(id="S6", what="the same, 1 % withdrawn", unit="ms", measured=built),
        *both,
        *_checked(table.packed, bits),
    ]


def _checked(packed: bytes, bits: bytes) -> list[Figure]:
    claims = {"sub": URL, "iat": 1, "status_list": {"bits": 2, "lst": token.encode(packed)}}
    text = bitstring.encode(bits)
    listed = {
        "id": URL,
        "type": ["BitstringStatusListCredential"],
        "credentialSubject": {"type": "BitstringStatusList", "statusPurpose": "revocation", "encodedList": text},
    }
    entry = Entry(purpose="", index=777_777, list_url=URL, kind="", where="")
    wide = best_ms(lambda: token.value_at(token.read_claims(claims), entry))
    narrow = best_ms(lambda: bitstring.value_at(bitstring.read_list(listed), entry))
    return [
        Figure(id="S6", what="the same checked cold (token, 2 bits)", unit="ms", measured=wide, target=1),
        Figure(id="S6", what="the same checked cold (W3C, 1 bit)", unit="ms", measured=narrow, target=1),
    ]


if __name__ == "__main__":
    figures.main(measure)

"""RFC 8032, 5.1.3: which 32 bytes are an Ed25519 public key. OpenSSL takes any.

Points of small order are refused: under such a key one signature can fit many texts (RFC 8032, 8; Cremers and others,
"Seems Legit", 2019).
"""

from __future__ import annotations

from functools import lru_cache

_P = 2**255 - 19
_D = -121665 * pow(121666, -1, _P) % _P
_SMALL_8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
"""The y of a point of order 8; the other is its negative (RFC 8032, 5.1 defines the curve; checked in the tests)."""

_SMALL = frozenset({0, 1, _P - 1, _SMALL_8, _P - _SMALL_8})


@lru_cache(maxsize=1024)
def is_ed25519_point(data: bytes) -> bool:
    """Whether these 32 bytes are a point of the curve, in its one form, and not of small order."""
    number = int.from_bytes(data, "little")
    y, sign = number & (2**255 - 1), number >> 255
    if len(data) != 32 or y >= _P or y in _SMALL:
        return False
    square = y * y % _P
    x_squared = (square - 1) * pow(_D * square + 1, -1, _P) % _P
    return not (x_squared == 0 and sign) and pow(x_squared, (_P - 1) // 2, _P) in (0, 1)

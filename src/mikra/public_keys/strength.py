"""ETSI TS 119 312, 8: how strong a key must be. What is too weak is refused wherever it turns up."""

from __future__ import annotations

MIN_RSA_BITS = 2048
"""ETSI TS 119 312, 8.2 and BSI TR-02102: nothing smaller holds."""

MAX_RSA_BITS = 8192
"""Ours: a larger key only costs the reader time."""

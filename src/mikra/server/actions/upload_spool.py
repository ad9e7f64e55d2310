"""A long upload on its way in: on disk, but never in the clear, under a key that is nowhere but in memory."""

from __future__ import annotations

import io
import tempfile
from typing import Any, BinaryIO

from mikra.adapters.clock import chance
from mikra.server.store import personal


class Spool:
    """`add` pieces, then `reader()` reads them from the start, as often as is wanted; memory holds two blocks."""

    BLOCK = 256 * 1024
    _SEALED = BLOCK + 40
    """A block with its nonce (24 bytes) and tag (16)."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="mikra-")  # noqa: SIM115 - closed with the spool
        self._key = chance(32)
        self._rest = bytearray()
        self.size = 0

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, piece: bytes) -> int:
        """Takes a piece; how many bytes there are now."""
        self._rest += piece
        self.size += len(piece)
        while len(self._rest) >= self.BLOCK:
            self._write(bytes(self._rest[: self.BLOCK]))
            del self._rest[: self.BLOCK]
        return self.size

    def _write(self, block: bytes) -> None:
        self._file.write(personal.encrypt(self._key, block))

    def reader(self) -> BinaryIO:
        """What was added, to be read and sought in. Nothing is added after it."""
        if self._rest:
            self._write(bytes(self._rest))
            self._rest.clear()
        return io.BufferedReader(_Blocks(self), self.BLOCK)

    def block(self, number: int) -> bytes:
        """One block, decrypted."""
        self._file.seek(number * self._SEALED)
        return personal.decrypt(self._key, self._file.read(self._SEALED))


class _Blocks(io.RawIOBase):
    def __init__(self, spool: Spool) -> None:
        super().__init__()
        self._spool, self._at = spool, 0
        self._known, self._block = -1, b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._spool.size}[whence]
        self._at = base + offset
        return self._at

    def readinto(self, buffer: Any) -> int:
        number, start = divmod(self._at, Spool.BLOCK)
        if self._at >= self._spool.size:
            return 0
        if number != self._known:
            self._known, self._block = number, self._spool.block(number)
        piece = self._block[start : start + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

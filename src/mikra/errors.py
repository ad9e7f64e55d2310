"""Every exception of Mikra, in one tree.

    MikraError
    ├── InputError         what was given cannot be taken        (has `path`; `code` as in `codes.CODES`)
    ├── NotFoundError      there is nothing under that name
    ├── ConflictError      it contradicts what is already there  (an edition, an award, a journal)
    ├── NotAllowedError    the caller lacks the right, or the key the permission
    ├── ProtocolError      the other side broke a protocol       (has the protocol's own `code`)
    └── UnavailableError   cannot be had now, may be had later   (has `retry_after`, in seconds)

Each says what, where, what was found, what was expected and what to do. A bad *credential* is never an
exception but a `report.Report` (docs/design.md, decision 3).
"""

from __future__ import annotations


class MikraError(Exception):
    """The root. `message` is a full sentence; the other members are short phrases, or empty."""

    def __init__(
        self, message: str, *, where: str = "", found: str = "", expected: str = "", fix: str = "", code: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.found = found
        self.expected = expected
        self.fix = fix
        self.code = code

    def __str__(self) -> str:
        parts = [self.message]
        if self.where:
            parts.append(f"Where: {self.where}.")
        if self.found:
            parts.append(f"Found: {self.found}.")
        if self.expected:
            parts.append(f"Expected: {self.expected}.")
        if self.fix:
            parts.append(f"What to do: {self.fix}")
        return " ".join(parts)


class InputError(MikraError):
    """What was given cannot be taken. `path` points into it: a JSON Pointer (RFC 6901), a cell, a line."""

    @property
    def path(self) -> str:
        return self.where


class NotFoundError(MikraError):
    """There is nothing under that name."""


class ConflictError(MikraError):
    """It contradicts what is already there."""


class NotAllowedError(MikraError):
    """The caller lacks the right, or the key lacks the permission."""


class ProtocolError(MikraError):
    """The other side broke a protocol; `code` is that protocol's own error code."""


class UnavailableError(MikraError):
    """It cannot be had now. `retry_after` is in seconds; None when nobody knows."""

    def __init__(
        self,
        message: str,
        *,
        where: str = "",
        found: str = "",
        expected: str = "",
        fix: str = "",
        code: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, where=where, found=found, expected=expected, fix=fix, code=code)
        self.retry_after = retry_after

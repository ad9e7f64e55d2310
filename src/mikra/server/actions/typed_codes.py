"""The code on a paper copy, sixteen letters and digits, by which its credential is found without the file.

    code = typed_codes.code_of(award)            "ABCD-EFGH-JKMN-PQRS"
    found = typed_codes.found(code)              the award; InputError says which letter looks wrong, else NotFoundError

Fifteen of them are the award's place in its status list, encrypted (75 bits, a Feistel network of twelve rounds of
HMAC-SHA-256 under a key of the installation): a guess is right once in 2^75 for each award, and no column is needed.
The last is a check digit over GF(32), which sees every single wrong letter and every swap of two: see ADR 19.
"""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Iterator

from mikra.errors import InputError, NotFoundError
from mikra.server.actions.claim_codes import LETTERS
from mikra.server.store import personal
from mikra.server.store.awards import Award
from mikra.server.words import _

LENGTH = 16
_BODY = LENGTH - 1
_BITS = 5 * _BODY
_LOW = 37
_ROUNDS = 12
_INDEX = 32
"""Bits of the place within its list."""
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})
_NOBODY = uuid.UUID(int=0)


def code_of(award: Award) -> str:
    """The code, in groups of four; "" for an award without a status list (a trial run)."""
    if award.list_number is None or award.list_index is None:
        return ""
    number = _shuffled(award.list_number << _INDEX | award.list_index)
    digits = [number >> 5 * place & 31 for place in reversed(range(_BODY))]
    return spaced("".join(LETTERS[one] for one in [*digits, _check(digits)]))


def spaced(code: str) -> str:
    """As people read it."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def found(typed: str) -> Award:
    """The award of a code, however it was typed. InputError for one that does not add up, NotFoundError for none."""
    digits = _digits(typed)
    if _sum(digits):
        raise _misread(digits)
    award = _award(digits)
    if award is None:
        raise NotFoundError(
            "There is no credential under this code.",
            fix="Check it against the paper. Where it is the same, the paper was not made by this service.",
            code="not_found",
        )
    return award


def _digits(typed: str) -> list[int]:
    if len(typed) > 100:
        raise _not_sixteen(len(typed))
    plain = "".join(one for one in typed.upper() if not one.isspace() and one not in "-.–—").translate(_MISREAD)
    strange = [place for place, one in enumerate(plain, 1) if one not in LETTERS]
    if strange:
        raise InputError(
            _("Letter {number} of this code is none that codes are made of.").format(number=strange[0]),
            where="code",
            found=plain[strange[0] - 1],
            expected="letters from A to Z and digits",
        )
    if len(plain) != LENGTH:
        raise _not_sixteen(len(plain))
    return [LETTERS.index(one) for one in plain]


def _not_sixteen(count: int) -> InputError:
    return InputError(
        "This code is not whole.",
        where="code",
        found=f"{count} letters",
        expected=f"{LENGTH} letters and digits",
    )


def _misread(digits: list[int]) -> InputError:
    """Which letter, where exactly one correction leads to a credential; whoever is so near has the paper in hand."""
    places = {place for place, near in _near(digits) if _award(near) is not None}
    if len(places) == 1:
        place = places.pop()
        return InputError(
            _("Letter {number} of this code looks wrong.").format(number=place + 1),
            where="code",
            found=LETTERS[digits[place]],
            fix="Compare it with the paper, and the letter after it too.",
        )
    return InputError(
        "Something in this code is mistyped.",
        where="code",
        fix="Compare it with the paper, letter by letter.",
    )


def _near(digits: list[int]) -> Iterator[tuple[int, list[int]]]:
    """Codes that add up and differ in one letter, or by one swap of neighbours; and where."""
    left = _sum(digits)
    for place in range(LENGTH):
        other = digits[place] ^ _times(left, _POWERS[(31 - place) % 31])
        yield place, [*digits[:place], other, *digits[place + 1 :]]
    for place in range(LENGTH - 1):
        swapped = [*digits[:place], digits[place + 1], digits[place], *digits[place + 2 :]]
        if not _sum(swapped):
            yield place, swapped


def _award(digits: list[int]) -> Award | None:
    number = 0
    for one in digits[:_BODY]:
        number = number << 5 | one
    place = _unshuffled(number)
    listed, index = place >> _INDEX, place & (1 << _INDEX) - 1
    if listed >= 1 << 31 or index >= 1 << 31:
        return None
    rows = Award._default_manager.select_related("tenant", "edition", "learner__key")
    return rows.filter(list_number=listed, list_index=index).first()


# The check digit: the sum over GF(32), x^5 + x^2 + 1, of each digit times a power of its own is zero.


def _times(one: int, other: int) -> int:
    product = 0
    while other:
        if other & 1:
            product ^= one
        one <<= 1
        if one & 32:
            one ^= 0b100101
        other >>= 1
    return product


def _powers() -> list[int]:
    found = [1]
    while len(found) < 31:
        found.append(_times(found[-1], 2))
    return found


_POWERS = _powers()


def _sum(digits: list[int]) -> int:
    total = 0
    for place, one in enumerate(digits):
        total ^= _times(one, _POWERS[place])
    return total


def _check(digits: list[int]) -> int:
    return _times(_sum(digits), _POWERS[31 - _BODY])


# The secret order of 75 bits: each round changes one half by a keyed digest of the other (Luby and Rackoff, 1988).


def _shuffled(number: int) -> int:
    for step in range(_ROUNDS):
        number = _step(number, step)
    return number


def _unshuffled(number: int) -> int:
    for step in reversed(range(_ROUNDS)):
        number = _step(number, step)
    return number


def _step(number: int, step: int) -> int:
    """One round, which undoes itself."""
    high, low = number >> _LOW, number & (1 << _LOW) - 1
    if step % 2:
        return (high ^ _digest(step, low) & (1 << _BITS - _LOW) - 1) << _LOW | low
    return high << _LOW | low ^ _digest(step, high) & (1 << _LOW) - 1


def _digest(step: int, half: int) -> int:
    key = personal.derived("typed-code", _NOBODY)
    return int.from_bytes(hmac.digest(key, bytes([step]) + half.to_bytes(5), "sha256")[:8])

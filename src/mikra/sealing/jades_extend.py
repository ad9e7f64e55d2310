"""ETSI TS 119 182-1, 5.3.4 to 5.3.6: levels B-T, B-LT and B-LTA, appended to a seal; nothing that is there changes.

The layout of the EU's samples, each item base64url of an object:

    sigTst     a timestamp over the signature                                     B-T
    xVals      certificates that checking needs and the seal does not carry yet
    rVals      revocation lists and OCSP responses                                B-LT
    arcTst     a timestamp over content, header, signature and all items before   B-LTA
    tstVD      what the last arcTst needs, before the next arcTst                 every further generation

Asking for timestamps and for revocation data is elsewhere (`issuance.extension`): here is what is asked for, and how
the answer is put in. A file with plain objects in `etsiU` is not extended: its archive timestamps would need
canonical JSON, which nobody in the field writes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from mikra import base64url, strictjson
from mikra.errors import InputError
from mikra.sealing import etsiu, jades
from mikra.sealing.etsiu import ValidationData
from mikra.sealing.jades import Level, Seal

SIG_TST, ARC_TST, TST_VD = "sigTst", "arcTst", "tstVD"


def covered_by_next(one: Seal, kind: str, texts: Sequence[str]) -> bytes:
    """The bytes whose digest the next token of that kind must carry; `texts` are the items of `etsiU` as they stand."""
    if kind == SIG_TST:
        return one.text.encode("ascii")
    signed = one.signing_input[len(one.protected) + 1 :]
    joined = "".join(texts).encode("ascii")
    return b"%b.%b.%b.%b" % (signed, one.protected.encode("ascii"), one.text.encode("ascii"), joined)


def items(data: bytes) -> tuple[tuple[str, ...], ...]:
    """The items of `etsiU` of each seal, as they stand. Raises InputError for items in plain form."""
    file = strictjson.parse(data, strictjson.LIMITS_WITH_IMAGES)
    return tuple(_texts(entry) for entry in _entries(file))


def _entries(file: dict[str, Any]) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = file.get("signatures", [file])
    return listed


def _texts(entry: Mapping[str, Any]) -> tuple[str, ...]:
    found = entry.get("header", {}).get("etsiU", [])
    if not all(isinstance(item, str) for item in found):
        raise InputError(
            "What was added to this seal stands in plain form, which is not extended.",
            expected="items in base64url, as the EU's software writes them",
            fix="Extend it with the program that began.",
            code="proof_not_supported",
        )
    return tuple(found)


def next_imprint(data: bytes, number: int, kind: str) -> bytes:
    """What the next token of that kind over seal `number` of a file has to cover."""
    return covered_by_next(jades.unseal(data).seals[number], kind, items(data)[number])


def with_token(data: bytes, number: int, kind: str, token: bytes) -> bytes:
    """The same file with a token (DER) more on seal `number`."""
    return _with(data, number, [(kind, {"tstTokens": [{"val": base64url.encode_standard(token)}]})])


def with_values(data: bytes, number: int, values: ValidationData) -> bytes:
    """The same file with the certificates and revocation data that seal `number` does not carry yet.

    The first time as `xVals` and `rVals`, after an archive timestamp as `tstVD`. Nothing new: nothing is added, unless
    the seal has no values at all (a seal whose authorities need no answers still says so by empty `rVals`).
    """
    one = jades.unseal(data).seals[number]
    new = missing(one, values)
    if ARC_TST in one.kinds:
        both = {"xVals": _certificates(new), "rVals": _answers(new)}
        return _with(data, number, [(TST_VD, both)]) if new != ValidationData() else data
    additions: list[tuple[str, Any]] = []
    if new.certificates:
        additions.append(("xVals", _certificates(new)))
    if new.crls or new.ocsps or "rVals" not in one.kinds:
        additions.append(("rVals", _answers(new)))
    return _with(data, number, additions) if additions else data


def missing(one: Seal, values: ValidationData) -> ValidationData:
    """What of `values` the seal does not carry yet."""
    have = one.validation_data
    known = {*have.certificates, one.certificate}
    return ValidationData(
        certificates=tuple(c for c in values.certificates if c not in known),
        crls=tuple(c for c in values.crls if c not in have.crls),
        ocsps=tuple(o for o in values.ocsps if o not in have.ocsps),
    )


def _certificates(values: ValidationData) -> list[Any]:
    """5.3.5.2."""
    return [{"x509Cert": {"val": base64url.encode_standard(der)}} for der in values.certificates]


def _answers(values: ValidationData) -> dict[str, Any]:
    """5.3.5.4."""
    lists = [{"val": base64url.encode_standard(der)} for der in values.crls]
    responses = [{"val": base64url.encode_standard(der)} for der in values.ocsps]
    return {name: listed for name, listed in (("crlVals", lists), ("ocspVals", responses)) if listed}


def _with(data: bytes, number: int, additions: Sequence[tuple[str, Any]]) -> bytes:
    """Appends, and opens the result again: what was sealed is the same, or nothing is given out."""
    before = jades.unseal(data)
    file = strictjson.parse(data, strictjson.LIMITS_WITH_IMAGES)
    entry = _entries(file)[number]
    texts = [*_texts(entry), *(etsiu.write(kind, value) for kind, value in additions)]
    _replace(entry, texts)
    extended = orjson.dumps(file)
    after = jades.unseal(extended)
    same = [(s.protected, s.text, s.signing_input) for s in before.seals]
    if before.payload != after.payload or same != [(s.protected, s.text, s.signing_input) for s in after.seals]:
        raise InputError("This file cannot be extended without changing what is sealed.", code="jws_malformed")
    return extended


def _replace(entry: dict[str, Any], texts: Sequence[str]) -> None:
    """The members of a seal in the order of the EU's samples: protected, header, signature."""
    signature = entry.pop("signature")
    entry.pop("header", None)
    if texts:
        entry["header"] = {"etsiU": list(texts)}
    entry["signature"] = signature


def generation(data: bytes, counts: Sequence[int]) -> bytes:
    """The file as it was when its seals had so many items each: extension only appends, so nothing is ever lost.

    For files written here this is the earlier file byte for byte; `counts` of zeros give the file at level B-B.
    """
    file = strictjson.parse(data, strictjson.LIMITS_WITH_IMAGES)
    for entry, count in zip(_entries(file), counts, strict=True):
        _replace(entry, _texts(entry)[:count])
    return orjson.dumps(file)


def still_to_do(one: Seal, to: Level) -> tuple[str, ...]:
    """The steps from where a seal is to a level: "T", "LT", "LTA"."""
    order = (Level.B, Level.T, Level.LT, Level.LTA)
    wanted = order[order.index(one.level) + 1 : order.index(to) + 1]
    return tuple(level.name for level in wanted)

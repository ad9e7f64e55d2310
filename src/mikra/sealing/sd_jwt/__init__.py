"""RFC 9901 (SD-JWT) and SD-JWT VC (draft 26): selective disclosure, sealed, read, presented, bound to a key.

sealed = issue(claims, signer=signer, concealed={("family_name",)}, chance=secrets.token_bytes)
shown = present(sealed, lambda place: place == ("family_name",))
answer = bind(shown, signer=holder, audience="https://verifier.example", nonce=nonce, at=now)
read(answer).claims
"""

from mikra.sealing.sd_jwt.conceal import Chance, Concealed, Path, conceal
from mikra.sealing.sd_jwt.disclosures import Place
from mikra.sealing.sd_jwt.issue import ALWAYS_OPEN, Kind, issue, sd_hash
from mikra.sealing.sd_jwt.key_binding import (
    MAX_AGE,
    KeyBinding,
    age_fault,
    answer_fault,
    bind,
    binding_fault,
    present,
    read_key_binding,
)
from mikra.sealing.sd_jwt.read import Disclosure, SdJwt, compact, read

__all__ = [
    "ALWAYS_OPEN",
    "MAX_AGE",
    "Chance",
    "Concealed",
    "Disclosure",
    "KeyBinding",
    "Kind",
    "Path",
    "Place",
    "SdJwt",
    "age_fault",
    "answer_fault",
    "bind",
    "binding_fault",
    "compact",
    "conceal",
    "issue",
    "present",
    "read",
    "read_key_binding",
    "sd_hash",
]

"""The signer's folder of an installation: keys as encrypted files, each with its password file, and the plan.

home/keys/NAME.p12, home/keys/NAME.password (mode 0600), and a table [keys.NAME] in home/signer/plan.toml for each.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

from mikra.adapters.clock import chance
from mikra.adapters.signers import write_pkcs12
from mikra.errors import UnavailableError
from mikra.sealing.certificates import SealKey
from mikra.sealing.keys import PrivateKey
from mikra.server.installation import Installation

HEAD = """# Which keys seal here, what each may seal, and how fast. The signer reads this at its start, and on SIGHUP.
# A key may also be on a token (key = "pkcs11:...") or at a service ("csc:..."). A key without a password_file
# has its password asked for.
socket = "signer.sock"
audit = "audit.jsonl"
"""

AUTHORITY = "wallet-authority"
"""The file in home/keys of the key that certifies keys for wallets."""

PER_MINUTE = 600_000
"""A whole university in some minutes; a page that somebody broke into cannot seal a country."""
ROUNDS = 10_000
"""Of PBKDF2, where the password is 192 bits of chance: there is nothing to guess, and each start opens every key."""

SEALS = {
    "credentials": ("edc", "vc", "sd-jwt", "pdf", "data-integrity", "digest", "manifest"),
    "trial": ("edc", "vc", "sd-jwt", "pdf", "data-integrity", "digest", "manifest"),
    "status": ("status-list",),
    "requests": ("request",),
    "reports": ("report",),
    "transfers": ("transfer",),
    "receipts": ("receipt", "manifest", "audit-head"),
    "wallets": ("vc", "sd-jwt", "data-integrity", "metadata", "token-list"),
}
"""By use of a key (`store.tenants.SealKey.Use`): the kinds that the signer lets it seal (`adapters.signer_kinds`)."""


_WALLETS_BEFORE = (
    'seals = ["vc", "sd-jwt", "data-integrity"]\n',
    'seals = ["vc", "sd-jwt", "data-integrity", "metadata"]\n',
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A key for the plan. `address` empty: its file lies in home/keys under its name."""

    name: str
    use: str
    address: str = ""
    per_minute: int = PER_MINUTE

    def kinds(self) -> str:
        """What it may seal, as a line of the plan."""
        listed = ", ".join(f'"{one}"' for one in SEALS[self.use])
        return f"seals = [{listed}]\n"

    def table(self) -> str:
        """Its lines in the plan."""
        where = [f'key = "{self.address}"'] if self.address else []
        if not self.address:
            where = [f'key = "../keys/{self.name}.p12"', f'password_file = "../keys/{self.name}.password"']
        lines = [f"[keys.{self.name}]", *where, self.kinds().rstrip(), f"per_minute = {self.per_minute}"]
        return "\n" + "\n".join(lines) + "\n"


def complete(of: Installation) -> bool:
    """Keys for wallets in a plan of before they sealed list tokens may do so now; whether there were any."""
    if not of.signer_plan.exists():
        return False
    with _held(of):
        before = of.signer_plan.read_text("utf-8")
        after = before
        for earlier in _WALLETS_BEFORE:
            after = after.replace(earlier, Planned(name="", use="wallets").kinds())
        if after == before:
            return False
        draft = of.signer_plan.with_suffix(".draft")
        draft.unlink(missing_ok=True)
        _write(draft, after)
        draft.replace(of.signer_plan)
    return True


def keep(of: Installation, name: str, made: SealKey) -> None:
    """The key as an encrypted file, its password in a file beside it. ConflictError where the name is taken."""
    of.keys.mkdir(parents=True, exist_ok=True, mode=0o700)
    password = chance(24).hex()
    write_pkcs12(of.keys / f"{name}.p12", made, password, iterations=ROUNDS)
    _write(of.keys / f"{name}.password", password)


def keep_file(of: Installation, name: str, content: bytes, password: str) -> None:
    """A key that was brought, under the password that it came with."""
    of.keys.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write(of.keys / f"{name}.p12", content)
    _write(of.keys / f"{name}.password", password)


def plan(of: Installation, keys: Sequence[Planned]) -> None:
    """Adds keys to the plan, all or none; what stands in it stays as it is."""
    with _held(of):
        _add(of, keys)


def make_once(of: Installation, key: Planned, make: Callable[[], SealKey]) -> bool:
    """Makes a key that lies here and adds it to the plan, unless it stands there; whether it was this call.

    What a crash left of an earlier try is not in the plan, so nothing was ever sealed by it: it is made anew.
    """
    with _held(of):
        if of.signer_plan.exists() and f"[keys.{key.name}]" in of.signer_plan.read_text("utf-8").splitlines():
            return False
        for ending in ("p12", "password"):
            (of.keys / f"{key.name}.{ending}").unlink(missing_ok=True)
        keep(of, key.name, make())
        _add(of, [key])
    return True


def _add(of: Installation, keys: Sequence[Planned]) -> None:
    before = of.signer_plan.read_text("utf-8") if of.signer_plan.exists() else HEAD
    draft = of.signer_plan.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    _write(draft, before + "".join(one.table() for one in keys))
    draft.replace(of.signer_plan)


def authority(of: Installation, make: Callable[[], SealKey]) -> SealKey:
    """The authority that certifies keys for wallets; made where there is none yet. It never seals a credential."""
    file, password = of.keys / f"{AUTHORITY}.p12", of.keys / f"{AUTHORITY}.password"
    with _held(of):
        if not (file.exists() and password.exists()):
            file.unlink(missing_ok=True)  # half of a pair, after a crash: nothing was certified by it
            password.unlink(missing_ok=True)
            made = make()
            keep(of, AUTHORITY, made)
            return made
    bundle = pkcs12.load_pkcs12(file.read_bytes(), password.read_text("utf-8").strip().encode())
    if bundle.cert is None or not isinstance(bundle.key, PrivateKey):
        raise UnavailableError("The authority for wallet keys cannot be read.", where=str(file), code="key_unreadable")
    return SealKey(key=bundle.key, certificate=bundle.cert.certificate.public_bytes(Encoding.DER))


def _write(file: Path, content: str | bytes) -> None:
    """A new file of mode 0600, on the disk before this returns."""
    raw = content.encode() if isinstance(content, str) else content
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(raw)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise UnavailableError(
            "A key of this installation cannot be written.",
            where=str(file),
            found=error.strerror or "",
            fix="Let the user that runs Mikra own this folder, and make room.",
        ) from error


@contextmanager
def _held(of: Installation) -> Iterator[None]:
    """One writer of the plan at a time."""
    folder = of.signer_plan.parent
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(folder / ".plan.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)

"""`mikra signer`: each permission with its twin; the switch; a restart; and R9, what stands where of a private key."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import os
import random
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mikra.adapters import signer_server
from mikra.adapters.signer_client import open_signer_key, switch
from mikra.adapters.signer_keys import Bucket, HeldKey, KeyPlan, Plan, read_plan
from mikra.adapters.signer_kinds import Kind, kind_of
from mikra.adapters.signer_server import SignerServer
from mikra.adapters.signers import write_pkcs12
from mikra.errors import ConflictError, InputError, NotAllowedError, NotFoundError, UnavailableError
from mikra.issuance.batch import Batch
from mikra.issuance.status_lists import Publisher, published
from mikra.sealing import jades
from mikra.sealing.algorithms import signature_fault
from mikra.sealing.certificates import SealKey
from mikra.sealing.keys import DigestSigner
from mikra.status.table import pack
from tests.issuance.awards import AT, ROW, award_id, pages, seal_key
from tests.issuance.issues import WATER

pytestmark = pytest.mark.sockets
ROOT = Path(__file__).parents[2]
WORDS = "four words of password"
LIST = published(Publisher(signer=seal_key("VATRO-1", False).signer), pack(131_072, {}), "https://a.example/1", AT)
STATUS = LIST["token"].rpartition(b".")[0]


def header(**members: Any) -> bytes:
    return base64.urlsafe_b64encode(json.dumps({"alg": "ES256", **members}).encode()).rstrip(b"=")


def edc() -> bytes:
    """What is signed of a European Digital Credential: the header, a dot, the credential as it stands."""
    batch = Batch(WATER, signer=seal_key(WATER.issuer.identifiers.eidas, True).signer, pages=pages(WATER), at=AT)
    opened = json.loads(batch.seal(ROW, award_id()))
    return f"{opened['signatures'][0]['protected']}.{opened['payload']}".encode()


EDC = edc()


class Running:
    """A signer in a thread of this process."""

    def __init__(self, folder: Path, **changes: Any) -> None:
        self.folder = folder
        self.made: dict[str, SealKey] = {"seal": seal_key("VATRO-1", False), "lists": seal_key("VATRO-2", False)}
        seals = {"seal": {Kind.EDC, Kind.RECEIPT, Kind.DIGEST}, "lists": {Kind.STATUS_LIST}}
        keys = tuple(
            KeyPlan(name=name, key="", seals=frozenset(kinds), per_minute=changes.pop(f"{name}_rate", 600_000))
            for name, kinds in seals.items()
        )
        self.plan = Plan(socket=folder / "signer.sock", audit=folder / "audit.jsonl", keys=keys, **changes)
        self.start()

    def start(self) -> None:
        held = {one.name: HeldKey(one, self.made[one.name].signer) for one in self.plan.keys}
        self.server = SignerServer(self.plan, held)
        self.thread = threading.Thread(target=self.server.serve, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.server.close()
        self.thread.join(5)

    def key(self, name: str, patience: float = 0.3) -> Any:
        return open_signer_key(f"signer:{self.plan.socket}#{name}", patience=patience)

    def audit(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.plan.audit.read_text().splitlines()]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    one = Running(tmp_path)
    yield one
    one.stop()


def test_a_key_seals_what_it_may_and_nothing_else(running: Running) -> None:
    seal, lists = running.key("seal"), running.key("lists")
    public = running.made["lists"].key.public_key()
    assert signature_fault("ES256", public, lists.sign(STATUS), STATUS) == ""
    assert len(seal.sign(EDC)) == 64
    for key, data in ((lists, EDC), (seal, STATUS)):
        with pytest.raises(NotAllowedError) as error:
            key.sign(data)
        assert error.value.code == "forbidden"
    assert [line.get("refused", "") for line in running.audit()] == ["", "", "forbidden", "forbidden"]


def test_a_key_for_list_tokens_seals_no_other_list(running: Running) -> None:
    """Keys for wallets seal the token that their copies point to; a key for status lists seals both."""
    plan, other = dataclasses.replace(running.plan.keys[0], seals=frozenset({Kind.TOKEN_LIST})), running.made["lists"]
    running.server.keys["seal"] = HeldKey(plan, other.signer)
    wallets, lists = running.key("seal"), running.key("lists")
    bitstring = LIST["revocation"].rpartition(b".")[0]
    assert wallets.sign(STATUS)
    assert lists.sign(STATUS)
    assert lists.sign(bitstring)
    for data in (bitstring, EDC):
        with pytest.raises(NotAllowedError):
            wallets.sign(data)


def test_only_a_key_that_may_takes_digests(running: Running) -> None:
    assert isinstance(running.key("seal"), DigestSigner)
    assert not isinstance(running.key("lists"), DigestSigner)
    lists = running.key("lists")
    with pytest.raises(NotAllowedError):
        lists._connection.ask({"do": "seal-digest", "key": "lists"}, bytes(32))


def test_a_batch_is_sealed_by_it(running: Running, tmp_path: Path) -> None:
    made = seal_key(WATER.issuer.identifiers.eidas, True)
    running.server.keys["seal"] = HeldKey(running.plan.keys[0], made.signer)
    batch = Batch(WATER, signer=running.key("seal"), pages=pages(WATER), at=AT)
    opened = jades.unseal(batch.award(ROW, award_id()))
    assert jades.check_integrity(opened) == ()
    assert opened.seals[0].certificate == made.certificate


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (EDC, Kind.EDC),
        (STATUS, Kind.TOKEN_LIST),
        (LIST["revocation"].rpartition(b".")[0], Kind.STATUS_LIST),
        (header(typ="dc+sd-jwt") + b".e30", Kind.SD_JWT),
        (header(typ="vc+jwt") + b".eyJ0eXBlIjpbIlZlcmlmaWFibGVDcmVkZW50aWFsIl19", Kind.VC),
        (header(typ="oauth-authz-req+jwt") + b".e30", Kind.REQUEST),
        (header(typ="audit-head+jwt") + b".e30", Kind.AUDIT_HEAD),
        (b"\x31\x80" + bytes(100), Kind.PDF),
        (b"\xff" * 64, Kind.DATA_INTEGRITY),
    ],
)
def test_what_it_is_is_seen_not_said(data: bytes, kind: Kind) -> None:
    assert kind_of(data) is kind


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"hello.world",
        header(typ="unheard-of") + b".e30",
        header(typ="vc+jwt") + b".e30",
        header(typ="vc+jwt")
        + b"."
        + base64.urlsafe_b64encode(b'{"type":"A","type":"VerifiableCredential"}').rstrip(b"="),
        header(typ="jose+json", b64=False) + b'.{"type":["VerifiableCredential"]',
        header(typ=["vc+jwt"]) + b".e30",
        header(typ="vc+jwt") + b".W10",
    ],
)
def test_what_is_nothing_known_is_sealed_by_no_key(data: bytes) -> None:
    with pytest.raises(InputError):
        kind_of(data)


@pytest.mark.drill("R5")
def test_odd_questions_raise_only_our_errors(amount: Any) -> None:
    chance, refused = random.Random(5), 0
    for _ in range(amount(2_000, 100_000)):
        data = bytearray(
            chance.choice([EDC[:3000], STATUS[:3000], LIST["revocation"][:2000], header(typ="vc+jwt") + b".W10"])
        )
        for _ in range(chance.randrange(1, 4)):
            at = chance.randrange(len(data))
            data[at : at + chance.randrange(3)] = chance.randbytes(chance.randrange(3))
        try:
            assert kind_of(bytes(data)) in Kind
        except InputError:
            refused += 1
    assert refused > 100


def test_a_remote_key_behind_it(running: Running) -> None:
    from tests.adapters.test_csc import cloud, opened

    remote = opened(cloud())
    running.server.keys["seal"] = HeldKey(running.plan.keys[0], remote)
    key = running.key("seal")
    assert isinstance(key, DigestSigner)
    assert key.certificate == remote.certificate
    assert signature_fault("ES256", cloud().holder.key.public_key(), key.sign(EDC), EDC) == ""
    running.server.keys["seal"] = HeldKey(running.plan.keys[0], opened(cloud(fault="wrong-signature")))
    with pytest.raises(UnavailableError, match="does not answer as it should"):
        running.key("seal").sign(EDC)


def test_a_list_hidden_behind_the_name_of_another_is_a_list() -> None:
    both = json.dumps({"type": ["EuropeanDigitalCredential", "BitstringStatusListCredential"]}).encode()
    text = header(typ="vc+jwt") + b"." + base64.urlsafe_b64encode(both).rstrip(b"=")
    assert kind_of(text) is Kind.STATUS_LIST


def test_the_rate_of_a_key(tmp_path: Path) -> None:
    one = Running(tmp_path, lists_rate=120)
    try:
        key = one.key("lists")
        assert [len(key.sign(STATUS)) for _ in range(2)] == [64, 64]
        with pytest.raises(UnavailableError) as error:
            key.sign(STATUS)
        assert error.value.code == "rate_limited"
        assert 0 < (error.value.retry_after or 0) <= 0.5
        assert len(one.key("seal").sign(EDC)) == 64, "another key has a rate of its own"
    finally:
        one.stop()


def test_a_patient_client_waits_for_the_rate(tmp_path: Path) -> None:
    one = Running(tmp_path, seal_rate=600)
    try:
        key = one.key("seal", patience=5)
        started = time.monotonic()
        digests = [hashlib.sha256(bytes([n])).digest() for n in range(15)]
        assert [len(seal) for seal in key.sign_digests(digests)] == [64] * 15
        assert len(key.sign_digests(digests[:5])) == 5
        assert time.monotonic() - started > 0.8, "15 at once leave a debt of 5; another 5 come after it"
    finally:
        one.stop()


def test_a_class_list_is_sealed_with_few_questions(running: Running) -> None:
    from tests.issuance.issues import Disk, learners, make_issue

    made = seal_key(WATER.issuer.identifiers.eidas, True)
    running.server.keys["seal"] = HeldKey(running.plan.keys[0], made.signer)
    key, disk, asked = running.key("seal"), Disk(), []
    once = key._connection._once
    key._connection._once = lambda head, body: asked.append(head["do"]) or once(head, body)
    list(make_issue(disk, signer=key).run(learners(250)))
    assert asked == ["seal-digests"] * 3
    assert len(disk.files) == 250
    assert all(jades.check_integrity(jades.unseal(file)) == () for file in list(disk.files.values())[::25])
    assert [line["kind"] for line in running.audit()] == ["digest"] * 250


def test_digests_that_are_none(running: Running) -> None:
    key = running.key("seal")
    for size, body in ((32, b""), (32, bytes(33)), (20, bytes(20)), (32, bytes(32 * 501)), ("32", bytes(32))):
        with pytest.raises(InputError, match="no digests"):
            key._connection.ask({"do": "seal-digests", "key": "seal", "size": size}, body)
    with pytest.raises(NotAllowedError):
        key._connection.ask({"do": "seal-digests", "key": "lists", "size": 32}, bytes(32))
    with pytest.raises(NotFoundError):
        key._connection.ask({"do": "seal-digests", "key": "x", "size": 32}, bytes(32))


def test_the_bucket_fills_again() -> None:
    now = [0.0]
    bucket = Bucket(60, lambda: now[0])
    bucket.take()
    with pytest.raises(UnavailableError):
        bucket.take()
    now[0] = 1.001
    bucket.take()


def test_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever the kernel says is on the other side; and the socket itself is closed to others."""
    one = Running(tmp_path)
    try:
        assert one.plan.socket.stat().st_mode & 0o777 == 0o600
        monkeypatch.setattr(signer_server, "_peer", lambda _: (1, os.getuid() + 1))
        with pytest.raises(NotAllowedError, match="may not use"):
            one.key("seal")
        assert one.audit()[-1]["refused"] == "uid"
        one.server.plan = Plan(**{**plan_members(one.plan), "clients": frozenset({os.getuid() + 1})})
        assert one.key("seal").algorithm == "ES256"
    finally:
        one.stop()


def plan_members(plan: Plan) -> dict[str, Any]:
    return {name: getattr(plan, name) for name in ("socket", "audit", "keys", "clients")}


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
def test_another_user_cannot_even_connect(running: Running) -> None:
    code = "import os,socket,sys; os.setuid(65534); s=socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])"
    for folder in (running.folder, *running.folder.parents):
        if folder != Path("/tmp") and folder.is_relative_to("/tmp"):  # the folder is open; the socket is not
            folder.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-c", code, running.plan.socket], capture_output=True, text=True, check=False
    )
    assert "PermissionError" in done.stderr


def test_the_switch_stops_all_keys_within_a_second(running: Running) -> None:
    seals: list[float] = []
    refused: list[str] = []

    def work(name: str, data: bytes) -> None:
        key = running.key(name)
        while not refused or len(refused) < 2:
            try:
                key.sign(data)
                seals.append(time.monotonic())
            except UnavailableError as error:
                refused.append(error.code)
                return

    threads = [threading.Thread(target=work, args=one) for one in (("seal", EDC), ("lists", STATUS))]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    asked = time.monotonic()
    assert switch(running.plan.socket, "stop") is True
    for thread in threads:
        thread.join(10)
    assert refused == ["sealing_stopped"] * 2
    assert len(seals) > 2
    assert max(seals) - asked < 1
    assert switch(running.plan.socket, "state") is True
    running.stop()
    running.start()
    with pytest.raises(UnavailableError, match="stopped"):
        running.key("seal").sign(EDC)
    assert switch(running.plan.socket, "start") is False
    assert len(running.key("seal").sign(EDC)) == 64


def test_a_restart_is_waited_for_and_absence_is_said(running: Running) -> None:
    key = open_signer_key(f"signer:{running.plan.socket}#lists", patience=5)
    assert len(key.sign(STATUS)) == 64
    running.stop()
    threading.Timer(0.3, running.start).start()
    assert len(key.sign(STATUS)) == 64
    running.stop()
    key._connection._patience = 0.1
    with pytest.raises(UnavailableError, match="does not answer"):
        key.sign(STATUS)
    running.start()
    assert len(key.sign(STATUS)) == 64


def test_what_a_crash_left_is_no_obstacle_and_two_signers_are(running: Running) -> None:
    with pytest.raises(ConflictError, match="Another signer"):
        running.start()
    running.stop()
    running.plan.socket.touch()
    running.start()
    assert running.key("lists").name == "lists"


def test_messages_that_are_none(running: Running) -> None:
    import socket

    for data in (b"\xff\xff\xff\xff", (5).to_bytes(4) + b"hello", (0).to_bytes(4)):
        with socket.socket(socket.AF_UNIX) as raw:
            raw.settimeout(5)
            raw.connect(str(running.plan.socket))
            raw.sendall(data)
            answer = raw.recv(65536)
            assert b"InputError" in answer
    key = running.key("lists")
    with pytest.raises(InputError, match="larger"):
        key.sign(bytes(7 * 1024 * 1024))
    for head in ({"do": "export", "key": "lists"}, {}, {"do": ["seal"]}):
        with pytest.raises(InputError, match="does not know"):
            key._connection.ask(head)
    with pytest.raises(NotFoundError):
        key._connection.ask({"do": "seal", "key": "x"}, STATUS)


def test_the_audit_names_nobody(running: Running) -> None:
    running.key("seal").sign(EDC)
    text = running.plan.audit.read_text()
    assert "O'Brien" in EDC.decode()
    assert not re.search("Zoë|O'Brien|M0419", text)
    (line,) = running.audit()
    assert set(line) == {"at", "uid", "pid", "key", "kind", "sealed", "sha256"}
    assert running.plan.audit.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "text",
    [
        "",
        "socket = 'a'",
        "socket = 'a'\n[keys.x]\nkey = 'a.p12'",
        "socket = 'a'\n[keys.x]\nkey = 'a.p12'\nseals = ['everything']",
        "socket = 'a'\n[keys.x]\nkey = 'a.p12'\nseals = ['edc']\nper_minute = 0",
        "socket = 'a'\nclients = ['root']\n[keys.x]\nkey = 'a.p12'\nseals = ['edc']",
        "socket = 'a'\n[keys.x]\nkey = 'a.p12'\nseals = ['edc']\npassword = 'x'",
        "socket = ",
    ],
)
def test_plans_that_are_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "signer.toml").write_text(text)
    with pytest.raises(InputError):
        read_plan(tmp_path / "signer.toml")


CLIENT = """
import sys
from mikra.adapters.signer_client import open_signer_key
key = open_signer_key(sys.argv[1])
data = bytes.fromhex(sys.stdin.readline())
for _ in range(20): key.sign(data)
print("done", flush=True)
sys.stdin.readline()
"""


def memory_holds(pid: int, needles: list[bytes]) -> bool:
    """Whether one of them stands in the readable memory of a process."""
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            place, rights, *_ = line.split()
            if "r" not in rights or line.rstrip().endswith(("[vvar]", "[vsyscall]", "[vvar_vclock]")):
                continue
            start, end = (int(one, 16) for one in place.split("-"))
            try:
                memory.seek(start)
                data = memory.read(end - start)
            except (OSError, ValueError, OverflowError):
                continue
            if any(needle in data for needle in needles):
                return True
    return False


@pytest.mark.drill("R9")
def test_r9_the_key_is_in_the_signer_alone(tmp_path: Path) -> None:
    """The private number, in each form: not on the disk, not in the audit, not in the memory of whoever seals."""
    made = SealKey(key=seal_key("VATRO-9", False).key, certificate=seal_key("VATRO-9", False).certificate)
    write_pkcs12(tmp_path / "seal.p12", made, WORDS, iterations=1000)
    (tmp_path / "password").write_text(WORDS)
    (tmp_path / "signer.toml").write_text(
        "socket = 'signer.sock'\n[keys.lists]\nkey = 'seal.p12'\npassword_file = 'password'\nseals = ['status-list']\n"
    )
    number = made.key.private_numbers().private_value  # type: ignore[union-attr]
    big = number.to_bytes(32)
    needles = [big, big[::-1], b"%064x" % number, base64.b64encode(big)[:42], base64.urlsafe_b64encode(big)[:42]]
    command = [sys.executable, "-m", "mikra.cli", "signer", "run", str(tmp_path / "signer.toml")]
    runner = [sys.executable, "-c", "from mikra.cli import main; main()", *command[3:]]
    with subprocess.Popen(runner, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as signer:
        try:
            assert signer.stdout is not None
            said = [signer.stdout.readline() for _ in range(2)]
            assert "Ready" in said[-1]
            address = f"signer:{tmp_path / 'signer.sock'}#lists"
            with subprocess.Popen(
                [sys.executable, "-c", CLIENT, address],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            ) as client:
                assert client.stdin is not None
                assert client.stdout is not None
                client.stdin.write(STATUS.hex() + "\n")
                client.stdin.flush()
                assert client.stdout.readline() == "done\n"
                assert not memory_holds(client.pid, needles)
                assert memory_holds(client.pid, [STATUS]), "the scan sees what is there"
                assert memory_holds(signer.pid, needles), "and the key, where it is"
                client.stdin.write("\n")
                client.stdin.flush()
        finally:
            signer.terminate()
            rest = signer.communicate(timeout=20)[0]
    assert signer.returncode == 0
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert not any(needle in written + rest.encode() for needle in needles)
    assert written.count(b'"sealed":true') == 20

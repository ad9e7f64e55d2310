"""R9, the life of a key: its successor, its copy for the safe, and the document that says which keys ended and how."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from mikra.adapters.clock import now
from mikra.adapters.signers import open_signer, write_pkcs12
from mikra.report import Verdict
from mikra.sealing import jades, vc_jose
from mikra.sealing.certificates import SealKey, make_seal_certificate
from mikra.sealing.keys import Signer, bare_signer
from mikra.trust.certificates import fingerprint, named_dids, read
from mikra.trust.loader import Recorded, SnapshotLoader
from mikra.verification import Policy, verify
from tests.cli.conftest import WORDS, Run
from tests.verification.documents import edc

DID = "did:web:zed.example"
CREDENTIAL = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "type": ["VerifiableCredential"],
    "issuer": DID,
    "credentialSubject": {"id": "urn:x:1"},
}


@pytest.fixture
def made(run: Run, tmp_path: Path) -> SealKey:
    made = make_seal_certificate(
        organization="University of Zed",
        organization_identifier="VATRO-1",
        country="RO",
        at=now() - dt.timedelta(days=60),
        did=DID,
    )
    write_pkcs12(tmp_path / "old.p12", made, WORDS, iterations=1000)
    assert run("keys", "show", "old.p12", "--certificate", "old.pem").code == 0
    return made


@pytest.fixture
def key(made: SealKey) -> Signer:
    return made.signer


@pytest.mark.drill("R9")
def test_the_successor_is_of_the_same_holder_and_the_old_seals_stay_valid(
    run: Run, key: Signer, tmp_path: Path
) -> None:
    before = jades.seal(json.dumps(edc(status=None)).encode(), signer=key, at=now() - dt.timedelta(days=1))
    answer = run("keys", "rotate", "old.p12", "-o", "new.p12")
    assert (answer.code, "Keep the certificate" in answer.out) == (0, True)
    new = open_signer(tmp_path / "new.p12", WORDS)
    assert new.certificate != key.certificate
    assert read(new.certificate).subject == read(key.certificate).subject
    assert named_dids(new.certificate) == named_dids(key.certificate) == (DID,)
    policy = Policy(trusted_seals=frozenset({fingerprint(key.certificate), fingerprint(new.certificate)}))
    for signer, file in ((key, before), (new, jades.seal(json.dumps(edc()).encode(), signer=new, at=now()))):
        (report,) = verify(file, at=now(), policy=policy)
        assert report.check("seal.certificate").code == ""
        assert jades.unseal(file).seals[0].certificate == signer.certificate
    assert run("keys", "rotate", "old.p12", "-o", "new.p12").code == 3, "a key is never written over"


@pytest.mark.drill("R9")
def test_a_copy_opens_with_its_own_password_alone(run: Run, key: Signer, tmp_path: Path) -> None:
    (tmp_path / "words").write_text("another four words\n")
    assert run("keys", "export", "old.p12", "-o", "copy.p12", "--new-password-file", "words").code == 0
    assert open_signer(tmp_path / "copy.p12", "another four words").certificate == key.certificate
    with pytest.raises(Exception, match="password"):
        open_signer(tmp_path / "copy.p12", WORDS)
    assert (tmp_path / "copy.p12").stat().st_mode & 0o777 == 0o600
    (tmp_path / "words").write_text("short")
    assert run("keys", "export", "old.p12", "-o", "other.p12", "--new-password-file", "words").code == 3
    assert not (tmp_path / "other.p12").exists()


@pytest.mark.drill("R9")
@pytest.mark.parametrize(
    ("option", "day", "code"),
    [
        ("--key", "", "valid"),
        ("--retired", "today", "valid_key_retired_later"),
        ("--retired", "before", "key_retired_before_sealing"),
        ("--compromised", "today", "seal_time_not_proven"),
        ("--compromised", "before", "key_compromised"),
    ],
)
def test_how_a_key_ended_decides_over_what_it_sealed(
    run: Run, made: SealKey, tmp_path: Path, option: str, day: str, code: str
) -> None:
    sealed_at = now() - dt.timedelta(days=10)
    ends = {"today": f"@{now().date()}", "before": f"@{(now() - dt.timedelta(days=20)).date()}", "": ""}[day]
    assert run("keys", "publish", DID, option, f"seal=old.pem{ends}", "-o", "did.json").code == 0
    file = vc_jose.seal_credential(CREDENTIAL, signer=bare_signer(made.key), at=sealed_at, key_id=f"{DID}#seal")
    body = (tmp_path / "did.json").read_bytes()
    loader = SnapshotLoader({"https://zed.example/.well-known/did.json": Recorded(read=lambda: body)})
    (report,) = verify(file, at=now(), policy=Policy(trusted_issuers=frozenset({DID})), loader=loader)
    assert report.code == code
    passes = code.startswith("valid")
    assert (report.verdict is Verdict.TOTAL_PASSED) == passes


@pytest.mark.parametrize("typed", ["seal", "=old.pem", "seal=old.pem@2026-06-30", "seal=nowhere.pem"])
def test_what_names_no_key(run: Run, key: Signer, typed: str) -> None:
    assert run("keys", "publish", DID, "--key", typed).code == 3
    assert run("keys", "publish", DID, "--retired", "seal=old.pem@soon").code == 3
    answer = run("keys", "publish", "did:key:x", "--key", "seal=old.pem")
    assert (answer.code, "did:key:x" in answer.err) == (2, True)

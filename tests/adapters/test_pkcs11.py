"""Keys on a token, with SoftHSM2: what seals, and a clear word for all that does not."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from mikra.adapters.pkcs11 import open_pkcs11
from mikra.adapters.signer_keys import HeldKey
from mikra.errors import InputError, MikraError, NotFoundError, UnavailableError
from mikra.sealing import jades
from mikra.sealing.algorithms import signature_fault
from mikra.sealing.sealer import Sealer
from tests.simulators import europe

MODULES = [
    Path("/usr/lib/softhsm/libsofthsm2.so"),
    Path("/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"),
    Path("/usr/lib64/pkcs11/libsofthsm2.so"),
    Path("/opt/homebrew/lib/softhsm/libsofthsm2.so"),
]
MODULE = next((path for path in MODULES if path.exists()), None)
TOOL = shutil.which("softhsm2-util")
AT = datetime(2026, 6, 1, tzinfo=UTC)
PAYLOAD = b'{"id":"urn:credential:1"}'
PIN = "1234"

pytestmark = [
    pytest.mark.hsm,
    pytest.mark.extra("hsm"),
    pytest.mark.skipif(MODULE is None or TOOL is None, reason="SoftHSM2 is not installed (Debian: softhsm2)"),
]


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The library, with a token `uni` that holds a key of every kind, its certificate under the same label."""
    assert MODULE is not None
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "conf").write_text(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\n")
    patch = pytest.MonkeyPatch()
    patch.setenv("SOFTHSM2_CONF", str(folder / "conf"))
    tool("--init-token", "--free", "--label", "uni", "--pin", PIN, "--so-pin", "5678")
    for number, kind in enumerate(("RSA", "P-256", "P-384")):
        form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        file = folder / f"{kind}.pem"
        file.write_bytes(europe.key(kind, "University of Somewhere").private_bytes(*form))
        tool("--import", str(file), "--token", "uni", "--label", kind, "--id", f"A{number}", "--pin", PIN)
    certificates(MODULE)
    yield MODULE
    patch.undo()


def tool(*arguments: str) -> None:
    assert TOOL is not None
    subprocess.run([TOOL, *arguments], check=True, capture_output=True, timeout=60)


def certificates(module: Path) -> None:
    """Store the certificates, and make an Ed25519 key, which the tool cannot import everywhere."""
    import pkcs11
    from pkcs11 import Attribute, ObjectClass

    with pkcs11.lib(str(module)).get_token(token_label="uni").open(user_pin=PIN, rw=True) as session:
        for number, kind in enumerate(("RSA", "P-256", "P-384")):
            subject = europe.seal(kind).certificate.subject.public_bytes()
            session.create_object(
                {
                    Attribute.CLASS: ObjectClass.CERTIFICATE,
                    Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                    Attribute.TOKEN: True,
                    Attribute.LABEL: f"certificate of {kind}",
                    Attribute.ID: bytes([0xA0 + number]),
                    Attribute.SUBJECT: subject,
                    Attribute.VALUE: europe.seal(kind).der,
                }
            )


@pytest.mark.parametrize(("kind", "algorithm"), [("RSA", "RS256"), ("P-256", "ES256"), ("P-384", "ES384")])
class TestSeals:
    def test_alone_and_fast(self, module: Path, kind: str, algorithm: str) -> None:
        signer = open_pkcs11(module, token="uni", key=kind, pin=PIN)
        assert signer.algorithm == algorithm
        assert signer.certificate == europe.seal(kind).der
        one = jades.seal(PAYLOAD, signer=signer, at=AT)
        fast = Sealer(signer, at=AT).prepare(PAYLOAD[:10]).seal(PAYLOAD[10:])
        for data in (one, fast):
            opened = jades.unseal(data)
            assert opened.payload == PAYLOAD
            assert jades.check_integrity(opened) == ()
        altered = jades.unseal(one.replace(b"credential:1", b"credential:2"))
        assert [f.rule for f in jades.check_integrity(altered)] == ["jws_signature_invalid"]

    def test_the_key_stays_where_it_is(self, module: Path, kind: str, algorithm: str) -> None:
        signer = open_pkcs11(module, token="uni", key=kind, pin=PIN)
        assert not hasattr(signer, "private_bytes")

    def test_certificate_in_a_file(self, module: Path, kind: str, algorithm: str, tmp_path: Path) -> None:
        holder = europe.seal(kind)
        file = tmp_path / "chain.pem"
        file.write_bytes(
            b"".join(c.public_bytes(serialization.Encoding.PEM) for c in (holder.certificate, *holder.above))
        )
        signer = open_pkcs11(module, token="uni", key=kind, pin=PIN, certificate=file)
        assert signer.chain == holder.chain

    def test_not_with_the_certificate_of_another(self, module: Path, kind: str, algorithm: str, tmp_path: Path) -> None:
        for name in ("RSA", "P-256"):
            file = tmp_path / f"{name}.der"
            file.write_bytes(europe.seal(name, "University of Elsewhere").der)
            with pytest.raises(InputError) as caught:
                open_pkcs11(module, token="uni", key=kind, pin=PIN, certificate=file)
            assert caught.value.code == "certificate_mismatch"


class TestRefuses:
    @pytest.mark.parametrize(
        ("given", "error", "words"),
        [
            ({"token": "none"}, NotFoundError, "no token"),
            ({"key": "none"}, InputError, "no key"),
            ({"module": Path("/nowhere.so")}, UnavailableError, "does not answer"),
            ({"certificate": Path("/nowhere.pem")}, NotFoundError, "no file"),
        ],
    )
    def test_with_a_word(self, module: Path, given: dict[str, Any], error: type[MikraError], words: str) -> None:
        settings = {"module": module, "token": "uni", "key": "RSA", "pin": PIN} | given
        with pytest.raises(error, match=words) as caught:
            open_pkcs11(settings.pop("module"), **settings)
        assert caught.value.fix

    def test_a_wrong_pin(self, module: Path) -> None:
        """In a process of its own: a token stays open for the process that opened it."""
        code = (
            "import sys; from pathlib import Path; from mikra.adapters.pkcs11 import open_pkcs11\n"
            "from mikra.errors import InputError\n"
            "try: open_pkcs11(Path(sys.argv[1]), token='uni', key='RSA', pin=sys.argv[2])\n"
            "except InputError as error: sys.exit(7 if 'PIN' in error.message else 8)\n"
        )
        import sys

        for pin, expected in ((PIN, 0), ("9999", 7)):
            run = subprocess.run([sys.executable, "-c", code, str(module), pin], capture_output=True, timeout=60)
            assert run.returncode == expected, run.stderr

    def test_no_certificate_on_the_token(self, module: Path) -> None:
        import pkcs11
        from pkcs11 import Attribute, ObjectClass

        with pkcs11.lib(str(module)).get_token(token_label="uni").open(rw=True) as session:
            session.generate_keypair(pkcs11.KeyType.RSA, 2048, store=True, label="bare")
            with pytest.raises(InputError) as caught:
                open_pkcs11(module, token="uni", key="bare", pin=PIN)
            assert caught.value.code == "certificate_missing"
            session.generate_keypair(pkcs11.KeyType.RSA, 2048, store=True, label="bare")
            with pytest.raises(InputError, match="Several keys"):
                open_pkcs11(module, token="uni", key="bare", pin=PIN)
            for thing in list(session.get_objects({Attribute.LABEL: "bare"})):
                assert thing[Attribute.CLASS] in (ObjectClass.PRIVATE_KEY, ObjectClass.PUBLIC_KEY)
                thing.destroy()


def test_a_new_key_made_on_the_token(module: Path, tmp_path: Path) -> None:
    """Ed25519, made on the token, with a certificate from the simulated authority in a file."""
    import pkcs11
    from cryptography.hazmat.primitives.asymmetric import ed25519
    from pkcs11 import Attribute, KeyType, Mechanism

    with pkcs11.lib(str(module)).get_token(token_label="uni").open(rw=True) as session:
        curve = {Attribute.EC_PARAMS: bytes.fromhex("130c656477617264733235353139")}
        if Mechanism.EDDSA not in session.token.slot.get_mechanisms():
            pytest.skip("this SoftHSM2 was built without Ed25519")
        public, _ = session.create_domain_parameters(KeyType.EC_EDWARDS, curve, local=True).generate_keypair(
            mechanism=Mechanism.EC_EDWARDS_KEY_PAIR_GEN, store=True, label="Ed25519"
        )
        point = public[Attribute.EC_POINT]
    key = ed25519.Ed25519PublicKey.from_public_bytes(bytes(point)[-32:])
    certificate = europe.intermediate().certify(key, europe.seal_plan())
    file = tmp_path / "seal.der"
    file.write_bytes(certificate.public_bytes(serialization.Encoding.DER))
    signer = open_pkcs11(module, token="uni", key="Ed25519", pin=PIN, certificate=file)
    assert signer.algorithm == "EdDSA"
    assert jades.check_integrity(jades.unseal(Sealer(signer, at=AT).seal(PAYLOAD))) == ()
    assert x509.load_der_x509_certificate(signer.certificate) == certificate


def test_the_command_line_shows_a_key_on_a_token(
    module: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from mikra.cli import main

    monkeypatch.setenv("MIKRA_KEY_PASSWORD", PIN)
    monkeypatch.setenv("LC_ALL", "C")
    with pytest.raises(SystemExit) as shown:
        main(["keys", "show", f"pkcs11:token=uni;object=P-256?module-path={module}"])
    assert shown.value.code == 0
    assert europe.seal("P-256").certificate.fingerprint(hashes.SHA256()).hex() in capsys.readouterr().out
    with pytest.raises(SystemExit) as absent:
        main(["keys", "show", f"pkcs11:token=elsewhere;object=P-256?module-path={module}"])
    assert absent.value.code == 3
    assert "no token" in capsys.readouterr().err


@pytest.mark.sockets
@pytest.mark.parametrize("key", ["RSA", "P-256"])
def test_a_key_on_a_token_behind_the_signer(module: Path, tmp_path: Path, key: str) -> None:
    """The process that holds the keys opens tokens as it opens files; its clients see no difference."""
    from tests.adapters.test_signer import EDC, Running

    running = Running(tmp_path)
    try:
        signer = open_pkcs11(module, token="uni", key=key, pin=PIN)
        running.server.keys["seal"] = HeldKey(running.plan.keys[0], signer)
        client = running.key("seal")
        public = x509.load_der_x509_certificate(client.certificate).public_key()
        assert signature_fault(client.algorithm, public, client.sign(EDC), EDC) == ""
    finally:
        running.stop()

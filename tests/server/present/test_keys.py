"""The key under which wallets are asked: made once, for requests alone, under an authority that is not itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12

from mikra.adapters.signer_keys import read_plan
from mikra.adapters.signer_kinds import Kind
from mikra.sealing.wallet_certificates import stands_for
from mikra.server.actions import presenting_keys, wallet_keys
from mikra.server.installation import installation


def test_it_may_sign_requests_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = replace(installation(), home=tmp_path)
    monkeypatch.setattr(presenting_keys, "installation", lambda: changed)
    name = presenting_keys.name()
    for _ in range(2):
        presenting_keys._make(name)
    (key,) = read_plan(changed.signer_plan).keys
    assert (key.name, key.seals) == (name, {Kind.REQUEST})


def test_its_certificate_stands_for_this_address_and_is_not_made_by_itself() -> None:
    leaf, above = presenting_keys.made()
    read = x509.load_der_x509_certificate(leaf.certificate)
    assert read.issuer != read.subject
    assert read.issuer == x509.load_der_x509_certificate(above.certificate).subject
    assert stands_for(leaf.certificate, (installation().origin,))
    assert not stands_for(leaf.certificate, ("https://another.example",))


def test_all_its_keys_are_under_the_authority_of_the_installation() -> None:
    (first, above), (second, again) = presenting_keys.made(), presenting_keys.made()
    assert above.certificate == again.certificate == wallet_keys.anchor()
    assert first.certificate != second.certificate
    for leaf in (first, second):
        x509.load_der_x509_certificate(leaf.certificate).verify_directly_issued_by(
            x509.load_der_x509_certificate(above.certificate)
        )


@pytest.mark.parametrize("left", [("p12",), ("password",), ("p12", "password")])
def test_what_a_crash_left_is_made_anew(left: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = replace(installation(), home=tmp_path)
    monkeypatch.setattr(presenting_keys, "installation", lambda: changed)
    name = presenting_keys.name()
    changed.keys.mkdir(parents=True)
    for ending in left:
        (changed.keys / f"{name}.{ending}").write_text("half")
    presenting_keys._make(name)
    (key,) = read_plan(changed.signer_plan).keys
    assert key.name == name
    bundle, password = changed.keys / f"{name}.p12", changed.keys / f"{name}.password"
    assert pkcs12.load_pkcs12(bundle.read_bytes(), password.read_text().encode()).key is not None
    kept = bundle.read_bytes()
    presenting_keys._make(name)
    assert bundle.read_bytes() == kept

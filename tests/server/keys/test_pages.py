"""Keys and seals in the console, and the stop switch: for whom, and what becomes of secrets."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mikra.issuance import design_form
from mikra.server.installation import installation
from mikra.server.rights import Role
from mikra.server.store.audit import Entry
from mikra.server.store.tenants import Provider, SealKey, Tenant
from tests.server.institution import core_design, give_keys, made_key

Join, SignIn = Callable[..., Any], Callable[[Any], Client]
PASSWORD = "correct horse battery"


@pytest.fixture
def provider(tenant: Tenant) -> Provider:
    """An organisation that says who it is in law."""
    body = json.loads(json.dumps(design_form.write(core_design().issuer), default=str))
    return Provider._default_manager.create(tenant=tenant, name="University of Zed", body=body, issues=True)


def file(password: str = PASSWORD) -> SimpleUploadedFile:
    made = made_key("brought")
    content = pkcs12.serialize_key_and_certificates(
        b"seal",
        made.key,
        x509.load_der_x509_certificate(made.certificate),
        None,
        serialization.BestAvailableEncryption(password.encode()),
    )
    return SimpleUploadedFile("seal.p12", content)


def test_begin_with_a_seal_of_ones_own(provider: Provider, tenant: Tenant, join: Join, sign_in: SignIn) -> None:
    browser = sign_in(join(tenant, Role.ADMINISTRATOR))
    assert "No seal for credentials yet" in browser.get("/console/zed/settings/keys/").content.decode()
    assert browser.post("/console/zed/settings/keys/make/", {"provider": str(provider.id)}).status_code == 302
    page = browser.get("/console/zed/settings/keys/").content.decode()
    assert "1 seal for credentials is in force" in page
    assert "level not determined" in page
    key = SealKey.of(tenant).get(use="credentials")
    pem = browser.get(f"/console/zed/settings/keys/{key.id}/certificate.pem").content
    assert x509.load_pem_x509_certificate(pem).fingerprint
    assert browser.post(f"/console/zed/settings/keys/{key.id}/retire/").status_code == 302
    assert "No seal for credentials yet" in browser.get("/console/zed/settings/keys/").content.decode()


def test_a_seal_from_a_file(provider: Provider, tenant: Tenant, join: Join, sign_in: SignIn) -> None:
    browser = sign_in(join(tenant, Role.ADMINISTRATOR))
    form = {"provider": str(provider.id), "password": "wrong horse"}
    refused = browser.post("/console/zed/settings/keys/bring/", {**form, "file": file()})
    assert refused.status_code == 422
    assert "wrong horse" not in refused.content.decode()
    assert not SealKey.of(tenant).exists()
    done = browser.post("/console/zed/settings/keys/bring/", {**form, "password": PASSWORD, "file": file()})
    assert done.status_code == 302
    assert SealKey.of(tenant).get(use="credentials").certificate is not None
    kept = [one for one in Path(installation().home).rglob("*") if one.is_file()]
    (holds,) = [one for one in kept if PASSWORD.encode() in one.read_bytes()]
    assert holds.parent == installation().keys, "the password stands elsewhere than with the key that it opens"
    assert holds.stat().st_mode & 0o077 == 0
    assert PASSWORD not in str(list(Entry._default_manager.values_list("reason", "detail")))


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\x30\x82" + b"x" * 200])
def test_what_is_no_key_file(content: bytes, provider: Provider, tenant: Tenant, join: Join, sign_in: SignIn) -> None:
    browser = sign_in(join(tenant, Role.ADMINISTRATOR))
    form = {"provider": str(provider.id), "password": "x", "file": SimpleUploadedFile("a.p12", content)}
    assert browser.post("/console/zed/settings/keys/bring/", form).status_code == 422


def test_a_seal_in_other_hands(tenant: Tenant, join: Join, sign_in: SignIn) -> None:
    key = give_keys(tenant)["credentials"]
    browser, where = sign_in(join(tenant, Role.ADMINISTRATOR)), f"/console/zed/settings/keys/{key.id}/lost/"
    assert browser.post(where, {"since": "2026-11-01", "reason": ""}).status_code == 422
    assert browser.post(where, {"since": "2026-11-01", "reason": "stolen laptop"}).status_code == 302
    key.refresh_from_db()
    assert key.compromised is not None
    assert "In other hands" in browser.get("/console/zed/settings/keys/").content.decode()


def test_who_may(tenant: Tenant, stranger: Tenant, join: Join, sign_in: SignIn) -> None:
    key = give_keys(tenant)["credentials"]
    registrar, other = sign_in(join(tenant, Role.REGISTRAR)), sign_in(join(stranger, Role.ADMINISTRATOR))
    for where in ("", "make/", "bring/", f"{key.id}/lost/"):
        assert registrar.get(f"/console/zed/settings/keys/{where}").status_code == 403
        assert other.get(f"/console/zed/settings/keys/{where}").status_code == 404
    assert other.get(f"/console/other/settings/keys/{key.id}/lost/").status_code == 404
    assert other.post(f"/console/other/settings/keys/{key.id}/retire/").status_code == 404
    assert registrar.post(f"/console/zed/settings/keys/{key.id}/retire/").status_code == 403


def test_the_stop_switch(tenant: Tenant, join: Join, sign_in: SignIn) -> None:
    sealer = sign_in(join(tenant, Role.SEALER))
    assert sealer.post("/console/zed/stop/", {"reason": ""}).status_code == 422
    sealer.post("/console/zed/stop/", {"reason": "something is wrong"})
    assert Tenant._default_manager.get(pk=tenant.pk).stopped is not None
    assert "All sealing is stopped" in sealer.get("/console/zed/stop/").content.decode()
    sealer.post("/console/zed/stop/", {"reason": "mended", "go_on": "1"})
    assert Tenant._default_manager.get(pk=tenant.pk).stopped is None
    assert sign_in(join(tenant, Role.DESIGNER)).post("/console/zed/stop/", {"reason": "x"}).status_code == 403

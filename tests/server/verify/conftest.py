"""Files to be judged: a genuine one of this house, and the same altered."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mikra.sealing.keys import private_key_signer
from mikra.server.actions import awards_content, service_keys, verifying
from mikra.server.store.awards import Award
from mikra.server.web.verify.views import BUCKETS
from mikra.trust.loader import OFFLINE


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    BUCKETS.clear()
    monkeypatch.setattr(verifying, "HttpLoader", lambda: OFFLINE)


@pytest.fixture(autouse=True)
def report_key(monkeypatch: pytest.MonkeyPatch) -> bytes:
    """The certificate of the key that seals reports here."""
    monkeypatch.setattr(service_keys, "_HELD", {})
    made = service_keys.made()
    service_keys.hold(private_key_signer(made.key, made.certificate))
    return made.certificate


@pytest.fixture
def genuine(award: Award) -> bytes:
    return awards_content.file_of(award)


@pytest.fixture
def altered(genuine: bytes) -> bytes:
    place = genuine.index(b'"payload":"') + 40
    return genuine[:place] + (b"A" if genuine[place : place + 1] != b"A" else b"B") + genuine[place + 1 :]


def send(client: Client, *files: bytes, **fields: str) -> str:
    """The page that answers to these files."""
    uploads = [SimpleUploadedFile(f"{n}.jsonld", one) for n, one in enumerate(files)]
    response = client.post("/verify/", {"file": uploads, **fields})
    assert response.status_code in (200, 422)
    return response.content.decode()

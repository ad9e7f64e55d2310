"""Remote seals: what fits, and every fault of the service: nothing that does not hold is handed out."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from mikra.adapters.csc import RemoteKey, Service, find_key, open_service_key
from mikra.errors import InputError, NotAllowedError, NotFoundError, ProtocolError, UnavailableError
from mikra.sealing import jades
from mikra.sealing.algorithms import signature_fault
from mikra.sealing.keys import DigestSigner
from tests.simulators import authorities
from tests.simulators.csc import BASE, CLIENT, PIN, SECRET, CloudSeals
from tests.verification.documents import AT, edc


def opened(simulator: CloudSeals, pin: str = PIN, secret: str = SECRET, **more: Any) -> RemoteKey:
    waited: list[float] = []
    service = Service(
        base=BASE, client=CLIENT, secret=secret, call=simulator.call, sleep=waited.append, clock=lambda: 0.0, **more
    )
    key = find_key(service, "seal-1", pin)
    key.waited = waited  # type: ignore[attr-defined]
    return key


def cloud(kind: str = "P-256", **more: Any) -> CloudSeals:
    return CloudSeals(authorities.seal(kind), **more)


@pytest.mark.parametrize("kind", ["P-256", "P-384", "RSA"])
def test_a_credential_is_sealed_remotely(kind: str) -> None:
    import json

    key = opened(cloud(kind))
    assert isinstance(key, DigestSigner)
    sealed = jades.unseal(jades.seal(json.dumps(edc()).encode(), signer=key, at=AT))
    assert jades.check_integrity(sealed) == ()


def test_many_at_once_under_one_permission_each() -> None:
    simulator = cloud(multisign=10)
    key = opened(simulator)
    data = [f"credential {n}".encode() for n in range(25)]
    seals = key.sign_digests([hashlib.sha256(one).digest() for one in data])
    public = simulator.holder.key.public_key()
    assert [signature_fault("ES256", public, seal, one) for seal, one in zip(seals, data, strict=True)] == [""] * 25
    assert simulator.asked.count("signatures/signHash") == simulator.asked.count("credentials/authorize") == 3
    assert simulator.asked.count("oauth2/token") == 1


@pytest.mark.parametrize("fault", ["wrong-signature", "wrong-count", "swapped", "html"])
def test_what_does_not_hold_is_not_handed_out(fault: str) -> None:
    key = opened(cloud(fault=fault))
    with pytest.raises(UnavailableError, match="does not answer as it should"):
        key.sign_digests([hashlib.sha256(bytes([n])).digest() for n in range(3)])


def test_a_permission_or_a_token_that_ended_is_asked_for_again_once() -> None:
    for fault in ("sad-expired:1", "token-ended:1"):
        assert len(opened(cloud(fault=fault)).sign(b"x")) == 64
    with pytest.raises(ProtocolError, match="does not take"):
        opened(cloud(fault="sad-expired")).sign(b"x")
    with pytest.raises(NotAllowedError):
        opened(cloud(fault="token-ended")).sign(b"x")


def test_a_throttled_service_is_waited_for_but_not_for_ever() -> None:
    key = opened(cloud(fault="throttled:2"))
    assert len(key.sign(b"x")) == 64
    assert key.waited == [0.5, 0.5]  # type: ignore[attr-defined]
    with pytest.raises(UnavailableError) as error:
        opened(cloud(fault="throttled")).sign(b"x")
    assert error.value.retry_after == 0.5


def test_a_slow_service_is_left() -> None:
    with pytest.raises(UnavailableError, match="slowly"):
        opened(cloud(fault="slow"))


def test_who_may_not() -> None:
    with pytest.raises(ProtocolError, match="does not take"):
        opened(cloud(), pin="0000").sign(b"x")
    with pytest.raises(NotAllowedError, match="refuses us"):
        opened(cloud(), secret="guessed")
    for simulator in (cloud(fault="disabled"), cloud(fault="revoked"), cloud(mode="oauth2code")):
        with pytest.raises(NotAllowedError):
            opened(simulator)
    assert len(opened(cloud(mode="implicit"), pin="").sign(b"x")) == 64


def test_keys_that_are_not_there() -> None:
    service = Service(base=BASE, client=CLIENT, secret=SECRET, call=cloud().call)
    assert service.info()["specs"] == "2.0.0.2"
    with pytest.raises(NotFoundError):
        find_key(service, "seal-2")


@pytest.mark.parametrize("address", ["csc:", "csc:host/csc/v2#key", "csc:me@host/csc/v2", "csc:@host#key"])
def test_addresses_that_are_none(address: str) -> None:
    with pytest.raises(InputError, match="not the address"):
        open_service_key(address, SECRET)


def test_a_class_list_is_sealed_in_few_requests() -> None:
    """Chunks of an issue are asked for at once, as many as the key allows; a bad seal stops it and is not stored."""
    import dataclasses

    from tests.issuance.awards import AT as ISSUED
    from tests.issuance.awards import pages
    from tests.issuance.issues import WATER, Batch, Disk, learners, make_issue

    simulator = cloud(multisign=50)
    design = dataclasses.replace(WATER, demonstration=False)
    key = opened(simulator)
    identifiers = dataclasses.replace(design.issuer.identifiers, eidas="VATIE-1234567X")
    issuer = dataclasses.replace(design.issuer, identifiers=identifiers)
    design = dataclasses.replace(design, issuer=issuer, awarding_bodies=())
    batch = Batch(design, signer=key, pages=pages(design), at=ISSUED)
    disk = Disk()
    list(make_issue(disk, design, batch=batch).run(learners(120)))
    assert len(disk.files) == 120
    assert simulator.asked.count("signatures/signHash") == 3
    bad = Batch(design, signer=opened(cloud(fault="wrong-signature")), pages=pages(design), at=ISSUED)
    empty = Disk()
    with pytest.raises(UnavailableError):
        list(make_issue(empty, design, batch=bad).run(learners(5)))
    assert empty.files == {}

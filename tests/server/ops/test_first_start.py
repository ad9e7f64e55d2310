"""The first start: a word that counts once, and what it makes; keys that the signer takes up while it runs."""

from __future__ import annotations

import datetime as dt
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mikra.adapters import signer_client
from mikra.adapters.clock import now
from mikra.adapters.key_addresses import open_address
from mikra.adapters.signer_keys import read_plan
from mikra.adapters.signer_server import SignerServer, open_keys, reopen_keys
from mikra.errors import InputError, NotAllowedError, UnavailableError
from mikra.sealing.certificates import is_demonstration
from mikra.server.actions import first_start, seal_keys_made, stop
from mikra.server.actions.seal_keys_made import Holder
from mikra.server.installation import Installation
from mikra.server.rights import Actor, Right, Role
from mikra.server.store.audit import Entry
from mikra.server.store.people import Membership, Person, SetUp
from mikra.server.store.tenants import Provider, SealKey, Tenant

pytestmark = [pytest.mark.django_db, pytest.mark.sockets]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """An installation of its own for the keys of each test."""
    of = Installation(home=tmp_path / "home")
    for module in (seal_keys_made, stop):
        monkeypatch.setattr(module, "installation", lambda: of)
    return of


def spend(token: str, slug: str = "zed", **others: str) -> Person:
    return first_start.spend(
        token=token,
        email="Jana@zed.example",
        name="Jana",
        institution="University of Zed",
        slug=slug,
        language="en",
        **others,
    )


def test_the_word_counts_once() -> None:
    token = first_start.make_token()
    assert token not in str(list(SetUp._default_manager.values()))
    person = spend(token)
    assert (person.operator, person.email, person.has_usable_password()) == (True, "jana@zed.example", False)
    with pytest.raises(NotAllowedError):
        spend(token, "other")
    assert not first_start.wanted()


def test_a_wrong_or_old_word_does_not() -> None:
    token = first_start.make_token()
    for wrong in ("aaaa-bbbb", token[:-1], ""):
        with pytest.raises(NotAllowedError):
            spend(wrong)
    SetUp._default_manager.update(expires=now() - dt.timedelta(seconds=1))
    with pytest.raises(NotAllowedError):
        spend(token)
    newer = first_start.make_token()
    with pytest.raises(InputError):
        spend(newer, "No Slug")
    assert not Tenant._default_manager.exists()
    assert spend(newer.lower().replace("-", " ")).operator


def test_what_it_makes(home: Installation) -> None:
    person = spend(first_start.make_token(), identifier="NTREE-17207834", country="EE")
    tenant = Tenant._default_manager.get(slug="zed")
    assert Membership._default_manager.get(person=person, tenant=tenant).roles == [str(Role.ADMINISTRATOR)]
    keys = {one.use: one for one in SealKey.of(tenant)}
    assert set(keys) == {"trial", "status", "receipts", "wallets"}
    assert {use: is_demonstration(bytes(key.certificate)) for use, key in keys.items()} == {
        "trial": True,
        "status": False,
        "receipts": False,
        "wallets": False,
    }
    assert [entry.verb for entry in Entry._default_manager.order_by("number")] == ["tenant.made"] + ["key.made"] * 4
    modes = {stat.S_IMODE(file.stat().st_mode) for file in home.keys.iterdir()}
    assert modes == {0o600}
    plan = {one.name: sorted(one.seals) for one in read_plan(home.signer_plan).keys}
    assert plan[keys["status"].name] == ["status-list"]
    assert home.signer_plan.stat().st_mode & 0o077 == 0


@pytest.fixture
def running(home: Installation) -> Iterator[SignerServer]:
    """A signer with the keys of the first start."""
    spend(first_start.make_token())
    plan = read_plan(home.signer_plan)
    server = SignerServer(plan, open_keys(plan, str), lambda held: reopen_keys(home.signer_plan, held, str))
    thread = threading.Thread(target=server.serve)
    thread.start()
    yield server
    server.close()
    thread.join(10)


def administrator() -> Actor:
    tenant = Tenant._default_manager.get(slug="zed")
    return Actor(tenant=tenant, name="person:1", rights=frozenset({Right.ADMINISTER, Right.STOP}))


def test_a_key_that_is_made_later_is_taken_up_at_once(home: Installation, running: SignerServer) -> None:
    actor = administrator()
    before = dict(running.keys)
    provider = Provider._default_manager.create(tenant=actor.tenant, name="Zed", body={}, issues=True)
    holder = Holder(name="University of Zed", identifier="NTREE-17207834", country="EE")
    key = seal_keys_made.make(actor, provider, holder)
    assert key.label == seal_keys_made.UNDETERMINED
    signer = open_address(home.key_address(key.address), str)
    assert signer.certificate == bytes(key.certificate)
    assert len(signer.sign_digest(bytes(32))) == 64  # type: ignore[attr-defined]
    assert all(running.keys[name] is held for name, held in before.items())


def test_a_plan_that_cannot_be_read_takes_no_key_away(home: Installation, running: SignerServer) -> None:
    before = dict(running.keys)
    home.signer_plan.write_text("nonsense")
    with pytest.raises(InputError):
        signer_client.reload(home.signer_socket)
    running.hang_up()
    assert running.keys == before


def test_who_may_not_administer_makes_no_key(actor: Callable[..., Actor], tenant: Tenant) -> None:
    nobody = actor(tenant, Role.REGISTRAR, Role.SEALER, Role.DESIGNER)
    provider = Provider._default_manager.create(tenant=tenant, name="Zed", body={})
    holder = Holder(name="Zed", identifier="NTREE-17207834", country="EE")
    with pytest.raises(NotAllowedError):
        seal_keys_made.make(nobody, provider, holder)
    with pytest.raises(NotAllowedError):
        seal_keys_made.bring_file(nobody, provider, b"", "")
    assert not SealKey.of(tenant).exists()


def test_a_file_that_is_no_key_is_refused(actor: Callable[..., Actor], tenant: Tenant, home: Installation) -> None:
    provider = Provider._default_manager.create(tenant=tenant, name="Zed", body={})
    with pytest.raises(InputError):
        seal_keys_made.bring_file(actor(tenant, Role.ADMINISTRATOR), provider, b"nothing", "words and words")
    assert not home.keys.exists()


def test_a_key_that_is_brought_and_retired(home: Installation, running: SignerServer, tmp_path: Path) -> None:
    from mikra.adapters.signers import write_pkcs12
    from mikra.sealing.certificates import make_seal_certificate

    actor = administrator()
    made = make_seal_certificate(organization="Zed", organization_identifier="NTREE-1", country="EE", at=now())
    write_pkcs12(tmp_path / "a.p12", made, "four words of mine", iterations=1000)
    provider = Provider._default_manager.create(tenant=actor.tenant, name="Zed", body={})
    raw = (tmp_path / "a.p12").read_bytes()
    with pytest.raises(InputError):
        seal_keys_made.bring_file(actor, provider, raw, "other words")
    key = seal_keys_made.bring_file(actor, provider, raw, "four words of mine")
    assert key.name in running.keys
    assert seal_keys_made.retire(actor, key.id).retired is not None
    with pytest.raises(InputError):
        seal_keys_made.compromised(actor, key.id, " ", since=now())


@pytest.mark.drill("R15")
def test_the_stop_switch_of_an_institution(actor: Callable[..., Actor], tenant: Tenant) -> None:
    sealer = actor(tenant, Role.SEALER)
    with pytest.raises(NotAllowedError):
        stop.stop(actor(tenant, Role.REGISTRAR), "wrong list")
    with pytest.raises(InputError):
        stop.stop(sealer, " ")
    assert stop.stop(sealer, "wrong list").stopped is not None
    stop.stop(sealer, "again")
    assert stop.go_on(sealer, "mended").stopped is None
    assert [one.verb for one in Entry._default_manager.order_by("number")] == ["sealing.stopped", "sealing.resumed"]


@pytest.mark.drill("R15")
def test_the_stop_switch_of_all(home: Installation, running: SignerServer) -> None:
    key = SealKey._default_manager.get(use="trial")
    assert stop.stop_all(True)
    with pytest.raises(UnavailableError):
        open_address(home.key_address(key.address), str).sign_digest(bytes(32))  # type: ignore[attr-defined]
    assert not stop.stop_all(False)

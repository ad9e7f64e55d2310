"""`mikra verify` and the world: offline unless asked; links; trusted lists; a report made again from its bundle."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from tests.cli.conftest import Run
from tests.simulators import trusted_lists as simulated
from tests.simulators.network import Network, leads_to, says
from tests.simulators.trusted_lists import operator
from tests.trust.test_qualification import certificate, fetched_files
from tests.verification.documents import edc, seal, status_entry, status_list

AT = ("--at", "2026-06-01T12:00:00Z")
ANCHORS = ("--anchors", "anchors")
LINK = "https://holder.example.test/credential"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    from tests.simulators import authorities

    (tmp_path / "good.json").write_bytes(seal(edc(**status_entry())))
    (tmp_path / "anchors").mkdir()
    (tmp_path / "anchors" / "a.der").write_bytes(authorities.intermediate().der)
    return tmp_path


def internet(status: bytes | None = None) -> Network:
    world = Network()
    world.host("issuer.example.test", says(status or status_list(41)))
    return world.host("holder.example.test", says(seal(edc(**status_entry()))))


def verdict(out: str) -> tuple[str, str]:
    (report,) = json.loads(out)
    return report["verdict"], report["code"]


def test_offline_unless_asked(run: Run, folder: Path) -> None:
    world = internet()
    answer = run("verify", "good.json", *AT, *ANCHORS, "--json", door=world.loader())
    assert verdict(answer.out) == ("INDETERMINATE", "valid_status_unknown")
    assert (world.asked, world.looked_up) == ([], [])
    online = run("verify", "good.json", *AT, *ANCHORS, "--json", "--online", door=world.loader())
    assert verdict(online.out) == ("TOTAL-PASSED", "valid")
    assert [t.name for t in world.asked] == ["issuer.example.test"]
    assert run("verify", "good.json", "--online", "--offline").code == 3


def test_a_link_is_fetched_and_nothing_else(run: Run, folder: Path) -> None:
    world = internet()
    answer = run("verify", LINK, *AT, *ANCHORS, "--json", door=world.loader())
    assert verdict(answer.out) == ("INDETERMINATE", "valid_status_unknown")
    assert [t.name for t in world.asked] == ["holder.example.test"]
    online = run("verify", LINK, *AT, *ANCHORS, "--json", "--online", door=world.loader())
    assert verdict(online.out) == ("TOTAL-PASSED", "valid")
    assert run("verify", LINK, *AT, "--offline", "--json", door=world.loader()).code == 2


@pytest.mark.parametrize("link", ["https://127.0.0.1/x", "https://localhost/x", "https://holder.example.test:22/x"])
def test_a_link_that_may_not_be_asked(run: Run, folder: Path, link: str) -> None:
    world = internet()
    answer = run("verify", link, "--json", door=world.loader())
    assert verdict(answer.out) == ("INDETERMINATE", "url_not_allowed")
    assert world.asked == []


def test_a_link_that_leads_inside(run: Run, folder: Path) -> None:
    world = internet().host("holder.example.test", leads_to("http://169.254.169.254/latest"))
    answer = run("verify", LINK, "--json", door=world.loader())
    assert verdict(answer.out) == ("INDETERMINATE", "url_not_allowed")
    assert len(world.asked) == 1


def test_a_report_is_made_again_years_later_from_its_bundle_alone(run: Run, folder: Path) -> None:
    first = run("verify", "good.json", *AT, *ANCHORS, "--online", "--bundle", "kept.zip", "--json", "--details",
                door=internet().loader())  # fmt: skip
    assert first.code == 0
    assert "kept in kept.zip" in first.err
    (folder / "good.json").unlink()
    world = Network()
    again = run("verify", "--bundle", "kept.zip", "--json", "--details", door=world.loader())
    assert (again.code, again.out, again.err) == (0, first.out, "")
    assert (world.asked, world.looked_up) == ([], [])
    later = run("verify", "--bundle", "kept.zip", "--at", "2031-06-01", "--json")
    assert verdict(later.out)[0] == "INDETERMINATE"


def test_what_was_not_to_be_had_is_kept_too(run: Run, folder: Path) -> None:
    first = run("verify", "good.json", *ANCHORS, *AT, "--bundle", "kept.zip", "--json")
    assert first.code == 2
    assert run("verify", "--bundle", "kept.zip", "--json").out == first.out


def test_a_report_that_differs_from_the_one_that_was_kept_says_so(run: Run, folder: Path) -> None:
    import io
    import zipfile

    run("verify", "good.json", *AT, *ANCHORS, "--bundle", "kept.zip")
    with zipfile.ZipFile(folder / "kept.zip") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in (parts | {"report.json": b"[]"}).items():
            archive.writestr(name, data)
    (folder / "kept.zip").write_bytes(packed.getvalue())
    assert "differs from the one that was kept" in run("verify", "--bundle", "kept.zip").err


def test_a_bundle_is_never_written_over_other_work(run: Run, folder: Path) -> None:
    (folder / "kept.zip").write_bytes(b"other work")
    assert run("verify", "good.json", *AT, *ANCHORS, "--bundle", "kept.zip").code == 3
    assert (folder / "kept.zip").read_bytes() == b"other work"


def test_neither_file_nor_bundle(run: Run, folder: Path) -> None:
    assert run("verify").code == 3
    assert run("verify", "--bundle", "good.json").code == 3


@pytest.mark.extra("trust")
def test_trusted_lists_from_a_folder(run: Run, folder: Path) -> None:
    pem = operator(simulated.COMMISSION).certificate.public_bytes(Encoding.PEM)
    (folder / "commission.pem").write_bytes(pem)
    for name, data in fetched_files().items():
        (folder / "lists" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "lists" / name).write_bytes(data)
    (folder / "sealed.json").write_bytes(seal(edc(), certificate()))
    lists = ("--trusted-lists", "lists", "--list-signer", "commission.pem")
    first = run("verify", "sealed.json", *AT, *lists, "--bundle", "kept.zip", "--details")
    assert first.code == 0
    assert "A qualified seal, says the trusted list of Ireland for 1 June 2026." in " ".join(first.out.split())
    again = run("verify", "--bundle", "kept.zip", "--details")
    assert again.out == first.out
    assert run("verify", "sealed.json", *AT).code == 2


def test_that_nobody_knows_of_a_revocation_may_be_too_little(run: Run, folder: Path) -> None:
    (folder / "plain.json").write_bytes(seal(edc()))
    words = ("verify", "plain.json", *AT, *ANCHORS, "--json")
    assert verdict(run(*words).out) == ("TOTAL-PASSED", "valid")
    asked = run(*words, "--require-revocation-check")
    assert verdict(asked.out) == ("INDETERMINATE", "seal_revocation_unknown")


def test_a_method_that_faded_proves_nothing(run: Run, folder: Path) -> None:
    (folder / "plain.json").write_bytes(seal(edc()))
    words = ("verify", "plain.json", *AT, *ANCHORS, "--json")
    for method in ("sha256=2026-06-01", "ES256=2026-01-01", "secp256r1=2026-05-31"):
        told = verdict(run(*words, "--faded", method, "--faded", "rsa2048=2020-01-01").out)
        assert told == ("INDETERMINATE", "seal_time_not_proven"), method
    for method in ("sha256=2026-06-02", "sha384=2026-01-01", "RS256=2026-01-01"):
        assert verdict(run(*words, "--faded", method).out) == ("TOTAL-PASSED", "valid"), method


@pytest.mark.parametrize("wrong", ["SHA-256=2026-01-01", "sha256", "sha256=soon", "rsa=2026-01-01", "=2026-01-01"])
def test_a_method_that_nobody_knows_is_told(run: Run, folder: Path, wrong: str) -> None:
    (folder / "plain.json").write_bytes(seal(edc()))
    answer = run("verify", "plain.json", "--faded", wrong)
    assert (answer.code, "--faded" in answer.err) == (3, True)


def test_the_way_to_the_network_is_the_proxy_that_was_named(run: Run, folder: Path) -> None:
    world = internet()
    words = ("verify", "good.json", *AT, *ANCHORS, "--json", "--online")
    answer = run("--proxy", "proxy.zed.example:3128", *words, door=world.loader())
    assert verdict(answer.out) == ("INDETERMINATE", "valid_status_unknown")
    assert {(target.ip, target.port) for target in world.asked} == {("proxy.zed.example", 3128)}
    assert world.looked_up == ["issuer.example.test"]
    named = internet()
    run("--proxy", "proxy.zed.example:3128", "--proxy-resolves", *words, door=named.loader())
    assert named.looked_up == []
    assert run("--proxy", "nowhere", *words).code == 3

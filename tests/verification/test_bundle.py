"""A report can be made again, offline, from its bundle alone: the same verdict, the same bytes."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from mikra.errors import InputError, UnavailableError
from mikra.report import Report, Verdict
from mikra.trust.loader import Loaded, Recorded, RecordingLoader, SnapshotLoader
from mikra.trust.register import read as read_register
from mikra.verification import Policy, verify
from mikra.verification.bundle import POLICY_MEMBERS, Bundle, read, told, write
from mikra.verification.question import Session
from tests.simulators.trusted_lists import StateXml
from tests.trust.test_qualification import certificate
from tests.verification.documents import ANCHORED, AT, STATUS_URL, edc, seal, status_entry, status_list
from tests.verification.test_listed import lists
from tests.verification.test_registered import register


class Away:
    def load(self, url: str, *, accept: str = "") -> Loaded:
        raise UnavailableError("The address answers too slowly.", where=url, code="timeout")


def serving(body: bytes) -> SnapshotLoader:
    return SnapshotLoader({STATUS_URL: Recorded(read=lambda: body)})


def judged(data: bytes, policy: Policy, loader: Any, session: Session | None = None) -> Bundle:
    recording = RecordingLoader(loader)
    asked = session or Session()
    reports = verify(data, at=AT, policy=policy, loader=recording, name="a.json", session=asked)
    return Bundle(
        files=(("a.json", data),),
        at=AT,
        today=True,
        policy=policy,
        web=recording.answers,
        session=asked,
        told=told(reports, "en"),
    )


def same(bundle: Bundle) -> tuple[Report, ...]:
    """Made again from its bytes: the same report, to the byte."""
    again = read(write(bundle))
    reports = again.reports()
    assert orjson.dumps(told(reports, "en")) == orjson.dumps(bundle.told)
    assert write(replace(again, told=bundle.told)) == write(bundle)
    return reports


def test_a_genuine_credential_with_its_status_list() -> None:
    (report,) = same(judged(seal(edc(**status_entry())), ANCHORED, serving(status_list(41))))
    assert report.verdict is Verdict.TOTAL_PASSED


@pytest.mark.parametrize("loader", [Away(), serving(status_list(42)), serving(b"nonsense"), SnapshotLoader({})])
def test_whatever_the_web_answered_it_is_answered_again(loader: Any) -> None:
    same(judged(seal(edc(**status_entry())), ANCHORED, loader))


def test_every_part_of_a_policy_is_kept() -> None:
    assert {member.name for member in fields(Policy)} == POLICY_MEMBERS
    policy = Policy(
        anchors=(b"a", b"b"),
        trusted_seals=frozenset({"ab"}),
        status_seals=frozenset({"cd"}),
        trusted_issuers=frozenset({"did:web:x.test"}),
        contexts={"https://x.test/c": b"{}"},
        inline_contexts=True,
        proof_only=True,
        algorithms=frozenset({"ES256"}),
        deciding_content=frozenset({"annex1"}),
        status_required=False,
        timestamps_anchored=False,
        clock_skew=timedelta(seconds=90),
        status_max_age=timedelta(hours=1),
        revocation_required=True,
        lists_of={"did:web:x.test": frozenset({"ef"})},
        tokens_of={"did:web:x.test": frozenset({"fe"})},
        compromised={"aa" * 32: datetime(2030, 1, 1, tzinfo=UTC)},
        faded={"sha256": datetime(2031, 1, 1, tzinfo=UTC)},
        profile_version="1.1.0",
    )
    kept = read(write(Bundle(files=(), at=AT, policy=policy))).policy
    assert kept == policy
    changed = {m.name for m in fields(Policy) if getattr(policy, m.name) != getattr(Policy(), m.name)}
    assert changed == POLICY_MEMBERS - {"trusted_lists", "register", "limits"}


def test_the_session_is_kept() -> None:
    session = Session(nonce="n", audience="a", key_binding=True)
    assert read(write(judged(seal(edc()), ANCHORED, Away(), session))).session == session


def test_of_a_register_only_what_was_an_answer_is_kept() -> None:
    other = register().providers["deqar"][0]
    known = register()
    many = known.with_source(known.sources[0], [other, replace(other, key="x", names=("X",), identities=())])
    bundle = judged(seal(edc()), replace(ANCHORED, register=many), Away())
    same(bundle)
    with zipfile.ZipFile(io.BytesIO(write(bundle))) as archive:
        kept = read_register(archive.read("register.json"))
    assert [p.key for p in kept.providers["deqar"]] == ["DEQARINST0042"]


@pytest.mark.extra("trust")
def test_trusted_lists_are_kept_as_they_were_signed() -> None:
    bundle = judged(seal(edc(), certificate()), Policy(trusted_lists=lists(StateXml())), Away())
    (report,) = same(bundle)
    assert report.verdict is Verdict.TOTAL_PASSED
    with zipfile.ZipFile(io.BytesIO(write(bundle))) as archive:
        assert any(name.startswith("trusted/lists/IE-") for name in archive.namelist())


def test_an_altered_file_in_a_bundle_is_altered() -> None:
    bundle = judged(seal(edc()), ANCHORED, Away())
    (name, data), *_ = bundle.files
    changed = replace(bundle, files=((name, data.replace(b"Water quality", b"Walker quality")),))
    (report,) = read(write(changed)).reports()
    assert report.verdict is Verdict.TOTAL_FAILED


def _without(name: str) -> Callable[[dict[str, bytes]], None]:
    return lambda parts: parts.pop(name) and None


def _manifest(change: Callable[[Any], Any]) -> Callable[[dict[str, bytes]], None]:
    def changed(parts: dict[str, bytes]) -> None:
        manifest = json.loads(parts["manifest.json"])
        change(manifest)
        parts["manifest.json"] = json.dumps(manifest).encode()

    return changed


@pytest.mark.parametrize(
    "change",
    [
        _without("manifest.json"),
        _without("files/0"),
        _without("web/0"),
        _without("anchors/0"),
        lambda parts: parts.update({"manifest.json": b"[]"}),
        _manifest(lambda m: m.update(format="other")),
        _manifest(lambda m: m.update(at="soon")),
        _manifest(lambda m: m.update(at=5)),
        _manifest(lambda m: m.update(files=5)),
        _manifest(lambda m: m.update(web=[])),
        _manifest(lambda m: m.update(session={"moon": 1})),
        _manifest(lambda m: m["policy"].pop("anchors")),
        _manifest(lambda m: m["policy"].update(clock_skew="x")),
        _manifest(lambda m: m["policy"].update(faded={"sha256": "soon"})),
        _manifest(lambda m: m["policy"].update(signers=1)),
    ],
)
def test_what_is_no_bundle(change: Callable[[dict[str, bytes]], None]) -> None:
    data = write(judged(seal(edc(**status_entry())), ANCHORED, serving(status_list(41))))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    with pytest.raises(InputError):
        read(packed.getvalue())


@pytest.mark.parametrize("data", [b"", b"PK", b"{}", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_archive(data: bytes) -> None:
    with pytest.raises(InputError):
        read(data)

"""Bundles of several credentials (CLR 2.0), and the manifest that lists the forms of one award."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest

from mikra.conversion import clr, manifest
from mikra.conversion.clr import Association, AssociationType, learner_record
from mikra.conversion.manifest import Entry, Manifest, Standing
from mikra.conversion.open_badges import with_proof
from mikra.conversion.reading import Form
from mikra.errors import ConflictError, InputError
from mikra.report import Verdict
from mikra.sealing import jades
from mikra.trust import certificates
from mikra.verification import Policy, verify
from tests.conversion import made
from tests.simulators import europe

AT = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
PROOF = {"type": "DataIntegrityProof", "proofValue": "z1"}


def record(*credentials: Any, **more: Any) -> dict[str, Any]:
    issuer = made.award().issuer
    assert issuer is not None
    return learner_record(
        credentials, identity=made.IDENTITY, issuer=issuer, valid_from="2026-06-01T00:00:00Z", name="Record", **more
    )


class TestRecord:
    BADGES = tuple(with_proof(made.badge(made.award(name)), PROOF) for name in made.EXAMPLES)

    def test_several_credentials_stand_in_it_as_they_are(self) -> None:
        first, second = (b["credentialSubject"]["achievement"]["id"] for b in self.BADGES[:2])
        relation = Association(kind=AssociationType.PRECEDES, source=first, target=second)
        made_record = record(*self.BADGES, associations=[relation], partial=True)
        assert made_record["@context"][2] == clr.CONTEXT_CLR
        assert made_record["type"] == ["VerifiableCredential", "ClrCredential"]
        assert made_record["credentialSubject"]["verifiableCredential"] == list(self.BADGES)
        assert made_record["credentialSubject"]["association"] == [
            {"type": "Association", "associationType": "precedes", "sourceId": first, "targetId": second}
        ]
        assert made_record["partial"] is True

    def test_a_compact_text_is_enveloped(self) -> None:
        held = record("eyJ.e30.c2ln")["credentialSubject"]["verifiableCredential"]
        assert held[0]["id"] == "data:application/vc+jwt,eyJ.e30.c2ln"
        assert held[0]["type"] == "EnvelopedVerifiableCredential"

    def test_the_same_bundle_has_the_same_id(self) -> None:
        assert record(*self.BADGES)["id"] == record(*self.BADGES)["id"] != record(self.BADGES[0])["id"]

    @pytest.mark.parametrize(
        ("credentials", "more"),
        [
            ((), {}),
            ((made.badge(made.award()),), {}),
            (BADGES, {"associations": [Association(kind=AssociationType.IS_PART_OF, source="urn:x", target="urn:y")]}),
            (
                tuple(b | {"credentialSubject": {"id": f"did:key:z{n}"}} for n, b in enumerate(BADGES)),
                {},
            ),
        ],
        ids=["none", "unsealed", "unknown relation", "two learners"],
    )
    def test_what_is_no_record_is_refused(self, credentials: Any, more: dict[str, Any]) -> None:
        with pytest.raises(InputError):
            record(*credentials, **more)


class TestManifest:
    SEALED = jades.seal(b'{"id":"urn:credential:1"}', signer=europe.seal().signer, at=AT)

    def first(self) -> Manifest:
        return manifest.begin(made.origin(made.award()), self.SEALED, identity=made.IDENTITY, at=AT)

    def entry(self, content: bytes = b"badge") -> Entry:
        return Entry.of(Form.OPEN_BADGE_3, content, form_id="urn:uuid:2", at=AT, language="en")

    def test_it_is_written_anew_when_a_form_is_added(self) -> None:
        one = self.first()
        two = one.with_entry(self.entry(), AT + dt.timedelta(days=1))
        assert (one.version, two.version) == (1, 2)
        assert [e.form for e in two.entries] == [Form.EDC, Form.OPEN_BADGE_3]
        assert two.entry_of(b"badge") == self.entry()
        assert two.entry_of(b"badgE") is None
        assert two.with_entry(self.entry(), AT).entries == two.entries

    def test_a_form_is_withdrawn(self) -> None:
        two = self.first().with_entry(self.entry(), AT)
        three = two.with_status("urn:uuid:2", Standing.WITHDRAWN, AT)
        assert [e.status.value for e in three.entries] == ["valid", "withdrawn"]
        with pytest.raises(InputError):
            two.with_status("urn:uuid:3", Standing.WITHDRAWN, AT)
        with pytest.raises(ConflictError):
            two.with_entry(self.entry(b"other"), AT)

    def test_it_is_sealed_and_verified_like_any_credential(self) -> None:
        key = europe.seal()
        two = self.first().with_entry(self.entry(), AT)
        sealed = manifest.seal(two, signer=key.signer, at=AT)
        assert manifest.read(sealed) == two
        (report,) = verify(
            sealed, at=AT, policy=Policy(trusted_seals=frozenset({certificates.read(key.der).fingerprint}))
        )
        assert report.verdict is Verdict.TOTAL_PASSED
        text = json.dumps(manifest.document(two))
        assert not any(secret in text for secret in ("O'Brien", "zoe@", "M0419"))

    def test_an_altered_one_is_refused(self) -> None:
        sealed = manifest.seal(self.first(), signer=europe.seal().signer, at=AT)
        file = json.loads(sealed)
        file["payload"] = file["payload"][:40] + ("A" if file["payload"][40] != "A" else "B") + file["payload"][41:]
        with pytest.raises(InputError):
            manifest.read(json.dumps(file).encode())
        with pytest.raises(InputError):
            manifest.read(self.SEALED)
        with pytest.raises(InputError):
            manifest.read(b"{}")

    @pytest.mark.parametrize(
        "change",
        [
            lambda document: document["credentialSubject"].update(format="mikra/manifest/2"),
            lambda document: document["credentialSubject"].update(id=5),
            lambda document: document["credentialSubject"].pop("forms"),
            lambda document: document["credentialSubject"]["forms"][0].update(status="lent"),
            lambda document: document.update(issuer={"id": "urn:x"}),
        ],
    )
    def test_what_is_no_manifest(self, change: Callable[[dict[str, Any]], None]) -> None:
        found = manifest.document(self.first())
        change(found)
        with pytest.raises(InputError) as caught:
            manifest.read(jades.seal(json.dumps(found).encode(), signer=europe.seal().signer, at=AT))
        assert caught.value.code == "credential_malformed"

    def test_one_that_does_not_read_back_is_not_given_out(self, monkeypatch: pytest.MonkeyPatch) -> None:
        other = self.first().with_entry(self.entry(), AT)
        monkeypatch.setattr(manifest, "read", lambda _: other)
        with pytest.raises(ConflictError):
            manifest.seal(self.first(), signer=europe.seal().signer, at=AT)

    def test_a_moment_needs_a_zone(self) -> None:
        with pytest.raises(InputError):
            Entry.of(Form.EDC, b"", form_id="urn:x", at=dt.datetime(2026, 1, 1))  # noqa: DTZ001

"""Envelopes: the sealed text within, by its media type; anything else is refused or named."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mikra import formats
from mikra.errors import InputError
from mikra.formats import Form

TOKEN = "eyJhbGciOiJFUzI1NiJ9.e30.AAAA"


def envelope(url: Any, kind: str = "EnvelopedVerifiableCredential") -> dict[str, Any]:
    return {"@context": "https://www.w3.org/ns/credentials/v2", "id": url, "type": kind}


def items(document: Any) -> list[tuple[str, Form, bytes]]:
    return [(item.kind, item.form, item.data) for item in formats.read(json.dumps(document).encode()).items]


@pytest.mark.parametrize(
    ("media", "kind", "kind_of_envelope"),
    [
        ("application/vc+jwt", "jwt", "EnvelopedVerifiableCredential"),
        ("application/vp+jwt", "jwt", "EnvelopedVerifiablePresentation"),
        ("Application/VC+JWT", "jwt", "EnvelopedVerifiableCredential"),
        ("application/vc+sd-jwt", "sd_jwt", "EnvelopedVerifiableCredential"),
        ("application/dc+sd-jwt", "sd_jwt", "EnvelopedVerifiableCredential"),
    ],
)
def test_what_stands_within(media: str, kind: str, kind_of_envelope: str) -> None:
    assert items(envelope(f"data:{media},{TOKEN}", kind_of_envelope)) == [(kind, Form.SEALED, TOKEN.encode())]


def test_in_a_presentation_each_by_itself() -> None:
    presentation = {
        "type": "VerifiablePresentation",
        "verifiableCredential": [
            envelope(f"data:application/vc+jwt,{TOKEN}"),
            envelope("data:application/vc+cose;base64,0oQ"),
            envelope("data:application/vp+cose;base64,0oQ=", "EnvelopedVerifiablePresentation"),
            envelope("data:application/unheard,AA"),
        ],
    }
    found = items(presentation)
    assert [kind for kind, _, _ in found] == ["jwt", "cose", "cose", "enveloped"]
    assert {data for kind, _, data in found if kind == "cose"} == {b"\xd2\x84"}


@pytest.mark.parametrize("context", [None, [], "https://www.w3.org/2018/credentials/v1", {}])
def test_an_envelope_names_the_context_of_version_2(context: Any) -> None:
    good = envelope(f"data:application/vc+jwt,{TOKEN}")
    assert items(good | {"@context": [good["@context"]]})
    with pytest.raises(InputError) as caught:
        items(good | {"@context": context})
    assert caught.value.code == "credential_malformed"


@pytest.mark.parametrize("held", [[], None])
def test_a_presentation_of_nothing(held: Any) -> None:
    with pytest.raises(InputError) as caught:
        items({"type": "VerifiablePresentation", "verifiableCredential": held})
    assert caught.value.code == "credential_malformed"
    with pytest.raises(InputError):
        formats.presented({"verifiableCredential": held})


@pytest.mark.parametrize(
    ("media", "kind"),
    [("vp+jwt", "EnvelopedVerifiableCredential"), ("vc+sd-jwt", "EnvelopedVerifiablePresentation")],
)
def test_an_envelope_holds_what_its_type_says(media: str, kind: str) -> None:
    with pytest.raises(InputError) as caught:
        items(envelope(f"data:application/{media},{TOKEN}", kind))
    assert caught.value.code == "credential_malformed"


@pytest.mark.parametrize(
    "url",
    [
        None,
        7,
        "not-a-credential",
        "https://issuer.example.test/1",
        "data:application/vc+jwt",
        "data:application/vc+jwt,",
        "data:application/vc+jwt;base64,AAAA",
        "data:application/vc+cose,0oQ=",
        "data:application/vc+cose;base64,",
        "data:application/vc+cose;base64,0oQ==",
        "data:application/vc+cose;base64,0o-E",
        "data:application/vc+cose;base64,0oQ=0oQ=",
        "data:application/vc+cose;charset=x;base64,0oQ=",
        f"data:application/vc+jwt, {TOKEN}",
        f"data:application/vc+jwt,{TOKEN}%2E",
        "data:,",
    ],
)
def test_what_holds_no_sealed_text(url: Any) -> None:
    with pytest.raises(InputError) as raised:
        items(envelope(url))
    assert raised.value.code == "credential_malformed"

"""What the W3C's vc-jose-cose suite asks, statement by statement, of a command that seals or verifies one document."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from typing import Any

import pytest

from mikra import base64url
from mikra.sealing import cbor
from tests.adapters.vc_api.test_vc_file import CONTEXTS, CREDENTIAL, KEYS, answer, issued, presentation, sealed

WAYS = ("jose", "sdjwt", "cose")
SHOWN = {"type": ["VerifiableCredential", "AlumniExample"]}


def header(text: bytes, way: str) -> dict[Any, Any]:
    if way == "cose":
        protected, *_ = cbor.decode(b64decode(text).removeprefix(b"\xd2"), negative=True)
        found: dict[Any, Any] = cbor.decode(protected, negative=True)
        return found
    return dict(json.loads(base64url.decode(text.split(b".")[0].decode())))


def payload(text: bytes, way: str) -> dict[str, Any]:
    if way == "cose":
        data = cbor.decode(b64decode(text).removeprefix(b"\xd2"), negative=True)[2]
    else:
        data = base64url.decode(text.split(b"~")[0].split(b".")[1].decode())
    return dict(json.loads(data))


def inside(text: bytes, way: str) -> str:
    media = {"jose": "vc+jwt,", "sdjwt": "vc+sd-jwt,", "cose": "vc+cose;base64,"}[way]
    return f"data:application/{media}{text.decode()}"


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("way", WAYS)
def test_a_credential_is_the_payload_itself_and_the_header_says_so(way: str, key: str) -> None:
    text = sealed(CREDENTIAL, key, f"credential_{way}")
    found = payload(text, way)
    assert {name: found[name] for name in CREDENTIAL} == CREDENTIAL
    assert not {"vc", "vp", "proof"} & found.keys()
    said = header(text, way)
    if way == "cose":
        assert (said[3], said[16]) == ("application/vc", "application/vc+cose")
        assert said[1] in (-7, -35, -36, -8)
    else:
        media = {"jose": "vc+jwt", "sdjwt": "vc+sd-jwt"}[way]
        assert (said["typ"], said.get("cty", "vc")) == (media, "vc")
        assert said["alg"] in ("ES256", "ES384", "ES512", "EdDSA")
    assert answer(text, key, f"credential_{way}") == "success"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("inner", WAYS)
def test_a_presentation_holds_envelopes(way: str, inner: str) -> None:
    credential = sealed(CREDENTIAL, "P-384", f"credential_{inner}")
    text = sealed(presentation(inside(credential, inner)), "P-256", f"presentation_{way}")
    assert payload(text, way)["verifiableCredential"][0]["type"] == "EnvelopedVerifiableCredential"
    assert answer(text, "P-256", f"presentation_{way}") == "success"
    assert answer(text, "P-384", f"presentation_{way}") == "failure"
    said = header(text, way)
    media = {"jose": "vp+jwt", "sdjwt": "vp+sd-jwt", "cose": "application/vp+cose"}[way]
    assert said[16 if way == "cose" else "typ"] == media


@pytest.mark.parametrize("way", WAYS)
class TestRefused:
    @pytest.mark.parametrize("bare", [[CREDENTIAL], ["a text"], [{**SHOWN, "id": "https://x.example/1"}]])
    def test_a_presentation_of_what_is_not_sealed(self, way: str, bare: list[Any]) -> None:
        assert (
            issued({**presentation(), "verifiableCredential": bare}, "P-256", f"presentation_{way}").result == "failure"
        )

    @pytest.mark.parametrize("name", ["vc", "vp"])
    def test_claims_that_repeat_the_document(self, way: str, name: str) -> None:
        assert issued({**CREDENTIAL, name: {}}, "P-256", f"credential_{way}").result == "failure"
        assert issued({**presentation(), name: {}}, "P-256", f"presentation_{way}").result == "failure"

    def test_extensions_that_nobody_explains(self, way: str) -> None:
        assert issued({**CREDENTIAL, "oddOne": {"a": "b"}}, "P-256", f"credential_{way}").result == "failure"

    @pytest.mark.parametrize("key", KEYS)
    def test_another_signature(self, way: str, key: str) -> None:
        text = sealed(CREDENTIAL, key, f"credential_{way}")
        other = sealed({**CREDENTIAL, "id": "https://x.example/2"}, key, f"credential_{way}")
        if way == "cose":
            one, two = (cbor.decode(b64decode(t).removeprefix(b"\xd2"), negative=True) for t in (text, other))
            assert len(one) == 4
            signature = two[3]
            twin = b64encode(b64decode(text)[: -len(signature)] + signature)
        else:
            tail = text.partition(b"~")[2]
            twin = b".".join((*text.split(b"~")[0].split(b".")[:2], other.split(b"~")[0].split(b".")[2]))
            twin += b"~" + tail if way == "sdjwt" else b""
        assert twin != text
        assert answer(twin, key, f"credential_{way}") == "failure"
        assert answer(text, key, f"credential_{way}") == "success"

    def test_the_other_media_type(self, way: str) -> None:
        credential = sealed(CREDENTIAL, "P-256", f"credential_{way}")
        shown = sealed(presentation(inside(credential, way)), "P-256", f"presentation_{way}")
        assert answer(credential, feature=f"presentation_{way}") == "failure"
        assert answer(shown, feature=f"credential_{way}") == "failure"
        for other in set(WAYS) - {way}:
            assert answer(credential, feature=f"credential_{other}") == "failure"

    @pytest.mark.parametrize(
        "text", [b"", b"{}", json.dumps(CREDENTIAL).encode(), b"a.b.c", b"~", b"....", b"\xd2\x84"]
    )
    def test_what_is_not_sealed(self, way: str, text: bytes) -> None:
        for what in ("credential", "presentation"):
            assert answer(text, feature=f"{what}_{way}") == "failure"


def test_cose_in_hex_is_not_cose() -> None:
    text = b64decode(sealed(CREDENTIAL, feature="credential_cose")).hex().encode()
    assert answer(text, feature="credential_cose") == "failure"


def test_a_holder_may_conceal_itself_and_what_it_shows() -> None:
    url = inside(sealed(CREDENTIAL), "jose")
    text = sealed(presentation(url), "P-384", "presentation_sdjwt", "holder", "verifiableCredential[0]")
    assert "holder" not in payload(text, "sdjwt")
    assert text.count(b"~") == 3
    assert answer(text, "P-384", "presentation_sdjwt") == "success"


def test_what_is_concealed_lies_deep_and_in_lists() -> None:
    subject = {"id": "did:example:1", "address": {"street": "x", "city": "y"}, "phones": ["1", "2"]}
    paths = ("credentialSubject.address.street", "credentialSubject.address.city", "credentialSubject.phones[0]")
    value = {**CREDENTIAL, "@context": CONTEXTS, "credentialSubject": subject}
    text = sealed(value, "P-521", "credential_sdjwt", *paths)
    shown = payload(text, "sdjwt")["credentialSubject"]
    assert "street" not in shown["address"]
    assert shown["id"] == "did:example:1"
    assert answer(text, "P-521", "credential_sdjwt") == "success"
    token, *disclosures, _ = text.split(b"~")
    for one in disclosures:
        other = base64url.encode(
            base64url.decode(one.decode()).replace(b'"x"', b'"z"').replace(b'"1"', b'"9"')
        ).encode()
        if other != one:
            assert answer(b"~".join((token, other, b"")), "P-521", "credential_sdjwt") == "failure"


def test_a_feature_that_nobody_has_is_neither_yes_nor_no() -> None:
    for feature in ("credential_bbs", "presentation_acdc", "status_list", ""):
        assert issued(CREDENTIAL, "P-256", feature).result == "indeterminate"
        assert answer(sealed(CREDENTIAL), feature=feature) == "indeterminate"

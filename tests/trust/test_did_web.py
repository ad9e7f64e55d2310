"""did:web: one name, one address; everything else is refused before a packet is sent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mikra.errors import MikraError, UnavailableError
from mikra.trust import did
from mikra.trust.loader import Loaded, SnapshotLoader

ASKED = {
    "did:web:localtest.me": "",
    "did:web:rebind.example.test": "did_document_id_mismatch",
    "did:web:redirects-to-loopback.example.test": "url_not_allowed",
    "did:web:slow.example.test": "timeout",
    "did:web:endless.example.test": "response_too_large",
}
"""Names in order: the loader asks, and refuses by what it finds. (The first resolves to loopback: its own test.)"""


class Exploding:
    def load(self, url: str, *, accept: str = "") -> Loaded:
        raise AssertionError(url)


def names(corpus: Path) -> list[str]:
    return list(json.loads((corpus / "url-list" / "ssrf-did-web.json").read_text()))


@pytest.mark.drill("R4")
def test_every_name_of_the_corpus_is_refused_before_a_packet(corpus: Path) -> None:
    refused = [name for name in names(corpus) if name not in ASKED]
    assert len(refused) == 40
    for name in refused:
        with pytest.raises(UnavailableError) as raised:
            did.resolve_method(f"{name}#k1", loader=Exploding())
        assert raised.value.code == "url_not_allowed", name


@pytest.mark.drill("R4")
@pytest.mark.parametrize(("name", "code"), [entry for entry in ASKED.items() if entry[1]])
def test_names_that_are_asked_and_refused_by_the_answer(corpus: Path, name: str, code: str) -> None:
    with pytest.raises(MikraError) as raised:
        did.resolve_method(f"{name}#k1", loader=SnapshotLoader.open(corpus))
    assert raised.value.code == code


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("did:web:issuer.example.test", "https://issuer.example.test/.well-known/did.json"),
        ("did:web:issuer.example.test%3A8443", "https://issuer.example.test:8443/.well-known/did.json"),
        ("did:web:issuer.example.test%3a443:a", "https://issuer.example.test:443/a/did.json"),
        ("did:web:w3c-ccg.github.io:user:alice", "https://w3c-ccg.github.io/user/alice/did.json"),
        ("did:web:xn--caf-dma.example.test:%C3%A9", "https://xn--caf-dma.example.test/%C3%A9/did.json"),
    ],
)
def test_the_address(name: str, address: str) -> None:
    assert did.document_address(name) == address


@pytest.mark.parametrize(
    "name",
    [
        "did:web:issuer.example.test:",
        "did:web:issuer.example.test::a",
        "did:web:issuer.example.test:.",
        "did:web:issuer.example.test:...",
        "did:web:issuer.example.test:a%2fb",
        "did:web:issuer.example.test:a/b",
        "did:web:issuer.example.test:a?b",
        "did:web:issuer.example.test:a b",
        "did:web:issuer.example.test:%41",
        "did:web:issuer.example.test%3A",
        "did:web:issuer.example.test%3A0443",
        "did:web:issuer.example.test%3A1023",
        "did:web:issuer.example.test%3A65536",
        "did:web:issuer.example.test%2E",
        "did:web:-a.example.test",
        "did:web:a-.example.test",
        "did:web:a_b.example.test",
        "did:web:ab--cd.example.test",
        "did:web:xn--abc-.example.test",
        "did:web:xn--\u0430.example.test",
        "did:web:\u0456ssuer.example.test",
        "did:web:issuer.example.test\n",
        "did:web:1.2.3.4",
        "did:web:0x7f.0x1",
        "did:web:a.0x",
        "did:web:user@issuer.example.test",
        "did:Web:issuer.example.test",
        "issuer.example.test",
    ],
)
def test_names_without_an_address(name: str) -> None:
    with pytest.raises(UnavailableError) as raised:
        did.document_address(name)
    assert raised.value.code == "url_not_allowed"


@given(st.text(alphabet="abcAB019.-_%:/?#@[]é。 \n\\x", max_size=40))
def test_an_address_is_an_https_address_of_that_host_or_nothing(rest: str) -> None:
    try:
        address = did.document_address(f"did:web:{rest}")
    except UnavailableError:
        return
    host = rest.split(":")[0].replace("%3A", ":").replace("%3a", ":")
    assert address.startswith(f"https://{host}/")
    assert address.endswith("/did.json")
    assert ".." not in address

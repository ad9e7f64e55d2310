"""What the W3C's suite for bitstring status lists asks: the entry, the list behind it, and what a set bit means."""

from __future__ import annotations

import copy
import gzip
from typing import Any

import pytest

from mikra import base64url
from tests.adapters.vc_api.test_vc_api import V2, Caller, credential, issued

PURPOSES = {"revocation", "suspension"}


def listed(api: Caller, entry: Any) -> Any:
    status, found = api.call("GET", entry["statusListCredential"].removeprefix("https://localhost:1"))
    assert status == 200
    return found


def test_the_entry() -> None:
    sealed = issued(Caller(), "bitstring")
    entry = sealed["credentialStatus"]
    assert sealed["@context"][0] == V2
    assert entry["type"] == "BitstringStatusListEntry"
    assert entry["statusPurpose"] in PURPOSES
    assert isinstance(entry["statusListIndex"], str)
    assert int(entry["statusListIndex"]) >= 0
    assert entry["statusListCredential"].startswith("https://")
    assert entry["id"] not in (entry["statusListCredential"], sealed.get("id"))
    assert entry.keys() <= {"id", "type", "statusPurpose", "statusListIndex", "statusListCredential"}  # one bit each


def test_an_entry_for_each_purpose() -> None:
    body = {"credential": credential(), "options": {"credentialStatus": [{"statusPurpose": one} for one in PURPOSES]}}
    status, answer = Caller().call("POST", "/issuers/bitstring/credentials/issue", body)
    entries = answer["verifiableCredential"]["credentialStatus"]
    assert (status, {one["statusPurpose"] for one in entries}) == (201, PURPOSES)
    body["options"] = {"credentialStatus": {"statusPurpose": "unknown"}}
    assert Caller().call("POST", "/issuers/bitstring/credentials/issue", body)[0] in (400, 422)


def test_the_list() -> None:
    api = Caller()
    entry = issued(api, "bitstring")["credentialStatus"]
    found = listed(api, entry)
    assert api.verify(found) == 200
    assert {"VerifiableCredential", "BitstringStatusListCredential"} <= set(found["type"])
    subject = found["credentialSubject"]
    assert subject["type"] == "BitstringStatusList"
    assert subject["statusPurpose"] == entry["statusPurpose"]
    assert "ttl" not in subject
    assert subject["encodedList"][0] == "u"
    assert "=" not in subject["encodedList"]
    bits = gzip.decompress(base64url.decode(subject["encodedList"][1:]))
    assert len(bits) >= 16 * 1024
    assert int(entry["statusListIndex"]) < len(bits) * 8
    assert not any(bits)


def test_every_credential_has_a_place_of_its_own() -> None:
    api = Caller()
    places = [issued(api, "bitstring", id=f"urn:a:{n}")["credentialStatus"]["statusListIndex"] for n in range(3)]
    assert len(set(places)) == 3


@pytest.mark.parametrize("purpose", sorted(PURPOSES))
def test_a_set_bit_is_the_leftmost_first(purpose: str) -> None:
    api = Caller()
    body = {"credential": credential(id="urn:a:1"), "options": {"credentialStatus": {"statusPurpose": purpose}}}
    sealed = api.call("POST", "/issuers/bitstring/credentials/issue", body)[1]["verifiableCredential"]
    entry = sealed["credentialStatus"]
    assert api.verify(sealed) == 200
    change = {"type": "BitstringStatusListEntry", "statusPurpose": purpose, "status": True}
    assert api.call("POST", "/credentials/status", {"credentialId": "urn:a:1", "credentialStatus": change})[0] == 200
    bits = gzip.decompress(base64url.decode(listed(api, entry)["credentialSubject"]["encodedList"][1:]))
    byte, place = divmod(int(entry["statusListIndex"]), 8)
    assert bits[byte] == 0x80 >> place
    assert sum(bits) == bits[byte]
    assert api.verify(sealed) == 422
    back = {"credentialId": "urn:a:1", "credentialStatus": {**change, "status": False}}
    assert api.call("POST", "/credentials/status", back)[0] == 200
    assert api.verify(sealed) == 200


ODD: list[tuple[str, Any]] = [
    ("no address of a list", {"statusListCredential": None}),
    ("an address that is none", {"statusListCredential": "not a url"}),
    ("a list that is not there", {"statusListCredential": "https://localhost:1/status/nothing"}),
    ("no place", {"statusListIndex": None}),
    ("a place before the first", {"statusListIndex": "-1"}),
    ("a place after the last", {"statusListIndex": "99999999999"}),
    ("a place that is no number", {"statusListIndex": "one"}),
    ("no purpose", {"statusPurpose": None}),
    ("another purpose than the list's", {"statusPurpose": "suspension"}),
    ("no type", {"type": None}),
    ("places of no bits", {"statusSize": 0}),
    ("places of bits below none", {"statusSize": -1}),
    ("two bits that nobody explains", {"statusSize": 2}),
    ("messages of one bit for two", {"statusSize": 2, "statusMessage": [{"status": "0x0", "message": "x"}]}),
]


@pytest.mark.parametrize("changes", [pytest.param(one, id=name) for name, one in ODD])
def test_an_entry_that_breaks_a_rule(changes: dict[str, Any]) -> None:
    """Sealed as any credential may be, by an issuer that leaves the entry alone."""
    api = Caller()
    entry = issued(api, "bitstring")["credentialStatus"]
    assert api.verify(issued(api, credentialStatus=copy.deepcopy(entry)).copy()) == 200
    odd = {name: one for name, one in {**entry, **changes}.items() if one is not None}
    status, sealed = api.issue(credential(credentialStatus=odd))
    assert status in (400, 422) or api.verify(sealed) in (400, 422)

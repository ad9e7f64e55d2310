"""Any bytes in: each kind told by its content, each wrapper opened, each refusal with its code."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mikra.errors import InputError, MikraError
from mikra.formats import Form, Item, Limits, is_presentation, items_of, read
from mikra.formats.sniff import Kind, kind_of

CREDENTIAL = {"type": ["VerifiableCredential", "EuropeanDigitalCredential"], "credentialSubject": {"id": "urn:x:1"}}
SEALED = {"payload": json.dumps(CREDENTIAL), "signatures": [{"protected": "e30", "signature": "AA"}]}
JWT = "eyJhbGciOiJFUzI1NiJ9.e30.AAAA"


def as_bytes(document: Any) -> bytes:
    return json.dumps(document).encode()


def archive(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files.items():
            target.writestr(name, content)
    return buffer.getvalue()


def forms(items: tuple[Item, ...]) -> list[tuple[str, str]]:
    return [(item.form.value, item.kind) for item in items]


def code_of(data: bytes, name: str = "", limits: Limits | None = None) -> str:
    with pytest.raises(InputError) as caught:
        read(data, name, limits or Limits())
    return caught.value.code


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", Kind.EMPTY),
        (b" \r\n\t", Kind.EMPTY),
        (b'  {"a": 1}', Kind.JSON),
        (b"\xef\xbb\xbf[]", Kind.JSON),
        ("{}".encode("utf-16"), Kind.JSON),
        ("{}".encode("utf-16-be"), Kind.JSON),
        (b"-1", Kind.JSON),
        (b"null", Kind.JSON),
        (b"PK\x03\x04rest", Kind.ZIP),
        (b"%PDF-1.7", Kind.PDF),
        (b"junk\n%PDF-1.7", Kind.PDF),
        (b"\x89PNG\r\n\x1a\n", Kind.PNG),
        (b"<?xml version='1.0'?><svg xmlns='x'>", Kind.SVG),
        (b"<s:svg>", Kind.SVG),
        (b"<Courses/>", Kind.XML),
        (JWT.encode() + b"\n", Kind.JWT),
        (b"eyJhbGciOiJFUzI1NiJ9.\xc3\xa9.AA", Kind.JWT),
        (JWT.encode() + b"~WyJz~", Kind.SD_JWT),
        (b"name;date", Kind.TEXT),
        (b"nullable", Kind.TEXT),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", Kind.UNKNOWN),
        (b"\xff\xd8\xff", Kind.PHOTO),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", Kind.PHOTO),
        (b"\xff\xd8\xfe", Kind.UNKNOWN),
        (b" https://badges.example/1\n", Kind.LINK),
        (b"https://badges.example/1 and more", Kind.TEXT),
        (b"a\0b", Kind.UNKNOWN),
    ],
)
def test_kinds_are_told_by_content(data: bytes, kind: Kind) -> None:
    assert kind_of(data) is kind


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (SEALED, [("sealed", "jades")]),
        ({"payload": "{}", "protected": "e30", "signature": "AA"}, [("sealed", "jades")]),
        (CREDENTIAL, [("unsealed", "credential")]),
        ({"@type": "VerifiableCredential"}, [("unsealed", "credential")]),
        ({"credential": CREDENTIAL, "deliveryDetails": {}}, [("unsealed", "credential")]),
        ({"credential": SEALED}, [("sealed", "jades")]),
        ({"type": "VerifiablePresentation", "verifiableCredential": CREDENTIAL}, [("unsealed", "credential")]),
        (
            {"type": ["EuropeanDigitalPresentation"], "verifiableCredential": [SEALED, json.dumps(SEALED), JWT]},
            [("sealed", "jades"), ("sealed", "jades"), ("sealed", "jwt")],
        ),
        ([SEALED, CREDENTIAL], [("sealed", "jades"), ("unsealed", "credential")]),
        (CREDENTIAL | {"proof": {"type": "DataIntegrityProof"}}, [("sealed", "data_integrity")]),
        (CREDENTIAL | {"proof": []}, [("unsealed", "credential")]),
        ({"@context": "https://w3id.org/openbadges/v2", "type": "Assertion"}, [("sealed", "open_badge_2")]),
    ],
)
def test_wrappers_are_opened(document: Any, expected: list[tuple[str, str]]) -> None:
    assert forms(read(as_bytes(document)).items) == expected


def test_each_credential_says_where_it_stood() -> None:
    wrapped = {"credential": {"type": "VerifiablePresentation", "verifiableCredential": [CREDENTIAL, SEALED]}}
    items = read(as_bytes(wrapped), "p.json").items
    assert [i.where for i in items] == ["/credential/verifiableCredential/0", "/credential/verifiableCredential/1"]
    assert {i.name for i in items} == {"p.json"}


def test_a_document_that_came_out_of_a_seal_is_opened_in_the_same_way() -> None:
    presentation = {"type": "VerifiablePresentation", "verifiableCredential": [CREDENTIAL]}
    assert is_presentation(presentation)
    assert not is_presentation(CREDENTIAL)
    assert not is_presentation("VerifiablePresentation")
    assert forms(items_of(presentation)) == [("unsealed", "credential")]


@pytest.mark.parametrize("kind", ["pdf", "png", "svg", "xml", "jwt", "sd_jwt"])
def test_every_kind_comes_out_as_itself(kind: str) -> None:
    samples = {"pdf": b"%PDF-1.7", "png": b"\x89PNG", "svg": b"<svg/>", "xml": b"<a/>"}
    samples |= {"jwt": JWT.encode(), "sd_jwt": JWT.encode() + b"~"}
    assert forms(read(samples[kind]).items) == [("sealed", kind)]


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "", "empty_upload"),
        (b"  \n", "", "empty_upload"),
        (b"{'a':1}", "", "json_malformed"),
        (b'{"a":1', "", "json_malformed"),
        (b"// a\n{}", "a.json", "json_malformed"),
        (b"name;date", "roster.csv", "file_type_mismatch"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "a.xlsx", "file_type_mismatch"),
        (b"\xff\xd8\xfe\xe0", "a.json", "file_type_mismatch"),
        (b"{}", "", "credential_malformed"),
        (b"[]", "", "credential_malformed"),
        (b"null", "", "credential_malformed"),
        (b'"text"', "", "credential_malformed"),
        (b'{"type": "VerifiablePresentation"}', "", "credential_malformed"),
        (b'{"type": "VerifiablePresentation", "verifiableCredential": []}', "", "credential_malformed"),
        (as_bytes([CREDENTIAL] * 501), "", "too_many_files"),
        (as_bytes([[[[[CREDENTIAL]]]]]), "", "json_too_deep"),
        (as_bytes({"a": "x" * 1_048_576}), "", "too_large"),
        (as_bytes(CREDENTIAL | {"name": "x" * 1_048_576}), "", "too_large"),
        (b"[" + b" " * 5_242_880 + b"]", "", "too_large"),
        (b"%PDF-1.7" + b" " * 5_242_880, "", "too_large"),
    ],
)
def test_what_cannot_be_taken_says_why(data: bytes, name: str, code: str) -> None:
    assert code_of(data, name) == code


@pytest.mark.parametrize(
    "image",
    [
        {"type": "MediaObject", "content": "A" * 2_000_000, "contentType": {"id": "x"}},
        {"image": "data:image/png;base64," + "A" * 2_000_000},
    ],
)
def test_images_do_not_count_as_text(image: dict[str, Any]) -> None:
    assert read(as_bytes(CREDENTIAL | {"logo": [image]})).items


def test_something_called_content_is_not_an_image() -> None:
    assert code_of(as_bytes(CREDENTIAL | {"note": {"content": "A" * 2_000_000}})) == "too_large"


def test_a_sealed_credential_is_weighed_when_its_seal_is_opened() -> None:
    assert read(as_bytes(SEALED | {"payload": "x" * 2_000_000})).items


def test_an_archive_gives_each_of_its_files() -> None:
    data = archive(
        {
            "one.json": as_bytes(SEALED),
            "two.json": as_bytes(CREDENTIAL),
            "bad.json": b"{'a':1}",
            "__MACOSX/._one.json": b"\0",
            ".DS_Store": b"\0\1",
            "three/scan.pdf": b"%PDF-1.7",
        }
    )
    items = read(data).items
    assert forms(items) == [
        ("sealed", "jades"),
        ("unsealed", "credential"),
        ("refused", "refused"),
        ("sealed", "pdf"),
    ]
    assert [i.name for i in items] == ["one.json", "two.json", "bad.json", "three/scan.pdf"]
    assert items[2].error is not None
    assert items[2].error.code == "json_malformed"


@pytest.mark.parametrize(
    ("files", "code"),
    [({}, "empty_upload"), ({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<w/>"}, "file_type_mismatch")],
)
def test_archives_without_credentials(files: dict[str, bytes], code: str) -> None:
    assert code_of(archive(files)) == code


def test_an_archive_over_the_limit_is_refused_before_it_is_opened() -> None:
    assert code_of(archive({"a.json": b"{}"}), limits=Limits(archive=50)) == "too_large"


def test_every_case_of_the_corpus_that_the_reader_itself_decides(corpus: Path) -> None:
    decided = 0
    for case in json.loads((corpus / "index.json").read_text())["cases"]:
        if case["kind"] in ("json", "zip") and case["name"] != "zip-good":
            code = code_of((corpus / case["file"]).read_bytes(), case["file"])
            assert code in (case["expected"]["code"], *case["expected"].get("also", [])), case["name"]
            decided += 1
    assert decided == 17


def test_the_archive_of_two_credentials_gives_two(corpus: Path) -> None:
    items = read((corpus / "zip" / "zip-good.zip").read_bytes()).items
    assert [i.form for i in items] == [Form.SEALED, Form.SEALED]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "credential", "verifiableCredential", "payload", "signatures", "proof", "x"]),
            inner | st.sampled_from(["VerifiablePresentation", "VerifiableCredential", "Assertion", JWT]),
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=300)
@given(JSON | st.binary(max_size=60) | st.text(max_size=40))
def test_whatever_comes_in_there_are_items_or_an_error_of_ours(value: Any) -> None:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    try:
        items, code = read(data).items, ""
    except MikraError as error:
        items, code = (), error.code
    assert bool(items) != bool(code)

"""PDF/A-3a and PDF/UA-1, as far as it can be told here: by page-validation where it is there, and by clauses.

The clauses are those that making, attaching and sealing could break. They are no validator.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
from io import BytesIO
from typing import Any

PROFILES = ("PDF_A_3A", "PDF_UA_1")


def faults(data: bytes) -> list[str]:
    """What is wrong with a file; empty for one in which nothing was found."""
    return [*_clauses(data), *_validated(data)]


def _validated(data: bytes) -> list[str]:
    if importlib.util.find_spec("page") is None:
        return []
    page = importlib.import_module("page")
    found = []
    for name in PROFILES:
        report = page.validate_pdf_bytes(data, profile=page.ValidationProfile[name])
        found += [f"{name}: {failure}" for failure in report.failures if not _misread(str(failure), data)]
    return found


def _misread(failure: str, data: bytes) -> bool:
    """page-validation 0.11 takes a stream whose last byte is CR, before the LF that ends its line, for one too long."""
    return "STREAM-LENGTH" in failure and bool(re.search(rb"\r\nendstream", data)) and not _wrong_lengths(data)


def _wrong_lengths(data: bytes) -> list[int]:
    """Places of streams behind whose stated length there is no end of line and `endstream` (ISO 19005-3, 6.1.7.1)."""
    stated = re.finditer(rb"/Length (\d+)[^>]*(?:<<[^>]*>>[^>]*)*>>\s*stream\r?\n", data)
    ends = ((one.start(), data[one.end() + int(one[1]) :][:12]) for one in stated)
    return [start for start, end in ends if not re.match(rb"\r?\nendstream", end)]


def _clauses(data: bytes) -> list[str]:
    import pikepdf

    with pikepdf.open(BytesIO(data)) as pdf:
        root = pdf.Root
        checks = {
            "ISO 19005-3, 6.1.3: an ID in the trailer": "/ID" in pdf.trailer,
            "ISO 19005-3, 6.6.4: it says PDF/A-3a": _says(root, b"pdfaid:part", b"3")
            and _says(root, b"pdfaid:conformance", b"A"),
            "ISO 14289-1, 5: it says PDF/UA-1": _says(root, b"pdfuaid:part", b"1"),
            "ISO 19005-3, 6.2.3: an output intent": "/OutputIntents" in root,
            "ISO 14289-1, 7.1: tagged": bool(root.get("/MarkInfo", {}).get("/Marked")) and "/StructTreeRoot" in root,
            "ISO 14289-1, 7.2: a language": "/Lang" in root,
            "ISO 14289-1, 7.1: a title that is shown": bool(root.get("/ViewerPreferences", {}).get("/DisplayDocTitle")),
            "ISO 19005-3, 6.8: attachments in AF, with a relationship and a type": _attached(root),
            "ISO 19005-3, 6.1.7.1: every stream as long as it says": not _wrong_lengths(data),
            "ISO 19005-3, 6.5: nothing that runs": "/AA" not in root and "/OpenAction" not in root,
            "ISO 19005-3, 6.2.11.4: every font embedded": _embedded(pdf),
            "ISO 14289-1, 7.18.1, 7.18.4: fields are named, and off the page": _fields(pdf),
            "ISO 19005-3, 6.4.3: the seal covers the file": _covered(data),
        }
    return [clause for clause, kept in checks.items() if not kept]


def _says(root: Any, name: bytes, value: bytes) -> bool:
    xmp = root["/Metadata"].read_bytes()
    return bool(re.search(name + rb"(?:>|=[\"'])" + value, xmp))


def _attached(root: Any) -> bool:
    files = list(root.get("/AF", []))
    return bool(files) and all(
        "/AFRelationship" in one and "/UF" in one and str(one["/EF"]["/F"].get("/Subtype", "")).count("/") > 1
        for one in files
    )


def _embedded(pdf: Any) -> bool:
    described = [one for one in pdf.objects if _is_dictionary(one) and str(one.get("/Type", "")) == "/FontDescriptor"]
    return bool(described) and all({"/FontFile", "/FontFile2", "/FontFile3"} & set(one.keys()) for one in described)


def _is_dictionary(one: Any) -> bool:
    return hasattr(one, "keys")


def _fields(pdf: Any) -> bool:
    form = pdf.Root.get("/AcroForm")
    return form is None or all("/TU" in one and max(float(n) for n in one["/Rect"]) <= 0 for one in form["/Fields"])


def _covered(data: bytes) -> bool:
    found = re.findall(rb"/ByteRange ?\[(\d+) (\d+) (\d+) (\d+)\]", data)
    return all(int(start) == 0 and int(second) + int(length) == len(data) for start, _, second, length in found)

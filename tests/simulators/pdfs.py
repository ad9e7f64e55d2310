"""PDF files made by hand, without any library: a page that says something, attachments, seals, things added later."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What goes into a file; `replace` it for a twin with one fault. `catalog` is added to the catalogue's members."""

    says: bytes = b"Data ethics"
    content: bytes = b""
    fonts: bytes = b""
    attached: Mapping[bytes, bytes] = field(default_factory=dict)
    catalog: bytes = b""
    page: bytes = b""
    extra: Sequence[bytes] = ()
    packed: bool = False
    header: bytes = b"%PDF-1.7\n"
    trailer: bytes = b""


def stream(data: bytes, members: bytes = b"", *, packed: bool = False) -> bytes:
    body = zlib.compress(data) if packed else data
    how = b"/Filter/FlateDecode" if packed else b""
    return b"<<%b%b/Length %d>>stream\n%b\nendstream" % (members, how, len(body), body)


def make(plan: Plan) -> bytes:
    """The file. Attachments are objects 6, 8 ... with their streams behind them; `extra` come last."""
    names, files, number = b"", [], 6
    for name, data in plan.attached.items():
        names += b"(%b) %d 0 R" % (name, number)
        files.append(b"<</Type/Filespec/F(%b)/UF(%b)/EF<</F %d 0 R>>/AFRelationship/Data>>" % (name, name, number + 1))
        files.append(stream(data, b"/Type/EmbeddedFile", packed=plan.packed))
        number += 2
    listed = b"/Names<</EmbeddedFiles<</Names[%b]>>>>" % names if names else b""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R%b%b>>" % (listed, plan.catalog),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R%b>>>>%b>>"
        % (plan.fonts, plan.page),
        stream(plan.content or b"BT /F1 18 Tf 40 100 Td (%b) Tj ET" % plan.says, packed=plan.packed),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        *files,
        *plan.extra,
    ]
    return assembled(objects, plan)


def assembled(objects: Sequence[bytes], plan: Plan) -> bytes:
    out, places = plan.header, []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%b" % (size, table)
    return out + b"trailer\n<</Size %d/Root 1 0 R%b>>\nstartxref\n%d\n%%%%EOF\n" % (size, plan.trailer, start)


def updated(pdf: bytes, objects: Mapping[int, bytes], *, root: int, size: int) -> bytes:
    """`pdf` with a further state (ISO 32000-2, 7.5.6) in which these objects are otherwise, or new."""
    before = int(pdf.rpartition(b"startxref")[2].split()[0])
    out, rows = pdf, b""
    for number, one in sorted(objects.items()):
        rows += b"%d 1\n%010d 00000 n \n" % (number, len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, one)
    start = len(out)
    trailer = b"trailer\n<</Size %d/Root %d 0 R/Prev %d>>" % (size, root, before)
    return out + b"xref\n%b%b\nstartxref\n%d\n%%%%EOF\n" % (rows, trailer, start)

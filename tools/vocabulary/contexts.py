"""Writes our own tables of JSON-LD contexts from the published files, term by term.

    python -m tools.vocabulary.contexts FOLDER

FOLDER holds the published files under the names of `FILES`. A table is what `mikra.vocabulary.contexts` reads: IRIs
shortened by prefixes, a row per term, scoped contexts in tables of their own. That nothing was lost is checked here by
making the context again, and in `tests/conformance` against the npm packages that carry the published files.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import rfc8785

from mikra.vocabulary.contexts.table import context_of

DATA = Path(__file__).parents[2] / "src/mikra/vocabulary/contexts/data"
OB = "https://purl.imsglobal.org/spec/ob/v3p0/context"
FILES = {
    "data-integrity-v1": ("https://w3id.org/security/data-integrity/v1", "W3C Data Integrity, context of the drafts"),
    "data-integrity-v2": ("https://w3id.org/security/data-integrity/v2", "W3C Data Integrity 1.0, 2.6 and appendix"),
    "multikey-v1": ("https://w3id.org/security/multikey/v1", "W3C Controlled Identifiers 1.0, Multikey"),
    "status-list-2021-v1": ("https://w3id.org/vc/status-list/2021/v1", "W3C-CCG Status List 2021"),
    "open-badges-3.0.0": (f"{OB}.json", "1EdTech Open Badges 3.0"),
    "open-badges-3.0.1": (f"{OB}-3.0.1.json", "1EdTech Open Badges 3.0, context 3.0.1"),
    "open-badges-3.0.2": (f"{OB}-3.0.2.json", "1EdTech Open Badges 3.0, context 3.0.2"),
    "open-badges-3.0.3": (f"{OB}-3.0.3.json", "1EdTech Open Badges 3.0, context 3.0.3"),
    "edc-ap-1.1.0": ("http://data.europa.eu/snb/model/context/edc-ap", "European Learning Model 3.1, profile EDC"),
    "edc-ap-1.2.0": ("http://data.europa.eu/snb/model/context/edc-ap", "European Learning Model 3.2, profile EDC"),
}
PREFIXES = {
    "sec": "https://w3id.org/security#",
    "cred": "https://www.w3.org/2018/credentials#",
    "sl": "https://w3id.org/vc/status-list#",
    "ob": "https://purl.imsglobal.org/spec/vc/ob/vocab.html#",
    "schema": "https://schema.org/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "xsds": "https://www.w3.org/2001/XMLSchema#",
}
_MEMBERS = ("@id", "@type", "@container")


def table_of(context: Any) -> dict[str, Any]:
    """The table of one context: `prefixes`, `head`, `terms`, `scopes`."""
    scopes: dict[str, Any] = {}
    used: set[str] = set()
    table = _scope(context, "", scopes, used)
    return {"prefixes": {k: v for k, v in PREFIXES.items() if k in used}, **table, "scopes": scopes}


def _scope(context: Any, path: str, scopes: dict[str, Any], used: set[str]) -> dict[str, Any]:
    head, terms = {}, {}
    for name, value in context.items():
        if name.startswith("@") or value in ("@id", "@type"):
            head[name] = value
        else:
            terms[name] = _row(value, f"{path}/{name}".lstrip("/"), scopes, used)
    return {"head": head, "terms": terms}


def _row(value: Any, path: str, scopes: dict[str, Any], used: set[str]) -> Any:
    if isinstance(value, str):
        return _short(value, used)
    row = [_short(value.get("@id", ""), used), _short(value.get("@type", ""), used), value.get("@container", ""), ""]
    rest = {k: v for k, v in value.items() if k not in _MEMBERS}
    if "@context" in rest:
        row[3] = None
        inner = rest.pop("@context")
        if inner is not None:
            row[3] = path
            scopes[path] = _scope(inner, path, scopes, used)
    if rest:
        raise SystemExit(f"{path}: {rest} has no place in a table")
    while row and row[-1] == "":
        row.pop()
    return row


def _short(iri: str, used: set[str]) -> str:
    for prefix, start in PREFIXES.items():
        if iri.startswith(start) and iri != start:
            used.add(prefix)
            return f"{prefix}~{iri[len(start) :]}"
    return iri


def write(name: str, published: dict[str, Any]) -> None:
    """One table, with a term on each line."""
    url, source = FILES[name]
    digest = hashlib.sha256(rfc8785.dumps({"@context": published["@context"]})).hexdigest()
    table = {"url": url, "source": source, "sha256": digest, **table_of(published["@context"])}
    if context_of(table) != published["@context"]:
        raise SystemExit(f"{name}: the table does not give the context again")
    (DATA / f"{name}.json").write_text(_lines(table, 0) + "\n", encoding="utf-8")


def _lines(value: Any, depth: int) -> str:
    """JSON with objects on many lines, and rows on one."""
    if not isinstance(value, dict) or not value:
        return json.dumps(value, ensure_ascii=False)
    inner = ",\n".join(f"{' ' * (depth + 1)}{json.dumps(k)}: {_lines(v, depth + 1)}" for k, v in value.items())
    return "{\n" + inner + "\n" + " " * depth + "}"


def main(folder: Path) -> None:
    for name in FILES:
        write(name, json.loads((folder / f"{name}.json").read_text(encoding="utf-8")))
        print(name)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

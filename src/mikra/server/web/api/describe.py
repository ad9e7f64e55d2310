"""The description of the API as OpenAPI 3.1: what ninja makes of the operations, with what the door adds to each."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from ninja import NinjaAPI

PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457, with the members of our errors beside it.",
    "required": ["status", "title"],
    "properties": {
        "status": {"type": "integer"},
        "title": {"type": "string"},
        **{name: {"type": "string"} for name in ("code", "where", "found", "expected", "fix", "instance")},
    },
}
REPORT = {
    "type": "object",
    "title": "Report",
    "description": "What is to be said of one credential, as `mikra verify --json` says it (docs/answers.md).",
    "required": ["file", "verdict", "code", "sentence", "checks", "credential"],
    "properties": {
        "file": {"type": "string"},
        "verdict": {"enum": ["TOTAL-PASSED", "INDETERMINATE", "TOTAL-FAILED"]},
        "code": {"type": "string"},
        "sentence": {"type": "string"},
        "checks": {"type": "array", "items": {"type": "object"}},
        "credential": {"type": ["object", "null"]},
    },
}
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Sent again with the same key, the request is done once and answered as before, for two days.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}
_CODES = ("400", "401", "403", "404", "405", "409", "413", "415", "422", "429", "503")
_FILES = {
    "/api/v1/batches/{id}/receipt": "application/jose",
    "/api/v1/batches/{id}/receipt.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "/api/v1/awards/{id}/credential": "application/octet-stream",
}
_WORDS = ("get", "post", "put", "patch", "delete")


@lru_cache(maxsize=1)
def described(api: NinjaAPI) -> dict[str, Any]:
    """All operations that ask for a key."""
    found: dict[str, Any] = api.get_openapi_schema(path_prefix="/api/v1/")
    found["components"]["schemas"]["Problem"] = PROBLEM
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for address, operations in found["paths"].items():
        for word, operation in operations.items():
            if word not in _WORDS:
                continue
            for code in _CODES:
                operation["responses"][code] = {"description": "Refused; see code and fix.", "content": problem}
            if word == "post":
                operation["parameters"] = [*operation.get("parameters", []), KEY]
            if word == "get" and address in _FILES:
                operation["responses"][200]["content"] = {_FILES[address]: {"schema": {"type": "string"}}}
            operation["responses"] = {str(code): said for code, said in operation["responses"].items()}
    return found


def published(api: NinjaAPI) -> dict[str, Any]:
    """The description as it is handed out: with the operation that stands before the door."""
    behind = described(api)
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    schemas = {**behind["components"]["schemas"], "Report": REPORT}
    return {
        **behind,
        "paths": {**behind["paths"], "/api/v1/verify": {"post": _verify(problem)}},
        "components": {**behind["components"], "schemas": schemas},
    }


def _verify(problem: dict[str, Any]) -> dict[str, Any]:
    """The one operation that asks for no key."""
    reports = {"type": "array", "items": {"$ref": "#/components/schemas/Report"}}
    answer = {"application/json": {"schema": reports}}
    said = {"200": "No credential failed.", "422": "At least one is not to be relied on."}
    refused = {
        code: {"description": "Refused; see code and fix.", "content": problem}
        for code in ("400", "405", "413", "429", "503")
    }
    text = {"type": "string"}
    return {
        "operationId": "verify",
        "summary": "Verify",
        "description": "Whether to rely on a credential of any kind. Nothing is kept. No key is asked for.",
        "security": [],
        "requestBody": {
            "required": True,
            "content": {
                "application/octet-stream": {"schema": text},
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": ["credential"],
                        "properties": {"credential": {"type": ["string", "object"]}, "at": text, "language": text},
                    }
                },
                "multipart/form-data": {"schema": {"type": "object", "properties": {"file": text, "at": text}}},
            },
        },
        "responses": {
            **{code: {"description": words, "content": answer} for code, words in said.items()},
            **refused,
        },
    }

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
    """The whole description."""
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

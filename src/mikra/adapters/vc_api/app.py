"""The VC API (W3C-CCG, 0.7) as a WSGI application: paths, bodies, status codes.

POST /credentials/issue, /issuers/{name}/credentials/issue      201, 400, 422
POST /credentials/derive                                        201, 400, 422
POST /credentials/verify                                        200 verified, 400, 422
POST /presentations/verify                                      200 verified, 400, 422
POST /proof-only/credentials/verify, /proof-only/presentations/verify, without asking whether key and issuer agree
POST /presentations/prove, /issuers/{name}/presentations/prove  201, 400, 422
POST /credentials/status                                        200, 400, 404
GET  /status/{purpose}, GET /                                   200
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import orjson

from mikra import strictjson
from mikra.adapters.vc_api import configuration, issuing, verifying
from mikra.adapters.vc_api.configuration import DEFAULT, PROOF_ONLY
from mikra.adapters.vc_api.issuers import Issuer, StatusLists
from mikra.adapters.vc_api.verifying import Answer, Asked
from mikra.errors import InputError, MikraError, NotFoundError
from mikra.formats import enveloped
from mikra.status.bitstring import Purpose
from mikra.trust.loader import Loaded, Loader
from mikra.verification.question import Session

MAX_BODY = 2 * 1024 * 1024
_ISSUER_PATH = re.compile(r"/issuers/([a-z0-9-]+)(/(?:credentials/issue|presentations/prove))")
_STATUS = {200: "OK", 201: "Created", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed"}
_STATUS |= {413: "Content Too Large", 422: "Unprocessable Content", 501: "Not Implemented"}

Start = Callable[[str, list[tuple[str, str]]], Any]


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    body: Any


class _RefusedError(Exception):
    """The request ends here."""

    def __init__(self, *, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


class Application:
    """All issuers behind one door. `clock` says when; `loader` asks the web for all but our own lists."""

    def __init__(
        self,
        issuers: Mapping[str, Issuer],
        *,
        base: str,
        clock: Callable[[], datetime],
        loader: Loader,
        proof_only: bool = False,
    ) -> None:
        self.issuers = issuers
        self.base = base
        self.clock = clock
        self.proof_only = proof_only
        self.lists = StatusLists(base=base, issuer=next(one for one in issuers.values() if one.status))
        self.loader: Loader = _OwnLists(self, loader)

    def __call__(self, environ: Mapping[str, Any], start: Start) -> Iterable[bytes]:
        try:
            response = self._answer(environ)
        except _RefusedError as refused:
            response = refused.response
        except NotFoundError as error:
            response = _problem(404, error.code or "not_found", str(error))
        except InputError as error:
            response = _problem(422, error.code or "credential_malformed", str(error))
        except MikraError as error:
            response = _problem(422, error.code, str(error))
        body = orjson.dumps(response.body)
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        start(f"{response.status} {_STATUS[response.status]}", headers)
        return [body]

    def _answer(self, environ: Mapping[str, Any]) -> Response:
        path, method = str(environ.get("PATH_INFO", "")), str(environ.get("REQUEST_METHOD", ""))
        if path == "/" or path.startswith("/status/"):
            return self._shown(path) if method == "GET" else _problem(405, "method_not_allowed", "GET only")
        match = _ISSUER_PATH.fullmatch(path)
        issuer = self.issuers.get(match[1] if match else DEFAULT)
        action = _ACTIONS.get(match[2] if match else path) or _VERIFYING.get(path)
        if action is None or issuer is None:
            return _problem(404, "not_found", "There is nothing here.")
        if method != "POST":
            return _problem(405, "method_not_allowed", "POST only")
        return action(self, issuer, _body(environ))

    def _shown(self, path: str) -> Response:
        if path == "/":
            return Response(200, self.overview())
        purpose = path.removeprefix("/status/")
        if purpose not in {one.value for one in self.lists.raised}:
            return _problem(404, "not_found", "There is no such list.")
        return Response(200, self.lists.credential(Purpose(purpose), self.clock()))

    def overview(self) -> dict[str, Any]:
        """What the configuration of a test suite needs: identifiers, addresses, tags."""
        return configuration.implementation(self.issuers, self.base)

    def issue(self, issuer: Issuer, body: Mapping[str, Any]) -> Response:
        options = _options(body)
        sealed = issuing.issue(_object(body, "credential"), issuer, self.lists, self.clock(), options)
        return Response(201, {"verifiableCredential": sealed})

    def derive(self, _: Issuer, body: Mapping[str, Any]) -> Response:
        credential = _secured(_object(body, "verifiableCredential"))
        return Response(201, issuing.derive(credential, _options(body)))

    def prove(self, issuer: Issuer, body: Mapping[str, Any]) -> Response:
        sealed = issuing.prove(_object(body, "presentation"), issuer, _options(body), self.clock())
        return Response(201, {"verifiablePresentation": sealed})

    def verify(self, _: Issuer, body: Mapping[str, Any], *, proof_only: bool = False) -> Response:
        credential = _secured(_object(body, "verifiableCredential"))
        return _told(verifying.verify_credential(credential, self._asked(body, proof_only)))

    def verify_presentation(self, _: Issuer, body: Mapping[str, Any], *, proof_only: bool = False) -> Response:
        presentation = _secured(_object(body, "verifiablePresentation"))
        return _told(verifying.verify_presentation(presentation, self._asked(body, proof_only)))

    def _asked(self, body: Mapping[str, Any], proof_only: bool) -> Asked:
        options = _options(body)
        return Asked(
            at=self.clock(),
            loader=self.loader,
            proof_only=self.proof_only or proof_only,
            session=Session(nonce=_text(options, "challenge"), audience=_text(options, "domain")),
            purpose=_text(options, "expectedProofPurpose"),
        )

    def status(self, _: Issuer, body: Mapping[str, Any]) -> Response:
        """VC API, 3.2.3: `credentialStatus` is one change, or several."""
        changes = body.get("credentialStatus")
        for change in changes if isinstance(changes, list) else [changes]:
            if not isinstance(change, Mapping):
                raise _RefusedError(response=_problem(400, "request_malformed", "credentialStatus is missing"))
            raised = change.get("status", True) not in (False, "0", "false")
            self.lists.change(str(body.get("credentialId")), str(change.get("statusPurpose")), value=raised)
        return Response(200, {})


_ACTIONS: dict[str, Callable[[Application, Issuer, Mapping[str, Any]], Response]] = {
    "/credentials/issue": Application.issue,
    "/credentials/derive": Application.derive,
    "/credentials/verify": Application.verify,
    "/credentials/status": Application.status,
    "/presentations/prove": Application.prove,
    "/presentations/verify": Application.verify_presentation,
}
_VERIFYING: dict[str, Callable[[Application, Issuer, Mapping[str, Any]], Response]] = {
    f"{PROOF_ONLY}/credentials/verify": partial(Application.verify, proof_only=True),
    f"{PROOF_ONLY}/presentations/verify": partial(Application.verify_presentation, proof_only=True),
}


class _OwnLists:
    """Our own lists come from here; anything else from the web."""

    def __init__(self, application: Application, other: Loader) -> None:
        self._application = application
        self._other = other

    def load(self, url: str, *, accept: str = "") -> Loaded:
        lists = self._application.lists
        for purpose in lists.raised:
            if url == lists.url(purpose):
                body = orjson.dumps(lists.credential(purpose, self._application.clock()))
                return Loaded(body=body, content_type="application/json", url=url)
        return self._other.load(url, accept=accept)


def _body(environ: Mapping[str, Any]) -> Mapping[str, Any]:
    size = str(environ.get("CONTENT_LENGTH") or "0")
    if not size.isdigit() or int(size) > MAX_BODY:
        raise _RefusedError(response=_problem(413, "too_large", f"at most {MAX_BODY} bytes"))
    try:
        value = strictjson.parse(environ["wsgi.input"].read(int(size)), strictjson.LIMITS_WITH_IMAGES)
    except InputError as error:
        raise _RefusedError(response=_problem(400, error.code, str(error))) from error
    if not isinstance(value, dict):
        raise _RefusedError(response=_problem(400, "request_malformed", "The request is not an object."))
    return value


def _object(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = body.get(name)
    if not isinstance(value, dict) or not value:
        raise _RefusedError(response=_problem(400, "request_malformed", f"{name} must be an object."))
    return value


def _options(body: Mapping[str, Any]) -> Mapping[str, Any]:
    value = body.get("options") or {}
    if not isinstance(value, dict):
        raise _RefusedError(response=_problem(400, "request_malformed", "options must be an object."))
    return value


def _text(options: Mapping[str, Any], name: str) -> str:
    value = options.get(name) or ""
    if not isinstance(value, str):
        raise _RefusedError(response=_problem(400, "request_malformed", f"{name} must be text."))
    return value


def _secured(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """400 for what is not sealed at all: there is nothing to verify."""
    if not document.get("proof") and not enveloped.is_enveloped(document):
        raise _RefusedError(response=_problem(400, "proof_missing", "There is no proof, and no envelope."))
    return document


def _told(answer: Answer) -> Response:
    if answer.verified:
        return Response(200, {"verified": True, "checks": ["proof"], "warnings": [], "errors": []})
    errors = [{"code": code, "message": message} for code, message in answer.problems]
    return Response(422, {"verified": False, "checks": ["proof"], "warnings": [], "errors": errors})


def _problem(status: int, code: str, message: str) -> Response:
    """RFC 9457 members, and `errors`, where suites look."""
    error = {"code": code, "message": message}
    return Response(status, {"title": _STATUS[status], "status": status, "detail": message, "errors": [error]})

"""A remote sealing service after the interface of the Cloud Signature Consortium, with faults that can be ordered."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from mikra.errors import UnavailableError
from mikra.trust.loader import Loaded
from tests.simulators.authorities import Holder

BASE = "https://csc.example.test/csc/v2"
CLIENT, SECRET, PIN = "university", "secret of the client", "1234"


@dataclass
class CloudSeals:
    """One client, one credential. `fault` names what goes wrong; a number after a colon says how often."""

    holder: Holder
    fault: str = ""
    multisign: int = 10
    mode: str = "explicit"
    asked: list[str] = field(default_factory=list)
    permits: dict[str, list[str]] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)

    def call(self, url: str, body: bytes, *, content_type: str, authorization: str = "") -> Loaded:
        method = url.removeprefix(f"{BASE}/")
        self.asked.append(method)
        if self._due("throttled", method):
            raise UnavailableError("The address gave no answer.", found="429", retry_after=0.5)
        if self._due("slow", method):
            raise UnavailableError("The address answers too slowly.", where=url, code="timeout")
        if self._due("html", method):
            return Loaded(body=b"<html>", status=200)
        if method == "oauth2/token":
            return self._token(body)
        if method == "info":
            return answer({"specs": "2.0.0.2", "name": "Cloud", "authType": ["oauth2client"], "oauth2": BASE})
        if authorization.removeprefix("Bearer ") not in self.tokens:
            return answer({"error": "invalid_token"}, 401)
        if self._due("token-ended", method):
            self.tokens.clear()
            return answer({"error": "invalid_token"}, 401)
        members = json.loads(body)
        does: dict[str, Callable[[dict[str, Any]], Loaded]] = {
            "credentials/list": lambda _: answer({"credentialIDs": ["seal-1"]}),
            "credentials/info": self._info,
            "credentials/authorize": self._authorize,
            "signatures/signHash": self._sign,
        }
        return does[method](members)

    def _due(self, name: str, method: str) -> bool:
        """Whether this fault strikes now: `name:times`, at signHash alone, but for a token."""
        kind, _, times = self.fault.partition(":")
        if kind != name or (method != "signatures/signHash" and name != "slow"):
            return False
        left = int(times or 1_000)
        self.fault = f"{kind}:{left - 1}" if left > 1 else ""
        return True

    def _token(self, body: bytes) -> Loaded:
        given = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        if given != {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": SECRET}:
            return answer({"error": "invalid_client", "error_description": "unknown"}, 401)
        token = f"token-{len(self.asked)}"
        self.tokens.add(token)
        return answer({"access_token": token, "token_type": "Bearer", "expires_in": 3600})

    def _info(self, members: dict[str, Any]) -> Loaded:
        oids = {"ES256": "1.2.840.10045.4.3.2", "ES384": "1.2.840.10045.4.3.3", "RS256": "1.2.840.113549.1.1.11"}
        signer = self.holder.signer
        disabled = self.fault == "disabled"
        return answer(
            {
                "key": {"status": "disabled" if disabled else "enabled", "algo": [oids[signer.algorithm]], "len": 256},
                "cert": {
                    "status": "revoked" if self.fault == "revoked" else "valid",
                    "certificates": [b64encode(one).decode() for one in (signer.certificate, *signer.chain)],
                },
                "auth": {"mode": self.mode},
                "multisign": self.multisign,
            }
        )

    def _authorize(self, members: dict[str, Any]) -> Loaded:
        if self.mode == "explicit" and members.get("authData") != [{"id": "PIN", "value": PIN}]:
            return answer({"error": "invalid_pin", "error_description": "The PIN is wrong"}, 400)
        if members["numSignatures"] != len(members["hashes"]) or len(members["hashes"]) > self.multisign:
            return answer({"error": "invalid_request", "error_description": "Too many signatures"}, 400)
        sad = hashlib.sha256(repr(members["hashes"]).encode()).hexdigest() + str(len(self.asked))
        self.permits[sad] = members["hashes"]
        return answer({"SAD": sad, "expiresIn": 300})

    def _sign(self, members: dict[str, Any]) -> Loaded:
        permitted = self.permits.pop(members["SAD"], None)
        if permitted is None or self._due("sad-expired", "signatures/signHash"):
            return answer({"error": "invalid_request", "error_description": "SAD expired"}, 400)
        if permitted != members["hashes"]:
            return answer({"error": "invalid_request", "error_description": "Hashes differ"}, 400)
        digests = [b64decode(one) for one in permitted]
        if self._due("wrong-signature", "signatures/signHash"):
            digests[-1] = hashlib.sha256(b"something else").digest()
        seals = [self._seal(one) for one in digests]
        if self._due("wrong-count", "signatures/signHash"):
            seals.pop()
        if self._due("swapped", "signatures/signHash"):
            seals.reverse()
        return answer({"signatures": [b64encode(one).decode() for one in seals]})

    def _seal(self, digest: bytes) -> bytes:
        key: Any = self.holder.key
        if isinstance(key, ec.EllipticCurvePrivateKey):
            hashed = hashes.SHA384() if len(digest) == 48 else hashes.SHA256()
            return key.sign(digest, ec.ECDSA(Prehashed(hashed)))
        return bytes(key.sign(digest, padding.PKCS1v15(), Prehashed(hashes.SHA256())))


def answer(members: dict[str, Any], status: int = 200) -> Loaded:
    return Loaded(body=json.dumps(members).encode(), content_type="application/json", status=status)

"""Cloud Signature Consortium API 2 (CSC, 2.0.0.2): seals by a remote service, under a key that never leaves it.

    info                    what the service can do, and where its tokens are had              (11.1)
    oauth2/token            a token for us, by client credentials                              (8.3.3; RFC 6749, 4.4)
    credentials/list, info  which keys we have there; their certificates and algorithms        (11.4, 11.5)
    credentials/authorize   the permission (SAD) for exactly these digests                     (11.6)
    signatures/signHash     the seals over them, in one go                                     (11.10)

Nothing that comes back is believed: each seal is verified under the certificate before it is handed out.
"""

from __future__ import annotations

import hashlib
import time
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode

import orjson
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from mikra import strictjson
from mikra.errors import InputError, NotAllowedError, NotFoundError, ProtocolError, UnavailableError
from mikra.sealing.algorithms import ALGORITHMS, jose_signature
from mikra.sealing.keys import Signer, algorithm_of
from mikra.trust.loader import Loaded

SECONDS = 30.0
"""For one answer: a seal in a hardware module takes longer than a page."""

PATIENCE = 10.0
"""The longest that we wait where a service asks us to."""

TRIES = 4
_SIGN = {"ES256": "1.2.840.10045.4.3.2", "ES384": "1.2.840.10045.4.3.3", "RS256": "1.2.840.113549.1.1.11"}
"""OIDs of the signature algorithms (RFC 5758, 3.2; RFC 8017, appendix C)."""

_HASH = {"sha256": "2.16.840.1.101.3.4.2.1", "sha384": "2.16.840.1.101.3.4.2.2"}
"""OIDs of the digests (RFC 5754, 2)."""


class Call(Protocol):
    """One request to the service (`HttpLoader.call`). Raises UnavailableError where there is no answer."""

    def __call__(self, url: str, body: bytes, *, content_type: str, authorization: str = "") -> Loaded: ...


@dataclass
class Service:
    """A service, its token kept while it lasts. `base` is the address of the interface without a slash at the end."""

    base: str
    client: str
    secret: str
    call: Call
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _token: str = field(default="", init=False, repr=False)
    _until: float = field(default=0.0, init=False)
    _oauth: str = field(default="", init=False)

    def info(self) -> dict[str, Any]:
        """11.1: needs no token."""
        return self._ask(f"{self.base}/info", {}, authorization="")

    def credentials(self) -> list[str]:
        """11.4: the ids of our keys there."""
        found = self.do("credentials/list", {}).get("credentialIDs")
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            raise _odd("credentials/list", "no list of ids")
        return found

    def do(self, method: str, members: Mapping[str, Any]) -> dict[str, Any]:
        """One method of the interface, with a token that is renewed when it has ended."""
        url = f"{self.base}/{method}"
        try:
            return self._ask(url, members, authorization=f"Bearer {self._bearer()}")
        except NotAllowedError:
            if not self._token:
                raise
            self._token = ""  # it ended earlier than it said: once more with a new one
            return self._ask(url, members, authorization=f"Bearer {self._bearer()}")

    def _bearer(self) -> str:
        if self._token and self.clock() < self._until:
            return self._token
        if not self._oauth:
            self._oauth = str(self.info().get("oauth2") or self.base).rstrip("/")
        form = {"grant_type": "client_credentials", "client_id": self.client, "client_secret": self.secret}
        answer = self._ask(f"{self._oauth}/oauth2/token", form, authorization="", form=True)
        token, lasts = answer.get("access_token"), answer.get("expires_in", 300)
        if not isinstance(token, str) or not token or type(lasts) is not int:
            raise _odd("oauth2/token", "no token")
        self._token, self._until = token, self.clock() + max(lasts - 30, 1)
        return token

    def _ask(self, url: str, members: Mapping[str, Any], *, authorization: str, form: bool = False) -> dict[str, Any]:
        body = urlencode(members).encode() if form else orjson.dumps(members)
        kind = "application/x-www-form-urlencoded" if form else "application/json"
        for attempt in range(TRIES):
            try:
                answer = self.call(url, body, content_type=kind, authorization=authorization)
                break
            except UnavailableError as error:
                wait = error.retry_after
                if wait is None or wait > PATIENCE or attempt == TRIES - 1:
                    raise
                self.sleep(wait)
        return _read(url, answer)


def _read(url: str, answer: Loaded) -> dict[str, Any]:
    """The members of an answer; a refusal as the error that it is (10.2)."""
    try:
        members = strictjson.parse(answer.body or b"{}")
    except InputError as error:
        raise _odd(url, error.message) from error
    if not isinstance(members, dict):
        raise _odd(url, type(members).__name__)
    if answer.status == 200:
        return members
    code, said = str(members.get("error", ""))[:80], str(members.get("error_description", ""))[:200]
    if answer.status in (401, 403) or code in ("invalid_token", "access_denied", "invalid_client"):
        raise NotAllowedError(
            "The service of the seal refuses us.",
            where=url,
            found=f"{code} {said}".strip(),
            code=code,
            fix="Check the client and its secret, and whether it may use this key.",
        )
    raise ProtocolError(
        "The service of the seal does not take our request.", where=url, found=f"{code} {said}".strip(), code=code
    )


def _odd(where: str, found: str) -> UnavailableError:
    return UnavailableError(
        "The service of the seal does not answer as it should.",
        where=where,
        found=found[:120],
        fix="Tell its provider; nothing was handed out.",
    )


class RemoteKey:
    """A key at a service: `sign_digests` seals many at once; `sign` and `sign_digest` one."""

    def __init__(self, service: Service, credential: str, pin: str = "") -> None:
        self.service = service
        self.credential = credential
        self._pin = pin
        found = service.do("credentials/info", {"credentialID": credential, "certificates": "chain", "authInfo": True})
        self.certificate, self.chain = _certificates(found)
        public = x509.load_der_x509_certificate(self.certificate).public_key()
        if isinstance(public, ed25519.Ed25519PublicKey) or not isinstance(
            public, rsa.RSAPublicKey | ec.EllipticCurvePublicKey
        ):
            raise InputError("A key of this kind seals no digests, so not here.", found=type(public).__name__)
        self.algorithm = algorithm_of(public)
        self._public = public
        digest = ALGORITHMS[self.algorithm].digest
        assert digest is not None
        self._digest = digest
        self.at_once = _at_once(found)
        _check_usable(found, credential, _SIGN[self.algorithm])

    def sign(self, data: bytes) -> bytes:
        return self.sign_digest(hashlib.new(self._digest.name, data).digest())

    def sign_digest(self, digest: bytes) -> bytes:
        return self.sign_digests([digest])[0]

    def sign_digests(self, digests: Sequence[bytes]) -> list[bytes]:
        """The seals over what these are the digests of, in order; as many in one request as the key allows."""
        seals: list[bytes] = []
        for start in range(0, len(digests), self.at_once):
            seals += self._batch(digests[start : start + self.at_once])
        return seals

    def _batch(self, digests: Sequence[bytes]) -> list[bytes]:
        """One permission for exactly these, used at once. One that ended on the way is asked for again, once."""
        try:
            values = self._sealed(digests)
        except ProtocolError as error:
            if "sad" not in f"{error.code} {error.found}".lower():
                raise
            values = self._sealed(digests)
        if len(values) != len(digests):
            raise _odd("signatures/signHash", f"{len(values)} seals for {len(digests)} digests")
        return [self._checked(value, digest) for value, digest in zip(values, digests, strict=True)]

    def _sealed(self, digests: Sequence[bytes]) -> list[bytes]:
        common = {
            "credentialID": self.credential,
            "hashes": [b64encode(one).decode() for one in digests],
            "hashAlgorithmOID": _HASH[self._digest.name],
        }
        auth = {"authData": [{"id": "PIN", "value": self._pin}]} if self._pin else {}
        sad = self.service.do("credentials/authorize", {**common, "numSignatures": len(digests), **auth}).get("SAD")
        if not isinstance(sad, str) or not sad:
            raise _odd("credentials/authorize", "no permission")
        answer = self.service.do("signatures/signHash", {**common, "SAD": sad, "signAlgo": _SIGN[self.algorithm]})
        found = answer.get("signatures")
        if not isinstance(found, list):
            raise _odd("signatures/signHash", "no list of seals")
        return [_bytes("signatures/signHash", one) for one in found]

    def _checked(self, value: bytes, digest: bytes) -> bytes:
        """The seal in JOSE form, once it holds. ECDSA comes in DER (RFC 3279, 2.2.3), or as r || s already."""
        public, hashed = self._public, Prehashed(self._digest)
        try:
            if isinstance(public, rsa.RSAPublicKey):
                public.verify(value, digest, padding.PKCS1v15(), hashed)
                return value
            size = (public.curve.key_size + 7) // 8
            der = _der(value) if len(value) == 2 * size else value
            public.verify(der, digest, ec.ECDSA(hashed))
            return jose_signature(der, size)
        except (InvalidSignature, ValueError) as error:
            raise _odd("signatures/signHash", "a seal that does not hold") from error


def _der(value: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    half = len(value) // 2
    return encode_dss_signature(int.from_bytes(value[:half]), int.from_bytes(value[half:]))


def _bytes(where: str, text: Any) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (NotBase64, TypeError, ValueError):
        raise _odd(where, "not base64") from None


def _certificates(found: Mapping[str, Any]) -> tuple[bytes, tuple[bytes, ...]]:
    cert = found.get("cert")
    listed = cert.get("certificates") if isinstance(cert, dict) else None
    if not isinstance(listed, list) or not listed or not isinstance(cert, dict):
        raise _odd("credentials/info", "no certificate")
    if cert.get("status", "valid") != "valid":
        raise NotAllowedError("The certificate of this key is not valid.", found=str(cert["status"])[:40])
    leaf, *chain = [_bytes("credentials/info", one) for one in listed]
    try:
        x509.load_der_x509_certificate(leaf)
    except ValueError:
        raise _odd("credentials/info", "a certificate that cannot be read") from None
    return leaf, tuple(chain)


def _at_once(found: Mapping[str, Any]) -> int:
    most = found.get("multisign", 1)
    return most if type(most) is int and most >= 1 else 1


def _check_usable(found: Mapping[str, Any], credential: str, algorithm: str) -> None:
    key = found.get("key")
    members = key if isinstance(key, dict) else {}
    if members.get("status", "enabled") != "enabled":
        raise NotAllowedError("This key is switched off at the service.", found=str(members["status"])[:40])
    offered = members.get("algo", [])
    if offered and algorithm not in offered:
        raise InputError(
            "The service does not seal with the algorithm of this key.",
            found=", ".join(map(str, offered))[:120],
            expected=algorithm,
        )
    auth = found.get("auth")
    mode = auth.get("mode", "") if isinstance(auth, dict) else ""
    if mode.startswith("oauth2"):
        raise NotAllowedError(
            "This key wants a person to confirm each seal.",
            found=mode,
            where=credential,
            fix="Ask the provider for a key with the mode implicit or explicit.",
        )


def open_service_key(address: str, secret: str) -> Signer:
    """The key at `csc:CLIENT@HOST/PATH#CREDENTIAL`; `secret` is the client's, and in a second line the key's PIN."""
    from mikra.adapters.http import HttpLoader, Rules

    host, _, credential = address.partition(":")[2].partition("#")
    client, at, rest = host.rpartition("@")
    if not (client and at and rest and credential):
        raise InputError(
            "This is not the address of a remote key.", found=address, expected="csc:CLIENT@HOST/csc/v2#KEY"
        )
    password, _, pin = secret.partition("\n")
    door = HttpLoader(Rules(seconds=SECONDS))
    service = Service(base=f"https://{rest.rstrip('/')}", client=client, secret=password, call=door.call)
    return find_key(service, credential, pin.strip())


def find_key(service: Service, credential: str, pin: str = "") -> RemoteKey:
    """The key of that id. NotFoundError where we have none of it there."""
    ours = service.credentials()
    if credential not in ours:
        raise NotFoundError("We have no such key at the service.", found=credential, expected=", ".join(ours)[:200])
    return RemoteKey(service, credential, pin)


__all__ = ["Call", "RemoteKey", "Service", "find_key", "open_service_key"]

"""A step of `mikra selftest`: a wallet answers the verifier of this service, in each way that it asks (OpenID4VP 1.0).

Each way of naming the verifier, with plain and encrypted answers; and each time a thief who presents what was made for
another question, and a wallet that answers twice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

from mikra.adapters.clock import chance, now
from mikra.adapters.own_http import OwnService, Said
from mikra.errors import MikraError, ProtocolError, UnavailableError
from mikra.exchange import dcql, oid4vp, oid4vp_answer, oid4vp_wallet
from mikra.exchange.oid4vp import Mode, Prefix, Request
from mikra.sealing.keys import bare_signer
from mikra.server.actions import presenting
from mikra.server.actions.presenting import Asking, Begun
from mikra.server.rehearsal_leave import FORM, Missed
from mikra.server.words import _
from mikra.trust.loader import Loaded

_SHOWN = ("achievement_title", "full_name", "family_name", "given_name")


@dataclass(frozen=True, slots=True)
class _Door:
    """DID documents of this very service, and nothing else."""

    service: OwnService

    def load(self, url: str, *, accept: str = "") -> Loaded:
        said = self.service.ask("GET", urlsplit(url).path)
        if said.status != 200:
            raise UnavailableError("It is not there.", where=url)
        return Loaded(body=said.body, url=url, content_type=said.headers.get("content-type", ""))


def present(service: OwnService, credential: str, key: ec.EllipticCurvePrivateKey) -> str:
    """`credential`: an SD-JWT VC in a wallet, bound to `key`. What was seen, as a sentence."""
    ways = [(prefix, mode) for prefix in Prefix for mode in Mode]
    for prefix, mode in ways:
        _asked(service, prefix, mode, credential, key)
    return _("It was asked in {count} ways, and believed once each.").format(count=len(ways))


def _asked(service: OwnService, prefix: Prefix, mode: Mode, credential: str, key: ec.EllipticCurvePrivateKey) -> None:
    begun, other = (presenting.begin(Asking(prefix=prefix, mode=mode)) for _each in range(2))
    request, another = _request(service, begun), _request(service, other)
    stolen = replace(another, nonce=request.nonce)
    _answer(service, another, _form(another, _presented(credential, key, stolen)))
    if _verified(other):
        raise Missed(_("What was presented to somebody else is believed."))
    form = _form(request, _presented(credential, key, request))
    said = _answer(service, request, form)
    if said.status != 200 or not _verified(begun):
        raise Missed(_("{way}: what a wallet presents is not believed.").format(way=f"{prefix}, {mode}"))
    if _answer(service, request, form).status == 200:
        raise Missed(_("A question is answered twice."))


def _request(service: OwnService, begun: Begun) -> Request:
    """What the wallet finds behind the link; signed where the verifier has a name of its own."""
    found = oid4vp_wallet.read_link(presenting.link(begun.row, begun.secret))
    if found.request is not None:
        return found.request
    nonce = chance(16).hex()
    said = service.ask("POST", found.request_uri, f"wallet_nonce={nonce}".encode(), {"Content-Type": FORM})
    if said.status != 200 or not said.headers.get("content-type", "").startswith(oid4vp.MEDIA_TYPE):
        raise Missed(_("The request of the verifier cannot be fetched."))
    expected = oid4vp_wallet.Expected(client_id=found.client_id, at=now(), wallet_nonce=nonce)
    try:
        oid4vp_wallet.read_object(said.body.decode(), replace(expected, wallet_nonce="other"), loader=_Door(service))
    except ProtocolError:
        return oid4vp_wallet.read_object(said.body.decode(), expected, loader=_Door(service))
    raise Missed(_("The request does not answer the wallet that fetched it."))


def _presented(credential: str, key: ec.EllipticCurvePrivateKey, request: Request) -> str:
    claims = [dcql.Claim(path=(one,)) for one in _SHOWN]
    return oid4vp_answer.present_sd_jwt(credential.encode(), claims, request, signer=bare_signer(key), at=now())


def _form(request: Request, presentation: str) -> dict[str, str]:
    (id, *_others) = [one["id"] for one in request.query["credentials"]]
    ephemeral = ec.generate_private_key(ec.SECP256R1())
    return oid4vp_answer.respond(request, {id: [presentation]}, ephemeral=ephemeral, vector=chance(12))


def _answer(service: OwnService, request: Request, form: dict[str, str]) -> Said:
    return service.ask("POST", request.response_uri, urlencode(form).encode(), {"Content-Type": FORM})


def _verified(begun: Begun) -> bool:
    try:
        found: dict[str, Any] = presenting.take(begun.row.id, begun.secret, keep=True)
    except MikraError:  # nothing was kept of an answer that was refused
        return False
    return bool(found["verified"])

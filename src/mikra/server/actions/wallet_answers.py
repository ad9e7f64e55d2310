"""Answering a verifier with what is in a wallet of this service (OpenID4VP 1.0, 5 to 8): read, choose, answer.

    asked = read(link)                                  who asks, and for what
    questions = wallet_answer_choices.of(wallet, asked.request, language=...)
    answer(wallet, asked, {question.name: way.name})     where that leads, or ""
    decline(asked)

What is shown is sealed for this answer alone and bound to a new key, whose private half is gone with it: no two
verifiers can tell that they were shown the same, and there is no key that could be lost (ADR 22).
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from mikra import strictjson
from mikra.adapters.clock import chance, now
from mikra.adapters.http import HttpLoader, Rules
from mikra.errors import InputError, NotFoundError, ProtocolError, UnavailableError
from mikra.exchange import dcql, dcql_match, oid4vp_answer, oid4vp_wallet
from mikra.exchange.oid4vp import Mode, Prefix, Request, prefix_of
from mikra.server.actions import (
    known_verifiers,
    presenting,
    wallet_answer_choices,
    wallet_answer_questions,
    wallet_copies,
    wallets,
)
from mikra.server.actions.known_verifiers import Kind, Mark
from mikra.server.actions.wallet_answer_questions import Choice
from mikra.server.actions.wallet_forms import MAKING
from mikra.server.actions.work import work
from mikra.server.installation import installation
from mikra.server.store import personal
from mikra.server.store.answers import WalletAnswer
from mikra.server.store.base import new_id
from mikra.server.store.wallets import Wallet
from mikra.trust import certificates

FORM = "application/x-www-form-urlencoded"
LONGEST_LINK = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request that was read. `host`: where the answer goes. `name`: what the verifier calls itself, "" for nothing.

    `ours`: whether it is a page of this very service that asks; `asker`: the institution that asks on it, "" where
    anybody does. `certificate`: SHA-256 (hex) of the one that sealed the request and holds now, "" for none.
    """

    request: Request
    host: str
    name: str = ""
    ours: bool = False
    asker: str = ""
    certificate: str = ""

    def packed(self) -> dict[str, Any]:
        """As JSON, for a session."""
        return asdict(self)

    @classmethod
    def unpacked(cls, value: Mapping[str, Any]) -> Asked:
        """From `packed`."""
        given = dict(value["request"])
        given |= {"mode": Mode(given["mode"]), "encryptions": tuple(given["encryptions"])}
        return cls(
            request=Request(**given),
            host=value["host"],
            name=value["name"],
            ours=value["ours"],
            asker=value.get("asker", ""),
            certificate=value["certificate"],
        )


def read(link: str, *, at: dt.datetime | None = None) -> Asked:
    """What stands behind a link or code. ProtocolError: it is not to be answered; UnavailableError: out of reach."""
    moment, text = at or now(), link.strip()
    if not text or len(text) > LONGEST_LINK:
        raise ProtocolError("This link leads to no request.", where="link", code="invalid_request")
    found = oid4vp_wallet.read_link(text)
    if found.request is not None:
        return _asked(found.request, b"", moment)
    nonce = chance(16).hex() if found.post else ""
    text = _fetched(found.request_uri, nonce)
    expected = oid4vp_wallet.Expected(client_id=found.client_id, at=moment, wallet_nonce=nonce)
    request = oid4vp_wallet.read_object(text, expected, loader=_door())
    return _asked(request, oid4vp_wallet.named_certificate(text), moment)


def _asked(request: Request, certificate: bytes, at: dt.datetime) -> Asked:
    """ProtocolError where the answer would go over an open line."""
    address = urlsplit(request.response_uri)
    if address.scheme != "https" and not wallet_copies.loopback():
        raise ProtocolError("The answer would go over an open line.", where="response_uri", code="invalid_request")
    host = address.netloc.rpartition("@")[2]
    handle = _handle(request.response_uri, "response")
    return Asked(
        request=request,
        host=host,
        name=request.name or _named(certificate),
        ours=bool(handle),
        asker=presenting.asker(handle, at=at) if handle else "",
        certificate=certificates.fingerprint(certificate) if _holds(certificate, at) else "",
    )


def _holds(certificate: bytes, at: dt.datetime) -> bool:
    """Whether it is within its time: who seals with one that has ended is known by it no more."""
    if not certificate:
        return False
    read = x509.load_der_x509_certificate(certificate)
    return read.not_valid_before_utc <= at <= read.not_valid_after_utc


def confirmed(asked: Asked) -> list[known_verifiers.Confirmed]:
    """Which institutions here know who asks: by where the answer goes, or by what has sealed the request."""
    if asked.ours:
        return []  # anybody asks on that page
    marks = [Mark(kind=Kind.HOST, mark=asked.host.casefold().removesuffix(":443"))] if _over_tls(asked) else []
    if asked.certificate:
        marks.append(Mark(kind=Kind.CERTIFICATE, mark=asked.certificate))
    if prefix_of(asked.request.client_id) is Prefix.DID:
        marks.append(Mark(kind=Kind.DID, mark=asked.request.client_id.partition(":")[2]))
    return known_verifiers.confirmed(marks)


def _over_tls(asked: Asked) -> bool:
    return urlsplit(asked.request.response_uri).scheme == "https"


def _fetched(address: str, nonce: str) -> str:
    handle = _handle(address, "request")
    if handle:
        return presenting.request_object(handle, nonce)
    if nonce:
        loaded = _door().post(address, urlencode({"wallet_nonce": nonce}).encode(), content_type=FORM, accept=_ACCEPT)
    else:
        loaded = _door().load(address, accept=_ACCEPT)
    return loaded.body.decode("utf-8", "replace")


_ACCEPT = "application/oauth-authz-req+jwt"


def _named(certificate: bytes) -> str:
    """The organisation in it, else its common name; as the verifier says, and nobody has confirmed it."""
    if not certificate:
        return ""
    subject = x509.load_der_x509_certificate(certificate).subject
    for kind in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
        if found := subject.get_attributes_for_oid(kind):
            return str(found[0].value)[:100]
    return ""


def answer(
    wallet: Wallet, asked: Asked, picked: Mapping[str, str], *, language: str, at: dt.datetime | None = None
) -> str:
    """Shows what was picked, and keeps a note of it for the owner. The address to which the verifier leads on, or "".

    InputError for what cannot be picked; ProtocolError where the verifier refuses it; UnavailableError, out of reach.
    """
    moment = at or now()
    questions = wallet_answer_choices.of(wallet, asked.request, language=language)
    if questions is None:
        raise InputError("Nothing in this wallet answers that.", where="answer", code="not_possible")
    shown = wallet_answer_questions.pick(questions, picked)
    if not shown:
        raise InputError("Choose what to show.", where="answer", fix="Or do not answer at all.")
    holdings = {id: [one.holding for one in listed] for id, listed in shown.items()}
    dcql_match.check(dcql.parse(asked.request.query), holdings)
    chosen = [one for listed in shown.values() for one in listed]
    for _each in chosen:
        MAKING.take(wallet.id.hex)
    token = {
        id: [wallet_answer_choices.present(one, asked.request, language=language, at=moment) for one in listed]
        for id, listed in shown.items()
    }
    ephemeral = ec.generate_private_key(ec.SECP256R1())
    said = _sent(asked, oid4vp_answer.respond(asked.request, token, ephemeral=ephemeral, vector=chance(12)))
    _note(wallet, asked, chosen, moment)
    return _onward(said)


def decline(asked: Asked) -> str:
    """Tells the verifier that nothing is shown. The address to which it leads on, or "".

    That it is out of reach, or waits no more, is no matter to whoever says no.
    """
    try:
        return _onward(_sent(asked, oid4vp_answer.decline(asked.request)))
    except (NotFoundError, ProtocolError, UnavailableError):
        return ""


def _sent(asked: Asked, form: Mapping[str, str]) -> Mapping[str, Any]:
    body, address = urlencode(form).encode(), asked.request.response_uri
    if handle := _handle(address, "response"):
        return presenting.receive(handle, body, FORM)
    said = _door().call(address, body, content_type=FORM)
    if said.status != 200:
        raise ProtocolError("The verifier refused the answer.", where=asked.host, found=str(said.status))
    try:
        found = strictjson.parse(said.body) if said.body.strip() else {}
    except InputError:  # it has the answer; that it leads on to nowhere is its own affair
        return {}
    return found if isinstance(found, dict) else {}


def _onward(said: Mapping[str, Any]) -> str:
    """8.2: where the verifier wants the browser to go; "" for what no browser should be sent to."""
    target = said.get("redirect_uri")
    if not isinstance(target, str) or len(target) > 2000:
        return ""
    try:
        parts = urlsplit(target)
    except ValueError:
        return ""
    own = target.startswith(f"{_origin()}/")
    return target if own or (parts.scheme == "https" and parts.hostname and parts.username is None) else ""


def is_own(address: str) -> bool:
    """Whether it is one of this service."""
    return address.startswith(f"{_origin()}/")


def _handle(address: str, what: str) -> str:
    """The handle in an address of this very service: what it says to itself goes over no wire."""
    before = f"{_origin()}/present/{what}/"
    return address[len(before) :] if address.startswith(before) else ""


def _origin() -> str:
    return installation().origin.rstrip("/")


def _door() -> HttpLoader:
    return HttpLoader(Rules(loopback=wallet_copies.loopback(), redirects=0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """An answer as its owner reads it. `name`: what the verifier called itself; `known`: institutions that knew it,
    and as whom; `asker`: the one that asked on a page of this service; `purpose`: what for, as it said; `titles`: of
    credentials; `fields`: names of what they showed.
    """

    id: uuid.UUID
    at: dt.datetime
    to: str
    name: str
    known: tuple[tuple[str, str], ...]
    titles: tuple[str, ...]
    fields: tuple[str, ...]
    asker: str = ""
    purpose: str = ""


def _note(wallet: Wallet, asked: Asked, shown: list[Choice], at: dt.datetime) -> None:
    content = {
        "to": asked.host,
        "name": asked.name,
        "asker": asked.asker,
        "purpose": asked.request.purpose,
        "known": [[one.institution, one.name] for one in confirmed(asked)],
        "titles": [one.title for one in shown],
        "fields": list(dict.fromkeys(field.name for one in shown for field in one.fields if field.name)),
    }
    row = WalletAnswer(
        id=new_id(), created=at, wallet=wallet, content=personal.seal_away(wallets.key_of(wallet), content)
    )
    with work():
        row.save(force_insert=True)


def mine(wallet: Wallet) -> list[Noted]:
    """All answers, the newest first."""
    key, found = wallets.key_of(wallet), []
    for row in WalletAnswer.of(wallet).order_by("-id"):
        told = personal.look_into(key, bytes(row.content))
        found.append(
            Noted(
                id=row.id,
                at=row.created,
                to=told["to"],
                name=told["name"],
                known=tuple((institution, name) for institution, name in told.get("known", ())),
                titles=tuple(told["titles"]),
                fields=tuple(told["fields"]),
                asker=told.get("asker", ""),
                purpose=told.get("purpose", ""),
            )
        )
    return found


def forget(wallet: Wallet, id: uuid.UUID | str) -> None:
    """Takes one out of the list: it is the owner's own. NotFoundError for others'."""
    with work():
        WalletAnswer.get(wallet, id).delete()


def named_by_nobody(asked: Asked) -> bool:
    """Whether the verifier gives an address and nothing else, and has sealed nothing."""
    return prefix_of(asked.request.client_id) is Prefix.REDIRECT_URI

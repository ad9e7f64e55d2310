"""A wallet and a verifier of another house, played against the running service: `mikra selftest`.

Each step asks over HTTP, as an outside program does, and has a twin that must be refused. What it puts into the service
(an offer, a wallet, a share) is marked as a rehearsal or removed again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import orjson
from cryptography.hazmat.primitives.asymmetric import ec

from mikra.adapters.clock import chance, now
from mikra.adapters.own_http import OwnService, Said
from mikra.errors import MikraError
from mikra.exchange import oauth, oid4vci_offer, oid4vci_proof
from mikra.exchange.oid4vci import EUDI, OPEN, Profile
from mikra.exchange.oid4vci_metadata import LDP_ID, LDP_VC, SDJWT_ID
from mikra.public_keys import jwk
from mikra.sealing import sd_jwt
from mikra.sealing.keys import bare_signer
from mikra.server import rehearsal_exchange, rehearsal_leave, rehearsal_presenting
from mikra.server.actions import awards_content, shares, wallet_copies, wallet_offers, wallet_owner, wallets
from mikra.server.health.finding import Finding, State
from mikra.server.installation import installation
from mikra.server.store.awards import Award
from mikra.server.words import _

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}


class Unexpected(Exception):
    """What an outside program would stumble over, as a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Against whom, and with which award."""

    service: OwnService
    award: Award

    @property
    def file(self) -> bytes:
        return awards_content.file_of(self.award)


def rehearse(origin: str = "", only: str = "") -> list[Finding]:
    """All steps, in order. An installation without an award that counts cannot be played with, and says so."""
    service = OwnService(origin or installation().origin)
    award = Award._default_manager.filter(state=Award.State.VALID, trial=False).exclude(learner=None)
    newest = award.select_related("tenant", "edition", "learner").order_by("-id").first()
    if newest is None:
        title = _("An award to play with")
        said = _("Nothing has been awarded here yet.")
        fix = _("Award something first, or try it on a demonstration: mikra demo.")
        return [Finding(id="award", title=title, state=State.UNKNOWN, said=said, fix=fix)]
    stage = Stage(service=service, award=newest)
    return [_played(id, title, step, stage) for id, title, step in _steps(stage) if only in ("", id)]


def _steps(stage: Stage) -> Iterator[tuple[str, str, Callable[[Stage], str]]]:
    yield "service", _("The service answers"), _answers
    yield "verifier", _("A verifier's program asks about the file"), _verifier
    yield "status", _("Its status can be read"), _status
    yield "share", _("A link shows it, and is stopped"), _share
    yield "metadata", _("A wallet reads who issues"), _metadata
    for one in wallet_copies.issuer_of(stage.award.tenant).configurations:
        title = _("A wallet fetches it as {form}").format(form=one.format)
        yield f"wallet.{one.format}", title, lambda stage, form=one: _wallet(stage, form)  # type: ignore[misc]

    tenant = stage.award.tenant
    known = {one.id for one in wallet_copies.issuer_of(tenant).configurations}
    if LDP_ID in known:
        yield "wallet.exchange", _("A learner's wallet opens a link"), _exchange
    if SDJWT_ID in known:
        yield "wallet.leave", _("A wallet asks its learner first"), _leave
        yield "presenting", _("A wallet answers the verifier"), _present
    if wallet_copies.issuer_of(tenant, EUDI).configurations:
        yield "wallet.eudi", _("A European wallet asks its learner first"), _leave_on_eudi


def _exchange(stage: Stage) -> str:
    credential = rehearsal_exchange.fetched(stage.service, stage.award)
    form = wallet_copies.issuer_of(stage.award.tenant).configuration(LDP_ID)
    return _looked_at(stage, form, credential, {})


def _leave(stage: Stage) -> str:
    return _by_leave(stage, rehearsal_leave.on_open(stage.service, stage.award), OPEN)


def _present(stage: Stage) -> str:
    _id, (credential, key) = rehearsal_leave.on_open(stage.service, stage.award)
    return rehearsal_presenting.present(stage.service, credential, key)


def _leave_on_eudi(stage: Stage) -> str:
    return _by_leave(stage, rehearsal_leave.on_eudi(stage.service, stage.award), EUDI)


def _by_leave(stage: Stage, fetched: tuple[str, Any], profile: Profile) -> str:
    id, given = fetched
    if not id:
        return _("Whoever has no attestation, or one of a provider that is not known here, is refused.")
    credential, key = given
    form = wallet_copies.issuer_of(stage.award.tenant, profile).configuration(id)
    return _looked_at(stage, form, credential, jwk.write(key.public_key()))


def _played(id: str, title: str, step: Callable[[Stage], str], stage: Stage) -> Finding:
    try:
        return Finding(id=id, title=title, state=State.GOOD, said=step(stage))
    except (Unexpected, rehearsal_leave.Missed) as fault:
        return Finding(id=id, title=title, state=State.BAD, said=str(fault))
    except MikraError as error:
        said = " ".join(_(one) for one in (error.message, error.fix) if one)
        return Finding(id=id, title=title, state=State.BAD, said=said)


def _want(said: Said, status: int, what: str) -> Said:
    if said.status != status:
        error = said.json() if said.headers.get("content-type", "").endswith("json") else None
        found = error.get("error", "") if isinstance(error, dict) else ""
        raise Unexpected(
            _("{what}: answered {found} instead of {expected}.").format(
                what=what, found=f"{said.status} {found}".strip(), expected=status
            )
        )
    return said


def _answers(stage: Stage) -> str:
    _want(stage.service.ask("GET", "/health/ready/"), 200, "/health/ready/")
    _want(stage.service.ask("GET", "/verify/"), 200, "/verify/")
    _want(stage.service.ask("GET", "/nothing-is-here/"), 404, "/nothing-is-here/")
    return _("Pages are there, and what is not there is said to be missing.")


def _reports(stage: Stage, file: bytes, status: int) -> list[dict[str, Any]]:
    said = _want(stage.service.ask("POST", "/api/v1/verify", file), status, "/api/v1/verify")
    found = said.json()
    if not isinstance(found, list) or not found:
        raise Unexpected(_("The report cannot be read."))
    return found


def _verifier(stage: Stage) -> str:
    (report,) = _reports(stage, stage.file, 200)
    checks = {one["id"]: one["status"] for one in report["checks"]}
    for id in ("seal.integrity", "seal.certificate", "issuer", "status"):
        if checks.get(id) not in ("passed", "not applicable"):
            raise Unexpected(report["sentence"])
    (refused,) = _reports(stage, altered(stage.file), 422)
    if refused["credential"] is not None:
        raise Unexpected(_("An altered file is shown as if it were a credential."))
    return str(report["sentence"])


def altered(file: bytes) -> bytes:
    """The same with one letter of its content changed."""
    place = file.index(b'"payload"') + 60
    return file[:place] + (b"A" if file[place : place + 1] != b"A" else b"B") + file[place + 1 :]


def _status(stage: Stage) -> str:
    number = stage.award.list_number
    if number is None:
        return _("It was awarded without a place in a status list.")
    for name, kind in (("revocation", "application/vc"), ("token", "application/statuslist+jwt")):
        path = f"/status/{number}/{name}"
        said = _want(stage.service.ask("GET", path), 200, path)
        if not said.headers.get("content-type", "").startswith(kind):
            raise Unexpected(_("{path} comes as {kind}.").format(path=path, kind=said.headers.get("content-type", "")))
    _want(stage.service.ask("GET", f"/status/{number}/nonsense"), 404, "/status/.../nonsense")
    return _("Both kinds of lists are there, with their types.")


def _share(stage: Stage) -> str:
    wallet = wallets.open_for(f"rehearsal-{chance(8).hex()}@wallet.invalid")
    try:
        held = wallets.keep(wallet, stage.award)
        share = shares.make(wallet, [held.id], days=7)
        path = urlsplit(shares.link(share)).path
        page = _want(stage.service.ask("GET", path), 200, "/s/.../")
        if "noindex" not in page.headers.get("x-robots-tag", ""):
            raise Unexpected(_("Search engines may keep what a learner shows."))
        shares.stop(wallet, share.id)
        _want(stage.service.ask("GET", path), 410, "/s/.../")
    finally:
        wallet_owner.erase(wallet)
    _want(stage.service.ask("GET", path), 404, "/s/.../")
    return _("It was opened, stopped, and erased with its wallet.")


def _metadata(stage: Stage) -> str:
    issuer = wallet_copies.issuer_of(stage.award.tenant)
    path = urlsplit(issuer.identifier).path
    inserted = _want(stage.service.ask("GET", f"/.well-known/openid-credential-issuer{path}"), 200, "metadata")
    appended = _want(stage.service.ask("GET", f"{path}/.well-known/openid-credential-issuer"), 200, "metadata")
    if inserted.body != appended.body or inserted.json().get("credential_issuer") != issuer.identifier:
        raise Unexpected(_("The issuer is called otherwise than its address."))
    if inserted.headers.get("access-control-allow-origin") != "*":
        raise Unexpected(_("Wallets in browsers may not read it."))
    _want(stage.service.ask("GET", f"/.well-known/oauth-authorization-server{path}"), 200, "metadata")
    if not issuer.configurations:
        raise Unexpected(_("Wallets take nothing from an address without https."))
    _want(stage.service.ask("GET", "/vct/micro-credential/1"), 200, "/vct/micro-credential/1")
    _want(stage.service.ask("GET", f"{path}/did.json"), 200, "did.json")
    _want(stage.service.ask("GET", f"/.well-known/jwt-vc-issuer{path}"), 200, "jwt-vc-issuer")
    names = ", ".join(one.format for one in issuer.configurations)
    return _("It gives {forms}.").format(forms=names)


def _wallet(stage: Stage, form: Any) -> str:
    offered = wallet_offers.offer_award(stage.award, form.id, rehearsal=True)
    query = parse_qs(urlsplit(offered.short).query)
    body = _want(stage.service.ask("GET", query["credential_offer_uri"][0]), 200, "offer").body
    offer = oid4vci_offer.read(body)
    path = urlsplit(offer.issuer).path
    wrong = f"{(int(offered.typed) + 1) % 1_000_000:06d}"
    _want(stage.service.ask("POST", f"{path}/token", _redeeming(offer.code, wrong), FORM), 400, "token")
    token = _want(stage.service.ask("POST", f"{path}/token", _redeeming(offer.code, offered.typed), FORM), 200, "token")
    _want(stage.service.ask("POST", f"{path}/token", _redeeming(offer.code, offered.typed), FORM), 400, "token")
    bearer = {**JSON, "Authorization": f"Bearer {token.json()['access_token']}"}
    key = ec.generate_private_key(ec.SECP256R1())

    def request(nonce: str) -> bytes:
        proof = oid4vci_proof.make(bare_signer(key), key.public_key(), issuer=offer.issuer, nonce=nonce, at=now())
        return orjson.dumps({"credential_configuration_id": form.id, "proofs": {"jwt": [proof]}})

    _want(stage.service.ask("POST", f"{path}/credential", request("made-up"), bearer), 400, "credential")
    nonce = _want(stage.service.ask("POST", f"{path}/nonce"), 200, "nonce").json()["c_nonce"]
    given = _want(stage.service.ask("POST", f"{path}/credential", request(nonce), bearer), 200, "credential").json()
    said = {"notification_id": given["notification_id"], "event": "credential_accepted"}
    _want(stage.service.ask("POST", f"{path}/notification", orjson.dumps(said), bearer), 204, "notification")
    return _looked_at(stage, form, given["credentials"][0]["credential"], jwk.write(key.public_key()))


def _redeeming(code: str, typed: str) -> bytes:
    grant = quote(oauth.PRE_AUTHORIZED, safe="")
    return f"grant_type={grant}&pre-authorized_code={quote(code, safe='')}&tx_code={typed}".encode()


def _looked_at(stage: Stage, form: Any, credential: Any, holder: dict[str, str]) -> str:
    """What the verifier's page says of the copy in the wallet."""
    if form.vct and sd_jwt.read(credential.encode()).claims.get("cnf") != {"jwk": holder}:
        raise Unexpected(_("The copy is not bound to the wallet's key."))
    file = orjson.dumps(credential) if form.format == LDP_VC else credential.encode()
    (report,) = _reports(stage, file, 200)
    checks = {one["id"]: one["status"] for one in report["checks"]}
    if checks["seal.integrity"] != "passed" or checks["status"] not in ("passed", "not applicable"):
        raise Unexpected(report["sentence"])
    return str(report["sentence"])

"""`mikra dev offer | request | result`: what a developer of a wallet needs, as JSON. Never in production."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

import typer

from mikra import base64url
from mikra.cli.help import InOrder, PlainCommand, examples
from mikra.cli.installed import Database, Home, choose, open_service
from mikra.cli.output import Exit, print_json
from mikra.errors import InputError, NotAllowedError, NotFoundError
from mikra.exchange import oauth
from mikra.exchange.oid4vci import PROFILES, Profile
from mikra.exchange.oid4vp import Mode as ResponseMode
from mikra.exchange.oid4vp import Prefix

OFFER = examples(
    "mikra dev offer",
    "mikra dev offer --format jwt_vc_json",
    "mikra dev offer --profile eudi",
    "mikra dev offer --grant authorization_code --deferred",
    "mikra dev offer --vcapi",
    note="A new offer at each call, of the newest award: “offer”, and “tx_code” where one is to be typed.",
)
REQUEST = examples("mikra dev request", "mikra dev request --prefix x509_san_dns --mode direct_post")
RESULT = examples("mikra dev result ID")

Origin = Annotated[str, typer.Option("--origin", help="Address of the service.", metavar="ADDRESS")]

app = typer.Typer(
    name="dev",
    cls=InOrder,
    help="For developers of wallets: offers to fetch, and requests to answer. Not in production.",
)


def offer(
    form: Annotated[
        str,
        typer.Option(
            "--format", help="dc+sd-jwt, jwt_vc_json or ldp_vc; or the id of a configuration.", metavar="FORMAT"
        ),
    ] = "dc+sd-jwt",
    profile: Annotated[str, typer.Option("--profile", help="open, or eudi (OpenID4VC HAIP).", metavar="NAME")] = "open",
    grant: Annotated[
        str,
        typer.Option("--grant", help="pre-authorized_code or authorization_code; eudi: the second.", metavar="GRANT"),
    ] = "",
    deferred: Annotated[bool, typer.Option("--deferred", help="The wallet is told to come again.")] = False,
    short: Annotated[bool, typer.Option("--by-reference", help="The offer as an address.")] = False,
    vcapi: Annotated[bool, typer.Option("--vcapi", help="An interaction link (VC API) instead.")] = False,
    home: Home = "",
    database: Database = "",
    origin: Origin = "",
) -> None:
    """Offer the newest award to a wallet: the link, and the code to type."""
    _open(home, database, origin)
    from mikra.server.actions import wallet_copies, wallet_offers
    from mikra.server.store.awards import Award

    chosen = PROFILES.get(profile)
    if chosen is None:
        raise InputError("There is no such profile.", where="--profile", found=profile, expected=", ".join(PROFILES))
    rows = Award._default_manager.filter(state=Award.State.VALID, trial=False).exclude(learner=None)
    award = rows.select_related("tenant", "edition", "learner").order_by("-id").first()
    if award is None:
        raise NotFoundError("Nothing has been awarded here yet.", fix="Award something first.", code="not_found")
    if vcapi:
        print_json(_interaction(award))
        return
    by_code = _by_code(grant, chosen)
    configurations = wallet_copies.issuer_of(award.tenant, chosen).configurations
    known = [one.id for one in configurations if form in (one.format, one.id) and not wallet_copies.fits(award, one.id)]
    id = known[0] if known else form
    offered = wallet_offers.offer_award(award, id, profile=chosen, by_code=by_code, rehearsal=True, deferred=deferred)
    link = offered.short if short else offered.link
    print_json({"offer": link} if by_code else {"offer": link, "tx_code": offered.typed})


def _interaction(award: Any) -> dict[str, str]:
    """A link for a learner's wallet, and the code for one that takes the offer behind it by OpenID4VCI."""
    from mikra.server.actions import wallet_exchange

    begun = wallet_exchange.begin_award(award, rehearsal=True)
    return {"interaction": begun.link, "tx_code": begun.typed}


def _by_code(grant: str, profile: Profile) -> bool:
    known = {oauth.AUTHORIZATION_CODE: True}
    if not profile.strict:
        known |= {"pre-authorized_code": False, oauth.PRE_AUTHORIZED: False, "": False}
    if grant not in known and grant:
        raise InputError(
            "This grant is not given here.", where="--grant", found=grant, expected=", ".join(filter(None, known))
        )
    return known.get(grant, True)


def request(
    prefix: Annotated[Prefix, typer.Option("--prefix", help="How the verifier is named.")] = Prefix.X509_HASH,
    mode: Annotated[ResponseMode, typer.Option("--mode", help="How the answer comes.")] = ResponseMode.ENCRYPTED,
    home: Home = "",
    database: Database = "",
    origin: Origin = "",
) -> None:
    """Ask a wallet for a micro-credential: the link, and the id by which its result is read."""
    _open(home, database, origin)
    from mikra.server.actions import presenting

    begun = presenting.begin(presenting.Asking(prefix=prefix, mode=mode))
    id = f"{begun.row.id.hex}.{base64url.encode(begun.secret)}"
    print_json({"request": presenting.link(begun.row, begun.secret), "id": id})


def result(
    id: Annotated[str, typer.Argument(help="What `mikra dev request` gave.", metavar="ID")],
    home: Home = "",
    database: Database = "",
    origin: Origin = "",
) -> None:
    """What a wallet answered. It is kept until its ten minutes are over."""
    row_id, secret = _read(id)
    _open(home, database, origin)
    from mikra.server.actions import presenting
    from mikra.server.actions.presenting import State

    row = presenting.look(row_id, secret)
    told: dict[str, Any] = {"verified": False, "state": str(row.state), "fault": row.fault}
    if row.state == State.ANSWERED:
        told |= presenting.take(row_id, secret, keep=True)
    print_json(told)
    raise SystemExit(Exit.DONE if told["verified"] else Exit.NO)


def _read(id: str) -> tuple[uuid.UUID, bytes]:
    first, _, second = id.partition(".")
    try:
        return uuid.UUID(first), base64url.decode(second)
    except (ValueError, InputError):
        raise InputError("This is no id of a request.", where="ID", expected="what mikra dev request gave") from None


def _open(home: str, database: str, origin: str) -> None:
    choose(home, database, origin=origin)
    open_service()
    from mikra.server.installation import Mode, installation

    if installation().mode is Mode.PRODUCTION:
        raise NotAllowedError(
            "This is not for an installation in production.",
            where="mode",
            expected="demonstration or development",
            fix="Use an installation of your own: mikra demo.",
            code="not_allowed",
        )


app.command("offer", cls=PlainCommand, epilog=OFFER)(offer)
app.command("request", cls=PlainCommand, epilog=REQUEST)(request)
app.command("result", cls=PlainCommand, epilog=RESULT)(result)

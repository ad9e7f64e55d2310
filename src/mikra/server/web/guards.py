"""Who may come in. Every view carries exactly one of these; a test reads the URL map and finds none without (R7).

@public                   anybody; the written list of them is `docs/public-routes.md`
@signed_in                anybody who has signed in, in no tenant
@learner                  whoever has signed in to a wallet of their own; nobody who works here has one by that
@console(Right.DESIGN)    a member of the tenant in the address, with that right; to others it is not there
@operator                 who runs the installation
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol
from urllib.parse import quote

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect

from mikra.errors import NotAllowedError, NotFoundError
from mikra.server.actions import step_up, wallets
from mikra.server.rights import Actor, Right, rights_of
from mikra.server.store.people import Membership, Person
from mikra.server.store.tenants import Tenant
from mikra.server.store.wallets import Wallet
from mikra.server.words import _, language

P = ParamSpec("P")

ONLY = "only"
"""Session key: the slug of the one institution that somebody who came in by its own sign-in sees."""


class Asked(HttpRequest):
    """A request that passed a guard."""

    actor: Actor
    tenant: Tenant
    person: Person
    wallet: Wallet
    htmx: Any


class View(Protocol):
    """A guarded view; `guard` says by which."""

    guard: str


def public(view: Callable[Concatenate[HttpRequest, P], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Open to everybody."""
    view.guard = "public"  # type: ignore[attr-defined]
    return view


def signed_in(view: Callable[Concatenate[Any, P], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Open to whoever has signed in."""

    @wraps(view)
    def guarded(request: Any, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return to_sign_in(request)
        request.person = request.user
        return view(request, *args, **kwargs)

    guarded.guard = "signed_in"  # type: ignore[attr-defined]
    return guarded


def learner(view: Callable[Concatenate[Any, P], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Open to the owner of a wallet, in `request.wallet`; what it shows is kept by no cache and told to no other site.

    Every action on a wallet takes that one, so that a wrong id is nobody's.
    """

    @wraps(view)
    def guarded(request: Any, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        wallet = wallets.of_signed_in(request.user)
        if wallet is None:
            return HttpResponseRedirect(f"/wallet/sign-in/?next={quote(request.get_full_path())}")
        request.person, request.wallet = request.user, wallet
        response = view(request, *args, **kwargs)
        response.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
        response.headers.setdefault("Referrer-Policy", "same-origin")  # no-referrer makes browsers send `Origin: null`
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    guarded.guard = "learner"  # type: ignore[attr-defined]
    return guarded


def operator(view: Callable[Concatenate[Any, P], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Open to whoever runs the installation; to others it is not there."""

    @wraps(view)
    def guarded(request: Any, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return to_sign_in(request)
        if not request.user.operator or ONLY in request.session:
            raise not_there()  # an institution's own sign-in does not vouch for whoever runs the installation
        request.person = request.user
        return view(request, *args, **kwargs)

    guarded.guard = "operator"  # type: ignore[attr-defined]
    return guarded


def console(
    right: Right = Right.VIEW,
) -> Callable[[Callable[Concatenate[Any, P], HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Open to members of the tenant whose slug is the first part of the address, with that right."""

    def guard(view: Callable[Concatenate[Any, P], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: Any, slug: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return to_sign_in(request)
            request.person = request.user
            request.actor = actor_of(request, slug)
            request.tenant = request.actor.tenant
            request.actor.need(right)
            return view(request, *args, **kwargs)

        guarded.guard = f"console:{right}"  # type: ignore[attr-defined]
        return guarded

    return guard


def actor_of(request: Any, slug: str) -> Actor:
    """The signed-in person as a member of that tenant. NotFoundError for whoever is none.

    Whoever came in by an institution's own sign-in is a member of that one alone, for as long as the session lasts.
    """
    if request.session.get(ONLY, slug) != slug:
        raise not_there()
    membership = (
        Membership._default_manager.select_related("tenant")
        .filter(person=request.user, tenant__slug=slug, tenant__closed=None, ended=None)
        .first()
    )
    if membership is None:
        raise not_there()
    return Actor(
        tenant=membership.tenant,
        name=f"person:{request.user.id}",
        rights=rights_of(membership.roles),
        person_id=request.user.id,
        proven=step_up.proven_at(request),
        language=language(),
    )


def by_own_way(request: Any) -> None:
    """NotAllowedError for whoever came in by an institution's sign-in: it does not vouch for the whole person.

    Else whoever runs that service could give themselves a passkey of somebody who works for another institution too.
    """
    if ONLY in request.session:
        raise NotAllowedError(
            "You came in by your institution's sign-in, which cannot change your account.",
            expected="a session that began with a code by e-mail, or a passkey",
            fix="Sign out, and sign in with a code.",
            code="not_allowed",
        )


def not_there() -> NotFoundError:
    """The same for what does not exist and for what is somebody else's."""
    return NotFoundError(_("There is nothing here under this address."), fix=_("Check the address."), code="not_found")


def to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """Off to the sign-in page, and back here afterwards."""
    return HttpResponseRedirect(f"/sign-in/?next={quote(request.get_full_path())}")

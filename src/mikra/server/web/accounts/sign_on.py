"""OpenID Connect and SAML 2.0 by allauth, with the services that institutions set up, through the guarded door."""

from __future__ import annotations

from typing import Any

import requests
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from django.http import Http404, HttpRequest
from requests.adapters import BaseAdapter

from mikra.adapters.http import HttpLoader, Rules
from mikra.errors import MikraError, UnavailableError
from mikra.server.actions import sign_on
from mikra.server.installation import Mode, installation
from mikra.server.store.sign_on import SignOn
from mikra.server.web import errors
from mikra.server.web.guards import ONLY
from mikra.server.web.wallet import proving

_KINDS = {SignOn.Kind.OIDC: "openid_connect", SignOn.Kind.SAML: "saml"}


def door() -> HttpLoader:
    """The guarded door (`adapters.http`); for development it opens to this machine too."""
    ours = installation().mode is Mode.DEVELOPMENT
    return HttpLoader(rules=Rules(plain=ours, loopback=ours))


class ThroughDoor(BaseAdapter):
    """Lets a library that speaks `requests` go by our door, and nowhere else."""

    def send(self, request: Any, *args: Any, **kwargs: Any) -> requests.Response:
        try:
            loaded = (
                door().load(request.url)
                if request.method == "GET"
                else door().call(
                    request.url,
                    _bytes(request.body),
                    content_type=request.headers.get("Content-Type", "application/x-www-form-urlencoded"),
                    authorization=request.headers.get("Authorization", ""),
                )
            )
        except UnavailableError as error:
            raise requests.ConnectionError(error.message) from error
        response = requests.Response()
        response.status_code, response.url, response.request = loaded.status, request.url, request
        response.headers["Content-Type"] = loaded.content_type
        response._content = loaded.body
        return response

    def close(self) -> None:
        """Nothing is open."""


def _bytes(body: Any) -> bytes:
    return body if isinstance(body, bytes) else str(body or "").encode()


class SignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Services come from our table, people must work here already, and nothing of theirs is kept but the link."""

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        apps = [_app(one) for one in SignOn.enabled_ones()]
        if provider:
            apps = [one for one in apps if provider in (one.provider, one.provider_id)]
        return [one for one in apps if one.client_id == client_id] if client_id else apps

    def get_requests_session(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        session.adapters.clear()
        session.mount("https://", ThroughDoor())
        if installation().mode is Mode.DEVELOPMENT:
            session.mount("http://", ThroughDoor())
        return session

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """The person of that address who works for that institution; a link of another address counts for nothing."""
        row = _row(sociallogin.account.provider)
        emails = [one.email for one in sociallogin.email_addresses] or [sociallogin.user.email or ""]
        if (wallet := proving.asked(request, row.tenant)) is not None:
            subject = f"{row.kind}:{sociallogin.account.uid}"
            raise ImmediateHttpResponse(proving.proven(request, wallet, row.tenant, subject, emails))
        try:
            person = sign_on.person_for(row.tenant, emails[0])
        except MikraError as error:
            raise ImmediateHttpResponse(errors.answer(request, error)) from error
        sociallogin.user = person
        sociallogin.account.user = person
        sociallogin.account.extra_data = {}
        request.session[ONLY] = row.tenant.slug


def _row(provider_id: str) -> SignOn:
    for one in SignOn.enabled_ones():
        if provider_id in (_app(one).provider_id, _app(one).provider):
            return one
    raise ImmediateHttpResponse(errors.answer(HttpRequest(), Http404()))


def _app(row: SignOn) -> SocialApp:
    """A service as allauth takes it; it is never saved."""
    given, slug = row.members, row.tenant.slug
    if row.kind == SignOn.Kind.OIDC:
        settings = {"server_url": given["server_url"], "fetch_userinfo": False, "oauth_pkce_enabled": True}
        client, secret = given["client_id"], given["secret"]
    else:
        settings = {
            "idp": {name: given[name] for name in ("entity_id", "sso_url", "x509cert")},
            "advanced": {"strict": True, "want_assertion_signed": True, "reject_deprecated_algorithm": True},
        }
        client, secret = slug, ""
    return SocialApp(
        provider=_KINDS[SignOn.Kind(row.kind)],
        provider_id=f"{slug}-{row.kind}",
        name=row.label,
        client_id=client,
        secret=secret,
        settings=settings,
    )

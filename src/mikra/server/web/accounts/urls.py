"""The addresses of signing in and of one's own account. Of allauth's views only these are served."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from allauth.socialaccount.providers.openid_connect import views as oidc
from allauth.socialaccount.providers.saml import views as saml
from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from requests import RequestException

from mikra.errors import UnavailableError
from mikra.server.web.accounts import decisions, own, people, services, set_up, verifiers
from mikra.server.web.accounts.leaving import leaving
from mikra.server.web.guards import by_own_way

View = Callable[..., HttpResponseBase]


def guarded(guard: str, view: View) -> View:
    """A view of allauth, which guards itself, with the name of its guard."""

    def shown(*args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(*args, **kwargs)
        except RequestException as error:
            raise UnavailableError(
                "Your institution's sign-in does not answer.",
                fix="Try again in a minute, or sign in with a code by e-mail.",
                retry_after=60,
            ) from error

    shown.guard = guard  # type: ignore[attr-defined]
    shown.__module__, shown.__name__ = view.__module__, getattr(view, "__name__", type(view).__name__)
    return shown


def _own(view: View) -> View:
    """A view of allauth about one's own account."""
    return guarded("signed_in", view)


def _changing(view: View) -> View:
    """One that gives or takes away a way to sign in."""

    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        by_own_way(request)
        return view(request, *args, **kwargs)

    shown.__module__, shown.__name__ = view.__module__, getattr(view, "__name__", type(view).__name__)
    return _own(shown)


urlpatterns = [
    path("set-up/", set_up.set_up, name="set_up"),
    path("sign-in/", guarded("public", account.request_login_code), name="account_login"),
    path("sign-in/again/", guarded("public", account.request_login_code), name="account_request_login_code"),
    path("sign-in/code/", guarded("public", account.confirm_login_code), name="account_confirm_login_code"),
    path("sign-in/second/", guarded("public", mfa.authenticate), name="mfa_authenticate"),
    path("sign-in/passkey/", guarded("public", passkeys.login_webauthn), name="mfa_login_webauthn"),
    path("sign-in/inactive/", guarded("public", account.account_inactive), name="account_inactive"),
    path("sign-in/oidc/<str:provider_id>/", guarded("public", leaving(oidc.login)), name="openid_connect_login"),
    path("sign-in/oidc/<str:provider_id>/back/", guarded("public", oidc.callback), name="openid_connect_callback"),
    path("sign-in/saml/<slug:organization_slug>/", guarded("public", leaving(saml.login)), name="saml_login"),
    path("sign-in/saml/<slug:organization_slug>/acs/", csrf_exempt(guarded("public", saml.acs)), name="saml_acs"),
    path("sign-in/saml/<slug:organization_slug>/done/", guarded("public", saml.finish_acs), name="saml_finish_acs"),
    path("sign-in/saml/<slug:organization_slug>/sls/", guarded("public", saml.sls), name="saml_sls"),
    path("sign-in/saml/<slug:organization_slug>/metadata/", guarded("public", saml.metadata), name="saml_metadata"),
    path("sign-out/", guarded("public", account.logout), name="account_logout"),
    path("account/", own.account, name="account"),
    path("account/prove/", own.prove, name="account_reauthenticate"),
    path("account/prove/app/", _own(mfa.reauthenticate), name="mfa_reauthenticate"),
    path(
        "account/prove/passkey/",
        _own(passkeys.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    path("account/ways/", _own(mfa.index), name="mfa_index"),
    path("account/app/add/", _changing(totp.activate_totp), name="mfa_activate_totp"),
    path("account/app/remove/", _changing(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("account/codes/", _changing(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("account/codes/new/", _changing(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("account/codes/file/", _changing(codes.download_recovery_codes), name="mfa_download_recovery_codes"),
    path("account/passkeys/", _own(passkeys.list_webauthn), name="mfa_list_webauthn"),
    path("account/passkeys/add/", _changing(passkeys.add_webauthn), name="mfa_add_webauthn"),
    path("account/passkeys/<int:pk>/remove/", _changing(passkeys.remove_webauthn), name="mfa_remove_webauthn"),
    path("account/passkeys/<int:pk>/name/", _changing(passkeys.edit_webauthn), name="mfa_edit_webauthn"),
]

console_urlpatterns = [
    path("settings/", decisions.decisions, name="settings"),
    path("settings/sign-in/", services.index, name="services"),
    path("settings/sign-in/<str:kind>/", services.one, name="service"),
    path("settings/verifiers/", verifiers.index, name="verifiers"),
    path("settings/verifiers/<uuid:id>/remove/", verifiers.remove, name="verifier_remove"),
    path("settings/people/", people.index, name="members"),
    path("settings/people/invite/", people.invite, name="member_invite"),
    path("settings/people/<uuid:id>/", people.roles, name="member_roles"),
    path("settings/people/<uuid:id>/end/", people.end, name="member_end"),
    path("settings/people/<uuid:id>/back/", people.back, name="member_back"),
]

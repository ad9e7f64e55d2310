"""Addresses of an institution as an issuer to wallets. Metadata stands where the two ways of naming it look for it."""

from __future__ import annotations

from django.urls import path, register_converter

from mikra.exchange.oid4vci import PROFILES, Profile
from mikra.server.web.issuing import authorize, exchange, offers, wallet_api


class ProfileConverter:
    """The last part of an issuer's address: `open` or `eudi`."""

    regex = "|".join(PROFILES)

    def to_python(self, value: str) -> Profile:
        """What is asked of wallets there."""
        return PROFILES[value]

    def to_url(self, value: Profile) -> str:
        """Its name."""
        return value.name


register_converter(ProfileConverter, "wallets")

_ISSUER = "issuers/<slug:slug>/<wallets:profile>"
_OPEN = "issuers/<slug:slug>/open"

urlpatterns = [
    path(f".well-known/openid-credential-issuer/{_ISSUER}", wallet_api.issuer_metadata, name="wallet_issuer"),
    path(f"{_ISSUER}/.well-known/openid-credential-issuer", wallet_api.issuer_metadata, name="wallet_issuer_appended"),
    path(f".well-known/oauth-authorization-server/{_ISSUER}", wallet_api.server_metadata, name="wallet_server"),
    path(
        f"{_ISSUER}/.well-known/oauth-authorization-server", wallet_api.server_metadata, name="wallet_server_appended"
    ),
    path(f".well-known/jwt-vc-issuer/{_ISSUER}", wallet_api.keys_metadata, name="wallet_keys"),
    path(f"{_ISSUER}/.well-known/jwt-vc-issuer", wallet_api.keys_metadata, name="wallet_keys_appended"),
    path(f"{_OPEN}/did.json", wallet_api.did_json, name="wallet_did"),
    path(f"{_ISSUER}/offers/<str:reference>", wallet_api.offer, name="wallet_offer_read"),
    path(f"{_ISSUER}/par", wallet_api.push, name="wallet_push"),
    path(f"{_ISSUER}/challenge", wallet_api.challenge, name="wallet_challenge"),
    path(f"{_ISSUER}/authorize", authorize.begin, name="wallet_authorize"),
    path(f"{_ISSUER}/authorize/<str:secret>/", authorize.decide, name="wallet_decide"),
    path(f"{_ISSUER}/token", wallet_api.token, name="wallet_token"),
    path(f"{_ISSUER}/nonce", wallet_api.nonce, name="wallet_nonce"),
    path(f"{_ISSUER}/credential", wallet_api.credential, name="wallet_credential"),
    path(f"{_ISSUER}/deferred", wallet_api.deferred, name="wallet_deferred"),
    path(f"{_ISSUER}/notification", wallet_api.notification, name="wallet_notification"),
    path(f"{_OPEN}/interactions/<str:secret>", exchange.interaction, name="wallet_interaction"),
    path(f"{_OPEN}/exchanges/<str:secret>", exchange.exchange, name="wallet_exchange"),
    path("vct/micro-credential/1", wallet_api.type_metadata, name="wallet_type"),
    path("claim/<str:code>/wallet/", offers.offer, name="wallet_offer"),
]

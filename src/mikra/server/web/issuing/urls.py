"""Addresses of an institution as an issuer to wallets. Metadata stands where the two ways of naming it look for it."""

from __future__ import annotations

from django.urls import path

from mikra.server.web.issuing import offers, wallet_api

_OPEN = "issuers/<slug:slug>/open"

urlpatterns = [
    path(f".well-known/openid-credential-issuer/{_OPEN}", wallet_api.issuer_metadata, name="wallet_issuer"),
    path(f"{_OPEN}/.well-known/openid-credential-issuer", wallet_api.issuer_metadata, name="wallet_issuer_appended"),
    path(f".well-known/oauth-authorization-server/{_OPEN}", wallet_api.server_metadata, name="wallet_server"),
    path(f"{_OPEN}/.well-known/oauth-authorization-server", wallet_api.server_metadata, name="wallet_server_appended"),
    path(f".well-known/jwt-vc-issuer/{_OPEN}", wallet_api.keys_metadata, name="wallet_keys"),
    path(f"{_OPEN}/.well-known/jwt-vc-issuer", wallet_api.keys_metadata, name="wallet_keys_appended"),
    path(f"{_OPEN}/did.json", wallet_api.did_json, name="wallet_did"),
    path(f"{_OPEN}/offers/<str:reference>", wallet_api.offer, name="wallet_offer_read"),
    path(f"{_OPEN}/token", wallet_api.token, name="wallet_token"),
    path(f"{_OPEN}/nonce", wallet_api.nonce, name="wallet_nonce"),
    path(f"{_OPEN}/credential", wallet_api.credential, name="wallet_credential"),
    path(f"{_OPEN}/notification", wallet_api.notification, name="wallet_notification"),
    path("vct/micro-credential/1", wallet_api.type_metadata, name="wallet_type"),
    path("claim/<str:code>/wallet/", offers.offer, name="wallet_offer"),
]

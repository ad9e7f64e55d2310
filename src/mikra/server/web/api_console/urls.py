"""Addresses of keys and webhooks."""

from __future__ import annotations

from django.urls import path

from mikra.server.web.api_console import hooks, keys

console_urlpatterns = [
    path("settings/programs/", keys.index, name="api_keys"),
    path("settings/programs/new/", keys.new, name="api_key_new"),
    path("settings/programs/<uuid:id>/revoke/", keys.revoke, name="api_key_revoke"),
    path("settings/webhooks/", hooks.index, name="webhooks"),
    path("settings/webhooks/new/", hooks.new, name="webhook_new"),
    path("settings/webhooks/<uuid:id>/", hooks.one, name="webhook"),
    path("settings/webhooks/<uuid:id>/do/", hooks.do, name="webhook_do"),
    path("settings/webhooks/<uuid:id>/replay/", hooks.replay, name="webhook_replay"),
]

"""The addresses of the service: each area has a file of its own. `/console/SLUG/...` is a tenant's."""

from __future__ import annotations

from django.urls import include, path

from mikra.server.web import console_feedback, console_home, public_home
from mikra.server.web.accounts import urls as accounts_urls
from mikra.server.web.api_console import urls as api_console_urls
from mikra.server.web.audit import urls as audit_urls
from mikra.server.web.awards import urls as awards_urls
from mikra.server.web.keys import urls as keys_urls
from mikra.server.web.learners import urls as learners_urls
from mikra.server.web.ledger import urls as ledger_urls
from mikra.server.web.present import desk
from mikra.server.web.prior_learning import urls as prior_learning_urls
from mikra.server.web.privacy import urls as privacy_urls

handler404 = "mikra.server.web.errors.not_found"
handler400 = "mikra.server.web.errors.malformed"
handler403 = "mikra.server.web.errors.forged"
handler500 = "mikra.server.web.errors.defect"

urlpatterns = [
    path("status/", include("mikra.server.web.status.urls")),
    path("", public_home.home, name="home"),
    path("robots.txt", public_home.robots, name="robots"),
    path("favicon.ico", public_home.favicon, name="favicon"),
    path("", include("mikra.server.web.accessibility.urls")),
    path("language/", public_home.set_language, name="language"),
    path("", include("mikra.server.web.accounts.urls")),
    path("", include("mikra.server.web.claim.urls")),
    path("", include("mikra.server.web.verify.urls")),
    path("", include("mikra.server.web.wallet.urls")),
    path("", include("mikra.server.web.issuing.urls")),
    path("", include("mikra.server.web.transfers.urls")),
    path("present/", include("mikra.server.web.present.urls")),
    path("console/<slug:slug>/", include(awards_urls.console_urlpatterns)),
    path("console/<slug:slug>/", include(learners_urls.console_urlpatterns)),
    path("console/<slug:slug>/", include(prior_learning_urls.console_urlpatterns)),
    path("console/<slug:slug>/", include(ledger_urls.console_urlpatterns)),
    path("console/<slug:slug>/", include(keys_urls.console_urlpatterns)),
    path("console/<slug:slug>/", include(accounts_urls.console_urlpatterns)),
    path("console/<slug:slug>/", include(audit_urls.console_urlpatterns)),
    path("console/<slug:slug>/", include(api_console_urls.console_urlpatterns)),
    path("", include("mikra.server.web.privacy.urls")),
    path("console/<slug:slug>/", include(privacy_urls.console_urlpatterns)),
    path("", include("mikra.server.web.health.urls")),
    path("", include("mikra.server.web.demonstration.urls")),
    path("console/<slug:slug>/", include("mikra.server.web.studio.urls")),
    path("api/v1/", include("mikra.server.web.api.urls")),
    path("console/", console_home.choose, name="console"),
    path("console/<slug:slug>/ask-wallet/", desk.ask, name="ask_wallet"),
    path("console/<slug:slug>/feedback/", console_feedback.index, name="feedback"),
    path("console/<slug:slug>/", console_home.start, name="start"),
]

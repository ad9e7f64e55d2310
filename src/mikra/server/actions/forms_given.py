"""In which forms an institution gives its awards, besides the European Digital Credential that it seals.

The EDC is the root of them all and always given; whatever is switched off is neither offered nor made from then on.
What was taken before stays with its holder, and its status is served as before.
"""

from __future__ import annotations

from mikra.errors import ConflictError
from mikra.exchange.oid4vci_metadata import EUDI_ID, JWT_ID, LDP_ID, SDJWT_ID
from mikra.server.actions.tenant_settings import FORMS, settings_of
from mikra.server.store.tenants import Tenant
from mikra.server.words import _

CERTIFICATE, BADGE, ATTESTATION = FORMS
OF_WALLETS = {SDJWT_ID: ATTESTATION, EUDI_ID: ATTESTATION, LDP_ID: BADGE, JWT_ID: BADGE}
"""Configuration of OpenID4VCI -> the form that it is."""


def given(tenant: Tenant, form: str) -> bool:
    """Whether the institution gives its awards in this form."""
    return form in settings_of(tenant).forms


def check(tenant: Tenant, form: str) -> None:
    """ConflictError `form_not_given` where it does not."""
    if not given(tenant, form):
        raise ConflictError(
            _("This institution does not give its awards in this form."),
            where="form",
            found=form,
            expected=", ".join(("edc", *settings_of(tenant).forms)),
            fix=_("Take the sealed file: it holds everything, and anybody can check it."),
            code="form_not_given",
        )

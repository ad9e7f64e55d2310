"""The certificate of one award for people: PDF/A-3a (ISO 19005-3) and PDF/UA-1 (ISO 14289-1), A4.

    renderer = CertificateRenderer(brand=Brand(accent="#7a1f3d"), verify_url="https://verify.example/#{code}")
    renderer.render(sealed, language="ro")              PDF; `sealing.pades.seal` seals it

In the learner's language and the institution's colours; the sealed credential is attached as it is. What stands on
the page goes to the typesetter as data, never as markup. The same credential gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import orjson

from mikra import messages
from mikra.errors import InputError, UnavailableError
from mikra.model import Credential, decode
from mikra.rendering.brand import MIKRA, Brand
from mikra.rendering.certificate_contents import Asked, SealFacts, certificate_contents
from mikra.rendering.typesetter import Typesetter
from mikra.sealing import jades
from mikra.sealing.certificates import is_demonstration
from mikra.trust import certificates

NAME = "credential.jsonld"
"""Of the attached file."""

STANDARDS = ("a-3a", "ua-1")
MAX_ADDRESS = 300
"""Characters of the address in the QR code: more is too fine to scan at 27 mm."""


class CertificateRenderer:
    """Makes certificates with typst. Safe to share between threads, which then take turns.

    `verify_url`: where to check, in words and as a QR code; "{code}" in it stands for the short code; "" for none.
    `demonstration`: says so across the page (said anyway where credential or seal say it). `fonts`: folders with
    further fonts, for scripts that Noto Sans lacks. UnavailableError without the extra `pdf`.
    """

    def __init__(
        self,
        *,
        brand: Brand = MIKRA,
        verify_url: str = "",
        demonstration: bool = False,
        fonts: tuple[Path, ...] = (),
    ) -> None:
        if len(verify_url) > MAX_ADDRESS:
            raise InputError(
                "The address where to check is too long for a certificate.",
                where="verify_url",
                found=f"{len(verify_url)} characters",
                expected=f"at most {MAX_ADDRESS}",
            )
        self.brand = brand
        self.verify_url = verify_url
        self.demonstration = demonstration
        _check_codes()
        self._typesetter = Typesetter("certificate.typ", fonts=fonts)

    def render(self, sealed: bytes, *, language: str = "") -> bytes:
        """The certificate of a sealed European credential, PDF; in its own first language where none is asked for.

        InputError where the credential is not whole or not one of a person; the codes are those of `jades`.
        """
        opened = _opened(sealed)
        credential = decode(orjson.loads(opened.payload))
        if credential.learner is None or not credential.title:
            raise InputError(
                "There is no award of a person in this credential.",
                expected="a European Digital Credential with an achievement of a learner",
                code="credential_malformed",
            )
        seal = opened.seals[0]
        asked = Asked(
            language=language or _own_language(credential),
            brand=self.brand,
            verify_url=self.verify_url,
            demonstration=self.demonstration or is_demonstration(seal.certificate or b""),
        )
        contents = certificate_contents(credential, opened.payload, _facts(seal, credential), asked)
        texts = orjson.dumps(contents).decode()
        return self._typesetter.document(STANDARDS, seal.claimed_at, contents=texts, file=sealed.decode())


def _opened(sealed: bytes) -> jades.Sealed:
    """Raises InputError where a seal is not whole."""
    from mikra import strictjson

    document = strictjson.parse(sealed, strictjson.LIMITS_WITH_IMAGES)
    if not isinstance(document, Mapping):
        raise InputError("This is not a sealed credential.", code="credential_malformed")
    opened = jades.unseal(document)
    faults = jades.check_integrity(opened)
    if faults:
        raise InputError(
            "The seal of this credential does not hold, so it gets no certificate.",
            where=faults[0].where,
            found=faults[0].rule,
            fix="Use the credential as it was issued.",
            code=faults[0].rule,
        )
    return opened


def _own_language(credential: Credential) -> str:
    """The first language of the credential's own page."""
    shown = credential.display_parameter
    tag = shown.primary_language.code.lower() if shown and shown.primary_language else ""
    return next((language for language in messages.LANGUAGES if _ISO_639_3[language] == tag), "en")


_ISO_639_3 = {"en": "eng", "ro": "ron", "bg": "bul", "cs": "ces", "lt": "lit"}
"""Interface language -> its code in the EU's language list, in lower case."""


def _facts(seal: jades.Seal, credential: Credential) -> SealFacts:
    one = certificates.read(seal.certificate or b"")
    return SealFacts(
        name=one.organization or one.common_name,
        day=seal.claimed_at.date().isoformat() if seal.claimed_at else credential.issued,
        states_qualified=one.qualified.states_seal,
    )


def _check_codes() -> None:
    """UnavailableError where QR codes cannot be made."""
    if find_spec("segno") is None:
        raise UnavailableError(
            "Certificates cannot be made here.",
            where="extra pdf",
            found="segno is not installed",
            fix="Install mikra[pdf].",
        )

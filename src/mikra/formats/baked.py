"""Open Badges 3.0, 5.3, and Open Badges 2.0 baking: what a badge image holds, whichever kind of image it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mikra.errors import InputError


class Edition(StrEnum):
    """By which edition of Open Badges it was baked: told by the name under which it stands in the image."""

    V2 = "2.0"
    V3 = "3.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Baked:
    """What stands in an image, unjudged: JSON, a compact text (JWS), or with edition 2.0 an address."""

    text: str
    edition: Edition


def nothing_inside() -> InputError:
    return InputError(
        "There is no credential in this image.",
        expected="a badge image with the credential in it",
        fix="Give the image as the issuer sent it; programs that shrink pictures often drop the credential.",
        code="image_no_credential",
    )


def several_inside(where: str = "") -> InputError:
    return InputError(
        "There is more than one credential in this image.",
        where=where,
        expected="at most one (Open Badges 3.0, 5.3)",
        fix="Ask the issuer for an image with one credential.",
        code="image_ambiguous",
    )


def malformed(found: str, where: str = "") -> InputError:
    return InputError("The image cannot be read.", where=where, found=found[:80], code="image_malformed")


def check_bakeable(text: str) -> None:
    """InputError where a text cannot stand in an image."""
    if not text.strip() or "\x00" in text:
        raise InputError("There is nothing to put into the image.", expected="a sealed credential", code="empty_upload")

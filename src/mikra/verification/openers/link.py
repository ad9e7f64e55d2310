"""An https address in place of a credential: what stands there is judged as if it had been given as a file."""

from __future__ import annotations

from dataclasses import replace

from mikra import formats
from mikra.codes import CODES
from mikra.errors import InputError, UnavailableError
from mikra.formats import Item
from mikra.trust.loader import Loaded
from mikra.verification.openers.opening import Opening
from mikra.verification.question import Question

ACCEPT = "application/vc+jwt, application/dc+sd-jwt, application/vc+ld+json, application/json, */*;q=0.1"


def open_item(item: Item, question: Question) -> Opening:
    """The credentials at the address. InputError `link_not_reached` or the loader's code; a second link is none."""
    loaded = fetch(item.data.decode(), question, accept=ACCEPT)
    found = formats.read(loaded.body, item.name, question.policy.limits).items
    if any(one.kind == "link" for one in found):
        raise InputError("The address leads to another address.", where=item.name, code="redirect_not_allowed")
    return Opening(inside=tuple(replace(one, name=item.name, where=item.where + one.where) for one in found))


def fetch(url: str, question: Question, *, accept: str) -> Loaded:
    """What stands at `url`. InputError with a code where it cannot be had."""
    try:
        return question.loader.load(url, accept=accept)
    except UnavailableError as error:
        code = error.code if error.code in CODES else "link_not_reached"
        raise InputError(error.message, where=url, found=error.found, fix=error.fix, code=code) from error

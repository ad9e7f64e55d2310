"""XML files: read strictly, and said what they are. None of them holds a credential that we can check.

A trusted list (ETSI TS 119 612) is told apart from the rest, and from one that was tampered with.
"""

from __future__ import annotations

from dataclasses import replace

from mikra.errors import InputError, UnavailableError
from mikra.formats import Form, Item
from mikra.trust import strict_xml, trusted_list, trusted_list_seal
from mikra.trust.trusted_list import ROOT
from mikra.verification.openers.opening import Opening
from mikra.verification.question import Question


def open_item(item: Item, question: Question) -> Opening:
    """A document of another kind, recognised and not read; InputError for the rest: xml_*, trusted_list_*,
    url_not_allowed, file_type_mismatch (a sound trusted list)."""
    outline = strict_xml.outline(item.data)
    if outline.root != ROOT:
        return Opening(inside=(replace(item, form=Form.OTHER),))
    try:
        trusted_list.refuse_pointers(item.data)
    except UnavailableError as error:
        raise InputError(error.message, where=error.where, expected=error.expected, code=error.code) from error
    trusted_list_seal.refuse_odd_form(item.data)
    raise InputError(
        "This is a trusted list, and not a credential.",
        fix="Look at it with: mikra trust show",
        code="file_type_mismatch",
    )

"""What is wrong with a value of a draft, in the reader's language, as it stands at its field."""

from __future__ import annotations

from mikra.issuance.design_draft import Fault, FaultKind
from mikra.server.words import _


def sentence(fault: Fault) -> str:
    """What was found, and what to do."""
    found = fault.found
    match fault.kind:
        case FaultKind.MISSING:
            return _("Empty, and needed here.")
        case FaultKind.UNKNOWN:
            return _("A design has no such member. It came with the file; take it out.")
        case FaultKind.DATE:
            return _("“{found}” is no date. Write year-month-day, such as 2026-05-20.").format(found=found)
        case FaultKind.ADDRESS:
            return _("“{found}” is no address of a page. It begins with https://").format(found=found)
        case FaultKind.EMAIL:
            return _("“{found}” is no e-mail address.").format(found=found)
        case FaultKind.IRI:
            return _("“{found}” is no address of a concept. It begins with https://, http:// or urn:").format(
                found=found
            )
        case FaultKind.COLOUR:
            return _("“{found}” is no colour. Write it as #1c3f9f.").format(found=found)
        case _:
            return _of_value(fault)


def _of_value(fault: Fault) -> str:
    found = fault.found
    match fault.kind:
        case FaultKind.NUMBER:
            return _("“{found}” is no number. Write it with a point, such as 3 or 2.5.").format(found=found)
        case FaultKind.WHOLE:
            return _("“{found}” is no whole number from 1 to 1200.").format(found=found)
        case FaultKind.LIST:
            return _("“{found}” is not in the list. Type a part of it and choose.").format(found=found)
        case FaultKind.CHOICE:
            return _("“{found}” cannot be chosen here.").format(found=found)
        case FaultKind.YES_NO:
            return _("“{found}” is neither yes nor no.").format(found=found)
        case FaultKind.TEXT | FaultKind.LANGUAGE:
            return _("This text cannot be taken: it holds characters that cannot be printed.")
        case FaultKind.GROUP:
            return _("“{found}” stands where several members belong.").format(found=found)
        case _:
            return _together(fault)


def _together(fault: Fault) -> str:
    """What cannot stand beside another member; by where it is."""
    where = fault.where
    if where.endswith("grading.passing"):
        return _("This result is not one of the grades, or a second assessment has none. Add it.")
    if where.startswith("title."):
        return _("The title is needed in the first language of the design.")
    if where.startswith("languages"):
        return _("Each language once; the first is that of names and of the page shown first.")
    if where == "awarding_bodies":
        return _("An awarding body stands twice.")
    if where == "mandate.document":
        return _("The document of the mandate is no PDF file.")
    if where in ("code", "edition"):
        return _("Give 1 to 64 characters without slashes.")
    if where == "assessment":
        return _("A design cannot have more than 32 assessments.")
    if where.startswith("outcomes"):
        return _("This skill stands elsewhere with another name. Write the same in both places.")
    return _("This does not go together with the rest.")


def code_taken(code: str) -> str:
    """Another design of the institution bears this code."""
    return _("Another design has the code “{code}”. Give this one another.").format(code=code)


def of_body(sentence: str, member: str) -> str:
    """A fault within an organisation, which is mended where its profile stands."""
    if not member:
        return sentence
    return _("In its profile, {member}: {sentence}").format(member=member, sentence=sentence)

"""Who awards in whose name: an issuer that seals for other awarding bodies, and what it shows for it.

EDC, issuing by mandate (application profile `edc-issued-by-mandate`): the issuer encloses evidence, a statement and
perhaps a document. Both are the issuer's own word, under its own seal; nobody else has confirmed them, and it is said.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Sequence

from mikra.messages.spoken import Listed, Said, Speaks, harmless
from mikra.model import Credential, Evidence, LegalIdentifier, Organisation
from mikra.report import Finding, Severity, Words, words
from mikra.verification.issuer import MANDATE

PROFILE = "http://data.europa.eu/snb/credential/c_9a31f32a"
"""The profile of credentials that are issued by mandate (EU vocabulary of credential profiles)."""


def evidence_of(credential: Credential) -> tuple[Evidence, ...]:
    """The mandates in it that say something: a statement is what the profile demands."""
    return tuple(
        one
        for one in credential.evidence
        if one.dc_type is not None and one.dc_type.id == MANDATE and one.evidence_statement.strip()
    )


def represented(credential: Credential) -> tuple[Organisation, ...]:
    """The awarding bodies that are not the issuer, each once."""
    issuer = credential.issuing_organisation
    found: dict[str, Organisation] = {}
    for achievement in credential.achievements:
        for body in achievement.awarded_by.awarding_body if achievement.awarded_by else ():
            if isinstance(body, Organisation) and not (issuer is not None and same(body, issuer)):
                found.setdefault(body.id or repr(body.name), body)
    return tuple(found.values())


def same(one: Organisation, other: Organisation) -> bool:
    """One organisation in two places: by id, or else by a legal identifier. A name alone shows nothing."""
    if one.id and one.id == other.id:
        return True
    return bool(_identifiers(one) & _identifiers(other))


def _identifiers(one: Organisation) -> set[str]:
    given: list[LegalIdentifier | None] = [one.eidas_identifier, one.registration]
    return {item.notation for item in (*given, *one.vat_identifier, *one.tax_identifier) if item and item.notation}


def missing(credential: Credential) -> bool:
    """Whether it says that it is issued by mandate, and shows none."""
    return any(profile.id == PROFILE for profile in credential.credential_profiles) and not evidence_of(credential)


def alone(credential: Credential) -> bool:
    """Whether every awarding body is another than the issuer."""
    bodies = [b for a in credential.achievements if a.awarded_by for b in a.awarded_by.awarding_body]
    return bool(bodies) and len(represented(credential)) == len({b.id or repr(b) for b in bodies})


def sentence(credential: Credential) -> Words | None:
    """Who acts for whom, where somebody does; and that the mandate is the issuer's own word, or that there is none."""
    others = represented(credential)
    if missing(credential):
        return words("mandate.missing")
    if not others or not (evidence_of(credential) or alone(credential)):
        return None
    key = "acts" if evidence_of(credential) else "nothing"
    return words(f"mandate.{key}", bodies=Listed(tuple(_name(one) for one in others)))


def findings(credential: Credential) -> tuple[Finding, ...]:
    """Each mandate: its statement, and the digest of a document that is enclosed."""
    found = [_statement(one) for one in evidence_of(credential)]
    found += [_document(content) for one in evidence_of(credential) for content in _contents(one)]
    if not evidence_of(credential):
        found += [_unproven(one) for one in represented(credential)]
    return tuple(found)


def _statement(one: Evidence) -> Finding:
    target = one.evidence_target
    what = words("mandate.statement")
    if isinstance(target, Organisation):
        what = words("mandate.statement_for", body=_name(target))
    return Finding(
        rule="mandate.statement",
        severity=Severity.INFORMATION,
        what=what,
        found=harmless(one.evidence_statement),
        where="/evidence",
    )


def _contents(one: Evidence) -> Sequence[bytes]:
    contents = []
    for media in one.embedded_evidence:
        try:
            contents.append(b64decode(media.content or "", validate=True))
        except (NotBase64, ValueError):
            continue
    return [content for content in contents if content]


def _document(content: bytes) -> Finding:
    digest = hashlib.sha256(content).hexdigest()
    what = words("mandate.document")
    return Finding(rule="mandate.document", severity=Severity.INFORMATION, what=what, found=digest, where="/evidence")


def _unproven(body: Organisation) -> Finding:
    what = words("mandate.nothing", bodies=_name(body))
    return Finding(rule="mandate.none", severity=Severity.WARNING, what=what)


def _name(one: Organisation) -> Speaks:
    return Said(one.name) if one.name else Said({"": one.id})

"""The edition that a batch awards, as the core reads it: the design, its columns, its pages; kept by this process."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from mikra.issuance import compose
from mikra.issuance.columns import fields_of
from mikra.issuance.design import Body, Design
from mikra.issuance.design_file import read_design
from mikra.issuance.fields import RosterField
from mikra.model.remarks import RouteKind
from mikra.rendering import page
from mikra.server.store.awards import Award
from mikra.server.store.batches import Batch
from mikra.server.store.designs import Edition

KEPT = 32
"""Editions in memory: some tens of kilobytes each, and their pages."""


def design_of(edition: Edition) -> Design:
    """What was published. ConflictError where the stored file was changed since."""
    return _read(bytes(edition.content))


@lru_cache(maxsize=KEPT)
def _read(content: bytes) -> Design:
    return read_design(content)


def columns_of(edition: Edition) -> tuple[RosterField, ...]:
    """Which columns a class list for it has."""
    return _columns(bytes(edition.content))


@lru_cache(maxsize=KEPT)
def _columns(content: bytes) -> tuple[RosterField, ...]:
    return fields_of(_read(content))


def trial_of(design: Design) -> Design:
    """The same as a demonstration, whoever holds the demonstration key: its issuer's identifier is that key's."""
    issuer = replace(design.issuer, identifiers=replace(design.issuer.identifiers, eidas=""))

    def body(one: Body | None) -> Body | None:
        return issuer if one == design.issuer else one

    return replace(
        design,
        issuer=issuer,
        awarding_bodies=tuple(body(one) or one for one in design.awarding_bodies),
        assessment=tuple(replace(one, assessor=body(one.assessor)) for one in design.assessment),
        demonstration=True,
    )


def awarded(design: Design, *, trial: bool, by_validation: bool) -> Design:
    """The design as one batch awards it: `by_validation`, whatever route the edition plans.

    Its credentials then say that prior learning was validated, and claim no activity in which the learner took part.
    The form of participation is then that of the assessment (Annex I, element 10), where the edition states one.
    """
    drawn = trial_of(design) if trial else design
    if not by_validation or drawn.route is RouteKind.VALIDATION:
        return drawn
    assessed = any(one.mode for one in drawn.assessment)
    taken_part = replace(drawn.participation, mode=()) if assessed else drawn.participation
    return replace(drawn, route=RouteKind.VALIDATION, participation=taken_part)


def design_for(batch: Batch) -> Design:
    """The edition of a batch as that batch awards it."""
    return awarded(design_of(batch.edition), trial=batch.trial, by_validation=batch.by_validation)


def design_of_award(award: Award) -> Design:
    """The edition of an award, by the route on which it was reached."""
    return awarded(design_of(award.edition), trial=False, by_validation=award.route == RouteKind.VALIDATION)


@lru_cache(maxsize=KEPT)
def _pages(content: bytes, trial: bool) -> dict[str, bytes]:
    design = _read(content)
    drawn = trial_of(design) if trial else design
    renderer = page.page_renderer(demonstration=drawn.demonstration)
    if renderer is None:
        return {language: page.neutral_page(language) for language in drawn.languages}
    return compose.edition_pages(drawn, renderer)


def pages_of(edition: Edition, *, trial: bool = False) -> dict[str, bytes]:
    """The page that viewers show, by language, without anything personal; drawn once."""
    return _pages(bytes(edition.content), trial)

"""Documents that are made from the inventory, in the language of whoever reads, each time anew (GDPR).

    notice(tenant, reader)   what learners, or staff, are told (13, 14); public
    record(tenant)           the record of processing activities (30(1))
    assessment(tenant)       where an impact assessment begins (35(7)); people finish it
    annex(tenant)            what a contract with a processor has to say (28(3)), with every column of the database

`as_markdown` and `as_html` write them as files; the pages show the same `Document`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from mikra.errors import NotFoundError
from mikra.server.actions.notices_document import Document, Section, as_html, as_markdown
from mikra.server.actions.notices_words import basis, kept, measures, place, rights, risks, who
from mikra.server.actions.tenant_settings import settings_of
from mikra.server.data_inventory import OUTSIDE, PROCESSINGS, TABLES, About, Basis, Processing
from mikra.server.installation import installation
from mikra.server.store.tenants import Tenant
from mikra.server.words import _

__all__ = [
    "Kind", "Reader", "annex", "as_html", "as_markdown", "assessment", "by_consent", "institution", "institutions",
    "made", "notice", "record",
]  # fmt: skip


class Reader(StrEnum):
    """Whom a notice is for."""

    LEARNERS = "learners"
    STAFF = "staff"


class Kind(StrEnum):
    """What administrators can take with them."""

    RECORD = "record"
    ASSESSMENT = "assessment"
    ANNEX = "annex"
    LEARNERS = "learners"
    STAFF = "staff"


def made(tenant: Tenant, kind: Kind) -> Document:
    """The document of that kind."""
    makers: dict[Kind, Callable[[Tenant], Document]] = {
        Kind.RECORD: record,
        Kind.ASSESSMENT: assessment,
        Kind.ANNEX: annex,
        Kind.LEARNERS: lambda of: notice(of, Reader.LEARNERS),
        Kind.STAFF: lambda of: notice(of, Reader.STAFF),
    }
    return makers[kind](tenant)


def institutions() -> list[Tenant]:
    """Those that work here, by name."""
    return list(Tenant._default_manager.filter(closed=None).order_by("name"))


def institution(slug: str) -> Tenant:
    """NotFoundError for one that there is not, or that has closed."""
    found = Tenant._default_manager.filter(slug=slug, closed=None).first()
    if found is None:
        raise NotFoundError("There is nothing here under this address.", fix="Check the address.", code="not_found")
    return found


def _about(reader: Reader) -> list[Processing]:
    wanted = (About.BOTH, About.LEARNERS if reader is Reader.LEARNERS else About.STAFF)
    return [one for one in PROCESSINGS if one.about in wanted]


def notice(tenant: Tenant, reader: Reader) -> Document:
    """Articles 13 and 14: who, why, on which basis, what, for how long, which rights."""
    title = _("What {who} does with your data").format(who=tenant.name)
    why = tuple(
        (str(one.title), str(one.purpose), str(one.what), basis(tenant, one), kept(tenant, one))
        for one in _about(reader)
    )
    heads = (_("What for"), _("Purpose"), _("Data"), _("Legal basis"), _("Kept"))
    sections = [
        Section(_("Who answers for it"), lines=who(tenant)),
        Section(_("What for, and for how long"), heads=heads, rows=why),
        Section(_("Where the data comes from"), lines=_sources(reader)),
        Section(_("Who receives it"), lines=_recipients(reader)),
        Section(_("Your rights"), lines=rights(tenant)),
        Section(_("No machine decides about you"), lines=(_no_machine(),)),
    ]
    if reader is Reader.LEARNERS:
        sections.append(Section(_("If you are not of age"), lines=_minors(tenant)))
    return Document(title=title, sections=tuple(sections), lead=_lead(reader))


def _lead(reader: Reader) -> str:
    if reader is Reader.STAFF:
        return _("This is for those who work with micro-credentials here.")
    return _("This is for everybody who is awarded a micro-credential here.")


def _sources(reader: Reader) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{one.title}: {one.source}" for one in _about(reader)))


def _recipients(reader: Reader) -> tuple[str, ...]:
    operator = installation().operator
    found = [f"{one.title}: {one.seen_by}" for one in _about(reader)]
    found.append(
        _("{operator} runs this service for the institution, as its processor.").format(operator=operator)
        if operator
        else _("Whoever runs this service for the institution, as its processor.")
    )
    if reader is Reader.LEARNERS:
        found.append(_("Nobody else, unless you show your credential to them yourself."))
    found.append(_("The service by itself sends no personal data outside of the European Economic Area."))
    return tuple(found)


def _no_machine() -> str:
    return _("Results and awards are decided by people. There is no profiling.")


def _minors(tenant: Tenant) -> tuple[str, ...]:
    decided = settings_of(tenant)
    found = [_("Your age is used to protect you; it never stands in a credential.")]
    if decided.guardian_confirms:
        found.append(
            _(
                "Below {age} years, a guardian says yes before you collect a credential. Who it was is not noted."
            ).format(age=decided.age_of_consent)
        )
    return tuple(found)


def record(tenant: Tenant) -> Document:
    """Article 30(1), (a) to (g)."""
    heads = (_("Activity"), _("Purpose"), _("People"), _("Data"), _("Legal basis"), _("Recipients"), _("Time limit"))
    rows = tuple(
        (
            str(one.title),
            str(one.purpose),
            _people(one.about),
            str(one.what),
            basis(tenant, one),
            str(one.seen_by),
            kept(tenant, one),
        )
        for one in PROCESSINGS
    )
    return Document(
        title=_("Record of processing activities"),
        lead=_("Article 30(1) of the GDPR, made from the inventory of this service."),
        sections=(
            Section(_("Controller"), lines=who(tenant)),
            Section(_("Activities"), heads=heads, rows=rows),
            Section(_("Transfers to third countries"), lines=(_("None by this service."),)),
            Section(_("Security measures"), lines=measures()),
        ),
    )


def _people(about: About) -> str:
    words = {About.LEARNERS: _("Learners"), About.STAFF: _("Staff"), About.BOTH: _("Learners and staff")}
    return words[about]


def assessment(tenant: Tenant) -> Document:
    """Article 35(7): description, necessity, risks, measures; with the questions that only people can answer."""
    activities = tuple((str(one.title), str(one.purpose), str(one.what)) for one in PROCESSINGS)
    bases = tuple((str(one.title), basis(tenant, one), kept(tenant, one)) for one in PROCESSINGS)
    questions = (
        _("How many learners a year, and are many of them minors or otherwise in need of protection?"),
        _("Is the data of other systems matched with it?"),
        _("What do learners, staff and the data protection officer say (Article 35(2) and (9))?"),
        _("Which risks remain high? Then ask the supervisory authority first (Article 36)."),
    )
    return Document(
        title=_("Data protection impact assessment: where to begin"),
        lead=_("Article 35(7) of the GDPR. This text knows the service; what it does not know, it asks."),
        sections=(
            Section(
                _("Description"), heads=(_("Activity"), _("Purpose"), _("Data")), rows=activities, lines=who(tenant)
            ),
            Section(
                _("Necessity and proportion"), heads=(_("Activity"), _("Legal basis"), _("Time limit")), rows=bases
            ),
            Section(_("Risks and what meets them"), heads=(_("Risk"), _("Measure")), rows=risks()),
            Section(_("Measures"), lines=measures()),
            Section(_("Still to be answered by you"), lines=questions),
        ),
    )


def annex(tenant: Tenant) -> Document:
    """Article 28(3): subject, duration, nature, purpose, types of data, categories of people; Article 32."""
    by_name = {one.name: one for one in PROCESSINGS}
    columns = tuple(
        (f"{table.model}.{name}", str(by_name[one.processing].title), place(one.place))
        for table in TABLES
        for name, one in sorted(table.personal.items())
    )
    outside = tuple((one.path, str(one.what), str(one.held), str(one.kept)) for one in OUTSIDE)
    operator = installation().operator or _("whoever runs this installation")
    return Document(
        title=_("Annex on processing by a processor"),
        lead=_("Article 28(3) of the GDPR, between {who} and {operator}.").format(who=tenant.name, operator=operator),
        sections=(
            Section(_("Subject and purpose"), lines=tuple(f"{one.title}: {one.purpose}" for one in PROCESSINGS)),
            Section(_("Duration"), lines=(_("As long as the service is used; then all is exported and deleted."),)),
            Section(_("People and data"), lines=tuple(f"{_people(one.about)}: {one.what}" for one in PROCESSINGS)),
            Section(_("Measures (Article 32)"), lines=measures()),
            Section(
                _("Other processors"),
                lines=(_("Those whom the operator names: the mail server, the machine, the place of backups."),),
            ),
            Section(
                _("Where each piece of data stands"),
                heads=(_("Column"), _("Activity"), _("How it is held")),
                rows=columns,
            ),
            Section(
                _("Outside of the database"),
                heads=(_("File"), _("Data"), _("How it is held"), _("Kept")),
                rows=outside,
            ),
        ),
    )


def by_consent() -> list[Processing]:
    """Those that a person says yes to, one by one. None of what an award needs is among them."""
    return [one for one in PROCESSINGS if one.basis is Basis.CONSENT]

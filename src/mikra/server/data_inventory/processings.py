"""Why personal data is here: one line for each purpose. The record of Article 30 is this table."""

from __future__ import annotations

from mikra.errors import NotFoundError
from mikra.server.data_inventory.kinds import About, Basis, Processing
from mikra.server.words import lazy

PROCESSINGS = (
    Processing(
        name="awards",
        about=About.LEARNERS,
        title=lazy("Awarding micro-credentials"),
        purpose=lazy("To award what was learned, seal it, find it again, and put it right"),
        what=lazy(
            "Name; where given: date of birth, e-mail address, learner number, national number, gender, nationality; "
            "what was awarded, when, with which result"
        ),
        basis=Basis.AS_DECIDED,
        seen_by=lazy("Registrars, sealers, recognition officers; people who handle the rights of learners"),
        kept=lazy("As long as an award must be provable; until erasure where there is no duty to keep it"),
        source=lazy("The institution's own records; a correction by the learner"),
    ),
    Processing(
        name="lists",
        about=About.LEARNERS,
        title=lazy("Class lists before they are sealed"),
        purpose=lazy("To check and mend the list that awards are made from"),
        what=lazy("The cells of the list, the file as it was given"),
        basis=Basis.AS_DECIDED,
        seen_by=lazy("Registrars, sealers"),
        kept=lazy("{days} days where a row is never sealed; the file until the list is decided on"),
        source=lazy("The institution's own records"),
        setting="keep_rows_days",
    ),
    Processing(
        name="letters",
        about=About.LEARNERS,
        title=lazy("Telling learners"),
        purpose=lazy("To hand the credential over, and to know that it arrived"),
        what=lazy("When a letter was sent, came back, when its page was opened, when the credential was collected"),
        basis=Basis.AS_DECIDED,
        seen_by=lazy("Registrars"),
        kept=lazy("{days} days"),
        source=lazy("This service"),
        setting="keep_deliveries_days",
    ),
    Processing(
        name="requests",
        about=About.LEARNERS,
        title=lazy("What learners say is not right"),
        purpose=lazy("To put an award right"),
        what=lazy("What the learner wrote"),
        basis=Basis.LEGAL_OBLIGATION,
        seen_by=lazy("Registrars"),
        kept=lazy("The words until they are answered; that there was a request, {days} days"),
        source=lazy("The learner"),
        setting="keep_requests_days",
    ),
    Processing(
        name="rights",
        about=About.LEARNERS,
        title=lazy("Rights of learners over their data"),
        purpose=lazy("To answer requests in time, and to show that they were answered"),
        what=lazy("Who asked for what, how identity was proved, what was decided and why"),
        basis=Basis.LEGAL_OBLIGATION,
        seen_by=lazy("People who handle the rights of learners"),
        kept=lazy("{days} days after the answer; of an erased learner only kind, dates and outcome"),
        source=lazy("The learner"),
        setting="keep_cases_days",
    ),
    Processing(
        name="prior",
        about=About.LEARNERS,
        title=lazy("Validation of prior learning"),
        purpose=lazy("To find out whether somebody can already do what a micro-credential says, and to decide on it"),
        what=lazy("Name, address and numbers as on a class list; evidence; what was found and decided, and why"),
        basis=Basis.AS_DECIDED,
        seen_by=lazy("Registrars, sealers, the assessor of the case, people who handle the rights of learners"),
        kept=lazy("{days} days after the last that was done on the case"),
        source=lazy("The learner; the assessor"),
        setting="keep_prior_days",
    ),
    Processing(
        name="wallets",
        about=About.LEARNERS,
        title=lazy("Wallets of learners"),
        purpose=lazy("To keep credentials for a learner who wants that, and to let them in again"),
        what=lazy("The files that the learner keeps, their e-mail addresses, how it was shown that it is them"),
        basis=Basis.CONSENT,
        seen_by=lazy("The learner alone"),
        kept=lazy("Until the learner erases the wallet"),
        source=lazy("The learner; the awards that they collected"),
    ),
    Processing(
        name="shares",
        about=About.LEARNERS,
        title=lazy("What learners show to others"),
        purpose=lazy("To show chosen credentials to whoever has the link"),
        what=lazy("Which credentials and which facts, until when, what for; how often it was opened on which day"),
        basis=Basis.CONSENT,
        seen_by=lazy("The learner; whoever has the link sees what the learner chose"),
        kept=lazy("Until the learner erases the wallet; a share that was stopped or ended, 90 days more"),
        source=lazy("The learner"),
    ),
    Processing(
        name="wallet_consents",
        about=About.LEARNERS,
        title=lazy("Adding new awards to a wallet"),
        purpose=lazy("To put new awards into the wallet of a learner who asked for it"),
        what=lazy("Which record of the institution belongs to which wallet, since when"),
        basis=Basis.CONSENT,
        seen_by=lazy("The learner alone"),
        kept=lazy("Until the learner takes the consent back, or erases the wallet"),
        source=lazy("The learner"),
    ),
    Processing(
        name="feedback",
        about=About.LEARNERS,
        title=lazy("A minute of feedback"),
        purpose=lazy("To make what is taught better (Annex II, principle 1)"),
        what=lazy(
            "Three answers and a few words on an edition, with the month; no name, and nothing that leads to one"
        ),
        basis=Basis.PUBLIC_TASK,
        seen_by=lazy("Quality officers, in groups of five answers"),
        kept=lazy(
            "Five years after the last answer on that edition; it cannot be taken back, as nobody knows whose it is"
        ),
        source=lazy("The learner"),
    ),
    Processing(
        name="proof",
        about=About.BOTH,
        title=lazy("Proof that credentials are genuine"),
        purpose=lazy("To let anybody check a credential, and to show that nothing was changed in silence"),
        what=lazy("Digests, places in status lists, ids of awards and of those who acted; no names"),
        basis=Basis.AS_DECIDED,
        seen_by=lazy("Status lists: everybody; the audit trail: auditors and administrators"),
        kept=lazy("For good: without it no credential could be checked"),
        source=lazy("This service"),
    ),
    Processing(
        name="staff",
        about=About.STAFF,
        title=lazy("Accounts of those who work here"),
        purpose=lazy("To let them in, with the rights of their work"),
        what=lazy("Name, e-mail address, language, roles, ways of signing in, last sign-in"),
        basis=Basis.PUBLIC_TASK,
        seen_by=lazy("Administrators; the name also colleagues"),
        kept=lazy("{days} days after their work here ends"),
        source=lazy("An administrator; the person"),
        setting="keep_staff_days",
    ),
    Processing(
        name="sessions",
        about=About.STAFF,
        title=lazy("Signing in"),
        purpose=lazy("To keep a person signed in, safely"),
        what=lazy("The session in which somebody signed in"),
        basis=Basis.PUBLIC_TASK,
        seen_by=lazy("Nobody"),
        kept=lazy("12 hours; what has run out is deleted within the hour"),
        source=lazy("This service"),
    ),
    Processing(
        name="work",
        about=About.STAFF,
        title=lazy("Who did what"),
        purpose=lazy("To answer for designs, reviews, awards and corrections"),
        what=lazy("Who wrote, reviewed, approved or changed something, and their comments"),
        basis=Basis.AS_DECIDED,
        seen_by=lazy("Colleagues of the same institution"),
        kept=lazy("As long as the design or the award; the name goes with the account"),
        source=lazy("This service"),
    ),
    Processing(
        name="presentations",
        about=About.LEARNERS,
        title=lazy("What a wallet showed"),
        purpose=lazy("To show whoever asked a wallet whether what it presented holds"),
        what=lazy("What the credential says, and the checks of it"),
        basis=Basis.AS_DECIDED,
        seen_by=lazy("The one who asked, in the same browser, once"),
        kept=lazy("Until it was shown; at most ten minutes"),
        source=lazy("The wallet of the person"),
    ),
    Processing(
        name="answers",
        about=About.BOTH,
        title=lazy("Answers that are given twice"),
        purpose=lazy("To keep a repeated request of another system from doing its work twice"),
        what=lazy("The answer that was given; ids, no names"),
        basis=Basis.AS_DECIDED,
        seen_by=lazy("The system that asked"),
        kept=lazy("{days} days"),
        source=lazy("This service"),
        setting="keep_answers_days",
    ),
)


def processing(name: str) -> Processing:
    """NotFoundError for a name that is none."""
    for one in PROCESSINGS:
        if one.name == name:
            return one
    raise NotFoundError("There is no such processing.", found=name, code="not_found")

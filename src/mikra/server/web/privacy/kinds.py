"""Words for kinds and states of cases, classes of retention, and kinds of documents."""

from __future__ import annotations

import re
from typing import Any

from mikra.server.actions.notices import Kind
from mikra.server.words import lazy

KINDS: dict[str, tuple[Any, Any]] = {
    "access": (lazy("See what is known"), lazy("Article 15: give the copy, and say what it is for")),
    "rectification": (lazy("Put something right"), lazy("Article 16: correct the award; the learner gets the new one")),
    "restriction": (lazy("Restrict the use"), lazy("Article 18: kept, and used for nothing else")),
    "objection": (lazy("Object"), lazy("Article 21: restrict the use, weigh the reasons, answer")),
    "portability": (lazy("Take the data along"), lazy("Article 20: give the copy, in open formats")),
    "erasure": (lazy("Erase"), lazy("Article 17: erase, or refuse where a law wants it kept")),
}
"""Kind -> its name, and what it asks of you."""

STATES = {
    "open": lazy("Open"),
    "done": lazy("Done"),
    "refused": lazy("Refused"),
    "withdrawn": lazy("Taken back"),
}
MARKS = {"open": "waiting", "done": "passed", "refused": "failed", "withdrawn": "na"}
"""State -> its tile."""

CLASSES = {
    "rows": lazy("Rows that were never sealed"),
    "lists": lazy("Files of class lists, and their names"),
    "letters": lazy("The ledger of letters whose offer has ended"),
    "requests": lazy("Answered words of learners"),
    "cases": lazy("Answered cases"),
    "prior": lazy("Cases of prior learning, with their evidence"),
    "answers": lazy("Answers kept for other systems"),
    "feedback": lazy("Feedback of learners on editions"),
    "memberships": lazy("Accounts of those who left"),
}
DOCUMENTS = {
    Kind.RECORD: (lazy("Record of processing"), lazy("Article 30: what is done with personal data here")),
    Kind.LEARNERS: (lazy("Notice for learners"), lazy("Articles 13 and 14; public")),
    Kind.STAFF: (lazy("Notice for staff"), lazy("Article 13; public")),
    Kind.ASSESSMENT: (lazy("Impact assessment"), lazy("Article 35: where to begin")),
    Kind.ANNEX: (lazy("Annex for a processor"), lazy("Article 28: with every column of the database")),
}
_MAIL = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+")


def security_contact(operator: str) -> str:
    """A URI (RFC 9116, 2.5.3) from what the operator is called: its https or mail address; "" where it has none."""
    for word in operator.split():
        if word.startswith("https://"):
            return word
        if found := _MAIL.search(word):
            return f"mailto:{found.group()}"
    return ""

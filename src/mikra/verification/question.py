"""What is asked of a file, and in which session: values that every check may read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mikra.formats import pdf
from mikra.formats.pdf import PdfReader
from mikra.trust.loader import OFFLINE, Loader
from mikra.verification.policy import DEFAULT_POLICY, Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What the holder was asked to prove: the nonce (challenge) and the audience (domain) of one request.

    `key_binding`: whether a credential that is bound to a key must come with a proof of that key. `recipient`: who the
    holder says to be (an e-mail address), to be compared with a badge that names its recipient.
    """

    nonce: str = ""
    audience: str = ""
    key_binding: bool = False
    recipient: str = ""

    @property
    def asks(self) -> bool:
        """Whether the holder was asked to prove anything."""
        return bool(self.nonce or self.audience or self.key_binding)


NO_SESSION = Session()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of all: for which moment, under which policy, through which loader, in which session.

    `today`: the moment is the present, so that sentences may say "today". `pdf_reader` reads PDF files: in this
    process, or in one that can be killed (`adapters.pdf_worker`).
    """

    at: datetime
    policy: Policy = DEFAULT_POLICY
    loader: Loader = OFFLINE
    today: bool = True
    session: Session = NO_SESSION
    pdf_reader: PdfReader = pdf.read

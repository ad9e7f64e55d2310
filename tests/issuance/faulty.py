"""Engines with a fault, planted so that the tests of crashes can show that they see it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from mikra.issuance.award_id import AwardId
from mikra.issuance.issue import Issue, Learner
from mikra.issuance.journal import Done, end, file_name, intent


class EndsFirst(Issue):
    """Says `done` before the file is there."""

    def _store(self, sealed: Mapping[str, bytes]) -> None:
        names = {name: file_name(self.journal.rows[name], AwardId(self.journal.awards[name])) for name in sealed}
        self._note(
            end(name, Done(names[name], hashlib.sha256(content).hexdigest())) for name, content in sealed.items()
        )
        self.vault.put({names[name]: content for name, content in sealed.items()})


class NoIntents(Issue):
    """Draws ids that nothing remembers, and notes them with the end."""

    def _intend(self, missing: Mapping[str, Learner]) -> None:
        at = self.batch.sealer.at
        self.journal.awards.update({name: AwardId.new(at, self.chance(9)).stem for name in missing})
        self.journal.rows.update({name: one.row for name, one in missing.items()})
        stems = [self.journal.awards[name] for name in missing]
        given = zip(missing, self._places(stems, at), strict=True)
        self.journal.places.update({name: place for name, place in given if place})

    def _store(self, sealed: Mapping[str, bytes]) -> None:
        names = {name: file_name(self.journal.rows[name], AwardId(self.journal.awards[name])) for name in sealed}
        self.vault.put({names[name]: content for name, content in sealed.items()})
        lines = b""
        for name, content in sealed.items():
            place = self.journal.places.get(name)
            lines += intent(name, self.journal.rows[name], self.journal.awards[name], place)
            lines += end(name, Done(names[name], hashlib.sha256(content).hexdigest()))
        self.ledger.append(lines)


class MemoryFirst(Issue):
    """Notes in memory what the disk may not take."""

    def _note(self, lines: Iterable[bytes]) -> None:
        together = b"".join(lines)
        self.journal.take(together)
        self.ledger.append(together)

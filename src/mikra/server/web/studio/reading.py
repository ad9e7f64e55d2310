"""Plain data as a form shows it: values as they were typed, by their places, with what is wrong beside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mikra.server.actions import drafts_paths as paths
from mikra.server.store.tenants import Provider
from mikra.server.web.studio import choices, faults
from mikra.server.web.studio.choices import Pairs


class Reading:
    """`members` is what is shown; `faults`: place -> sentence. `profiles`: who may stand in the place of a body."""

    faults: dict[str, str]

    def __init__(self, members: Mapping[str, Any], *, language: str, profiles: list[Provider]) -> None:
        self.members = members
        self.language = language
        self.profiles = profiles
        self.faults = {}

    @property
    def languages(self) -> list[tuple[str, str]]:
        """The languages that texts are written in, with their names."""
        return choices.languages([self.language], self.language)

    @property
    def written(self) -> list[tuple[str, str]]:
        """Those of the languages whose fields are on the page."""
        return self.languages

    @property
    def first(self) -> str:
        """The tag of the first language."""
        return self.languages[0][0]

    def value(self, path: str) -> Any:
        """What stands there, for a field: a text, never None."""
        found = paths.read(self.members, path)
        return "" if found is None or isinstance(found, dict | list) else found

    def values(self, path: str) -> list[Any]:
        """What stands there, for a field of several values."""
        found = paths.read(self.members, path)
        return found if isinstance(found, list) else [] if found in (None, "") else [found]

    def joined(self, path: str) -> str:
        """Several values in one line."""
        return ", ".join(str(one) for one in self.values(path))

    def on(self, path: str) -> bool:
        return paths.read(self.members, path) is True

    def texts(self, path: str) -> dict[str, str]:
        """A text by language."""
        found = paths.read(self.members, path)
        if isinstance(found, str):
            return {self.first: found}
        return {str(tag): str(text) for tag, text in found.items()} if isinstance(found, dict) else {}

    def best(self, path: str) -> str:
        """A text in the reader's language, or the design's first."""
        texts = self.texts(path)
        return texts.get(self.language) or texts.get(self.first) or next(iter(texts.values()), "")

    def count(self, path: str) -> range:
        """The numbers of the items of a list."""
        found = paths.read(self.members, path)
        return range(len(found)) if isinstance(found, list) else range(0)

    def chosen(self, path: str, scheme: str) -> list[tuple[str, str]]:
        """What is chosen from a vocabulary: pairs of value and text."""
        return [(str(one), choices.label(scheme, one, self.language)) for one in self.values(path)]

    def error(self, path: str) -> str:
        """The fault at a field; of a field of several values, the first of any of them."""
        if path in self.faults:
            return self.faults[path]
        return next((text for where, text in self.faults.items() if where.startswith(f"{path}[")), "")

    def errors(self, path: str) -> dict[str, str]:
        """The faults of a text, by language; what is missing stands at the first one."""
        start = f"{path}."
        found = {where[len(start) :]: text for where, text in self.faults.items() if where.startswith(start)}
        return {self.first: self.faults[path], **found} if path in self.faults else found

    def body_choice(self, path: str) -> str:
        """Which profile stands there: its id, "keep" for one that is no profile of today, "" for none."""
        return self._profile(paths.read(self.members, path))

    def _profile(self, body: Any) -> str:
        if not isinstance(body, dict) or not body:
            return ""
        return next((str(one.id) for one in self.profiles if one.body == body), "keep")

    def body_options(self, path: str) -> list[tuple[str, str]]:
        """The profiles, and what stands there where that is none of them."""
        options = [(str(one.id), one.name) for one in self.profiles]
        if self.body_choice(path) == "keep":
            options.insert(0, ("keep", self.best(f"{path}.name") or "?"))
        return options

    def bodies(self, path: str) -> tuple[list[tuple[str, str]], list[str]]:
        """The same for several: what can be ticked, and what is."""
        options, ticked = [(str(one.id), one.name) for one in self.profiles], []
        for index in self.count(path):
            choice = self.body_choice(f"{path}[{index}]")
            if choice == "keep":
                choice = f"keep:{index}"
                options.append((choice, self.best(f"{path}[{index}].name") or "?"))
            ticked.append(choice)
        return options, ticked

    def note(self, path: str) -> str:
        """What to think about at a field."""
        return ""

    def notes(self, path: str, at: str = "") -> dict[str, str]:
        """The same of a text, by language."""
        return {}

    def with_own(self, path: str, options: Pairs) -> Pairs:
        """The options, and what stands there where it is none of them: a wrong value is shown, and stays."""
        known = {value for value, _ in options}
        own = [str(one) for one in self.values(path) if str(one) not in known]
        return [*options, *((one, one) for one in own)]

    def word(self, path: str, scheme: str) -> str:
        """A value of a vocabulary as the reader calls it."""
        found = self.value(path)
        return choices.label(scheme, found, self.language) if found else ""

    def body_error(self, path: str) -> str:
        """The first fault of an organisation: it is mended in its profile."""
        found = next(
            (where for where in self.faults if where == path or where.startswith((f"{path}.", f"{path}["))), ""
        )
        return faults.of_body(self.faults[found], found.removeprefix(path).strip(".")) if found else ""

    def skills(self, path: str) -> Pairs:
        """The skills of ESCO that an outcome is linked to: pairs of address and name."""
        return [
            (str(self.value(f"{path}.esco[{i}].iri")), self.best(f"{path}.esco[{i}].label"))
            for i in self.count(f"{path}.esco")
        ]

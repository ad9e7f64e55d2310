"""Every sentence that an error of ours can say on a page is known in all languages, and pages look it up."""

from __future__ import annotations

import ast
import gettext
import re
from pathlib import Path

import pytest
from django.utils import translation

from mikra import server
from mikra.errors import ConflictError, InputError
from mikra.server.web import refusals as said
from tools import refusals, words

SERVER = Path(server.__file__).parent
PUT_TOGETHER = {
    "server/actions/rate_limits.py": {"message", "fix"},  # two sentences that stand in `gettext_noop`
    "server/actions/wallet_forms.py": {"str(why)", "str(LOST)", "str(WITHOUT_STATUS)"},  # lazy sentences
    "server/actions/wallet_offers.py": {"lacks"},  # the same
    "server/actions/wallets_reading.py": {"reports[0]['en']['sentence']"},  # a verdict: `mikra.messages` has it
}
"""What is put together when it is raised, and why it is known all the same."""

SPEAKS_A_PROTOCOL = {"api", "issuing/wallet_api.py", "present/wallet.py", "refusals.py", "accounts/sign_on.py"}
_RAW = re.compile(r"\b(?:error|refused|unreadable|problem)\.(?:message|fix)\b|\b(?:row|hook|progress)\.problem\b")


def test_every_sentence_can_be_read() -> None:
    found: dict[str, set[str]] = {}
    for one in refusals.unread():
        found.setdefault(one.file, set()).add(one.text)
    assert found == PUT_TOGETHER


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_sentence_is_translated(language: str) -> None:
    with words.file_of(language).with_suffix(".mo").open("rb") as stream:
        known = gettext.GNUTranslations(stream)._catalog  # type: ignore[attr-defined]
    sentences = {sentence for _module, sentence in refusals.collected()}
    assert len(sentences) > 450
    assert sorted(one for one in sentences if not known.get(one)) == []


def test_what_is_left_out_is_there() -> None:
    """A module that was renamed is read again until somebody says otherwise."""
    assert [one for one in (*refusals.READ, *refusals.SILENT) if not (refusals.SOURCE / one).exists()] == []


def test_no_page_says_a_sentence_as_it_was_raised() -> None:
    for file in (SERVER / "web").rglob("*.py"):
        name = str(file.relative_to(SERVER / "web"))
        if any(name == one or name.startswith(f"{one}/") for one in SPEAKS_A_PROTOCOL):
            continue
        assert raised(file.read_text("utf-8")) == [], name


def raised(source: str) -> list[str]:
    """`error.message` and `error.fix` of whatever was caught, where they are read."""
    caught = {one.name for one in ast.walk(ast.parse(source)) if isinstance(one, ast.ExceptHandler) and one.name}
    return [
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and isinstance(node.ctx, ast.Load)
        if node.value.id in caught and node.attr in ("message", "fix")
    ]


def test_no_template_says_a_sentence_as_it_was_raised() -> None:
    wrong = [
        f"{file.name}: {one}"
        for file in (SERVER / "templates").rglob("*.html")
        for one in untranslated(file.read_text("utf-8"))
    ]
    assert wrong == []


def untranslated(template: str) -> list[str]:
    shown = [
        one for one in _RAW.finditer(template) if not re.match(r"\|said|\s+(?:else|%\}|or)", template[one.end() :])
    ]
    return [one[0] for one in shown if not re.search(r"(?:if|elif) $", template[: one.start()])]


def test_what_says_it_raw_is_seen() -> None:
    assert raised("try: x\nexcept E as error: f(error.message)") == ["error.message"]
    assert raised("try: x\nexcept E as error: f(said(error), error.where)") == []
    assert untranslated("<p>{{ error.message }}</p>") == ["error.message"]
    assert untranslated("{{ notice(error.fix|said) }}{% if error.fix %}x{% endif %}") == []
    assert untranslated("{{ row.problem }}") == ["row.problem"]


SOURCE = '''
FIX = {"a": "Do this.", "b": "Do that."}

def no(message, found="", *, todo=""):
    """Refuses."""
    raise InputError(message, found=found, fix=todo)

def on(words):
    return no(words, todo="Go on." if words else "Stop.")

class It:
    def act(self, kind):
        on("Through two functions.")
        fix = "Given a name."
        raise ConflictError("One." if kind else "Other.", where="place", expected="not said", fix=fix)

def table(kind):
    raise X.NotAllowedError("Plain.", fix=FIX.get(kind, ""))

def late(name):
    raise InputError(f"{name} is wrong.", fix=_("Known already."))
'''


def test_sentences_are_read_wherever_they_come_from() -> None:
    read = refusals.read(SOURCE)
    told = {text for _line, text in read.said}
    plain = {"Plain.", "Do this.", "Do that.", "One.", "Other.", "Given a name.", "Through two functions."}
    assert told == plain | {"Go on.", "Stop."}
    assert [one.text for one in read.unread] == ["f'{name} is wrong.'"]


def test_an_error_speaks_the_language_of_the_reader() -> None:
    error = ConflictError("This person works here already.", found="ana", fix="Change their roles in the list.")
    with translation.override("ro"):
        assert said.said(error) == "Această persoană lucrează deja aici. Schimbați-i rolurile în listă."
        assert "(" not in said.said(error, found=True)
        assert "ana" in said.said(error, found=True)
        assert said.message(InputError("550 5.1.1 no such user")) == "550 5.1.1 no such user"
        assert said.kept("Sealing has been stopped.\nunknown") == "Sigilarea a fost oprită. unknown"
    with translation.override("en"):
        assert said.said(error) == "This person works here already. Change their roles in the list."
    assert said.kept("") == said.message(InputError("")) == ""


def hidden(source: str) -> list[str]:
    """Words in `_()` inside an f-string: before Python 3.12 no extractor finds them."""
    inside = [node for one in ast.walk(ast.parse(source)) if isinstance(one, ast.JoinedStr) for node in ast.walk(one)]
    marks = ("_", "ngettext", "pgettext", "lazy")
    return [ast.unparse(one) for one in inside if isinstance(one, ast.Call) and getattr(one.func, "id", "") in marks]


def test_no_word_hides_in_an_f_string() -> None:
    assert [one for file in SERVER.rglob("*.py") for one in hidden(file.read_text("utf-8"))] == []
    assert hidden("x = f\"{a}: {_('Words')}\"") == ["_('Words')"]

"""What speaks against a weakness of Python, in one clause; called by `weaknesses`, and weighed by `decide.risk`.

Tools go by the name of a call or of a variable; what is around it often tells more. It takes most of the weight and
never all of it, and nothing of what production confirms. Each reader knows which tests of tools it answers, and speaks
only where every tool that told the weakness went by one of these.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

from setpoint.model.scan import CodePlace
from setpoint.scan.against.answers import is_no_page
from setpoint.scan.against.purpose import plain_purpose
from setpoint.scan.against.putting_in import is_harmless_markup, is_harmless_text
from setpoint.scan.against.reading import Reading
from setpoint.scan.against.xml import follows_nothing
from setpoint.scan.functions import Statement, assigned_name
from setpoint.scan.secrets.names import BY_NAME, example_word

COMPOSED: Final = frozenset({"bandit/B608", "ruff/S608"})
"""Tests that dislike how a statement of SQL is put together."""
MARKED: Final = frozenset({"bandit/B704", "ruff/S704", "bandit/B703", "bandit/B308", "ruff/S308"})
"""Tests that dislike text being marked as HTML."""
XML: Final = frozenset(f"{tool}{number}" for tool in ("bandit/B", "ruff/S") for number in (313, 314, 318))
"""Tests of `xml.etree` and `xml.dom.minidom`."""
PAGES: Final = frozenset({"semgrep/setpoint.python.cross-site-scripting"})
HASHES: Final = frozenset({"bandit/B303", "bandit/B324", "ruff/S303", "ruff/S324", "semgrep/setpoint.python.weak-hash"})
RANDOM: Final = frozenset({"bandit/B311", "ruff/S311"})
"""Tests of every call of `random`; our rule for semgrep goes by names itself, so what it tells keeps its weight."""


def spoken_against(code: Reading, statement: Statement, place: CodePlace, told_by: Collection[str]) -> str:
    """Empty where nothing speaks against it."""
    reads = next((each for tests, each in _READERS if tests.issuperset(told_by)), None)
    try:
        return reads(code, statement, place.file) if reads is not None else ""
    except RecursionError:  # an expression that is nested without end
        return ""


def _purpose(code: Reading, statement: Statement, file: str) -> str:
    word = plain_purpose(code, statement, file)
    return f"what it is for is called {word!r}, and nothing around it speaks of a secret" if word else ""


def _example(_: Reading, statement: Statement, __: str) -> str:
    word = example_word(assigned_name(statement))
    return f"it is called {word!r}" if word else ""


def _text(code: Reading, statement: Statement, _: str) -> str:
    return "only numbers are put in" if is_harmless_text(code, statement) else ""


def _markup(code: Reading, statement: Statement, _: str) -> str:
    return "only numbers and escaped text are put in" if is_harmless_markup(code, statement) else ""


def _answer(code: Reading, statement: Statement, _: str) -> str:
    return "browsers do not show an answer of this type as a page" if is_no_page(code, statement) else ""


def _parser(_: Reading, statement: Statement, __: str) -> str:
    is_careful = follows_nothing(statement)
    return "this parser of the standard library follows no external entities" if is_careful else ""


_READERS: Final[tuple[tuple[frozenset[str], Callable[[Reading, Statement, str], str]], ...]] = (
    (HASHES, _purpose),
    (RANDOM, _purpose),
    (BY_NAME, _example),
    (COMPOSED, _text),
    (MARKED, _markup),
    (PAGES, _answer),
    (XML, _parser),
)
"""Tests of tools, and who reads what they told."""

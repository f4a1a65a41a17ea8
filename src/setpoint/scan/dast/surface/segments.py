"""Last steps of paths that are values though they look like words: `/tags/lamps`. Called by `crawl`.

One request for each folder of pages, with a made-up last step: where a page comes that shows it, and is not what the
site answers to any address, whatever stands there is looked up. A word of the folder is such a value where its page
shows it in the same sentence; a function beside it (`/notes/new`) does not, and stays what it is.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from string import ascii_lowercase
from typing import Final

from setpoint.model.dast import Answer, Caller, KnownFrom, Operation
from setpoint.scan.dast.action_words import reason_of, verbs_of
from setpoint.scan.dast.answers import shown
from setpoint.scan.dast.naming import segments_of
from setpoint.scan.dast.surface.sighted import Sighting
from setpoint.scan.dast.surface.templates import Names, is_identifier, template_of

MAX_FOLDERS: Final = 40
"""Asked in once each; one request more tells what the site answers to any address."""

MAX_WORDS: Final = 200
"""Of one folder that are compared."""

_WORD: Final = re.compile(r"[A-Za-z0-9]+(?:[-_+][A-Za-z0-9]+)*")
"""No ending of a file, and nothing that is written in escapes."""

_LONGEST: Final = 200
"""Characters of a sentence that may show the word."""

Ask = Callable[[str, Caller], Answer | None]
"""For the page at a path below the base, as a caller."""


@dataclass(frozen=True, slots=True)
class _Page:
    path: str
    word: str
    caller: Caller
    kind: str
    """Its content type."""
    sentences: frozenset[str]
    """Which show the word, with a mark instead of it."""


class Segments:
    """Hears every page of a crawl, and asks at its end."""

    def __init__(self, ask: Ask, may_send: Callable[[Operation], str]) -> None:
        self._ask = ask
        self._may_send = may_send
        self._folders: dict[str, dict[str, _Page]] = {}
        """By the template of what stands before the word and the slash after it: its pages by their words."""
        self._everywhere: frozenset[str] | None = None

    def hear(self, path: str, query: str, caller: Caller, answer: Answer) -> None:
        """Keep in mind a page whose last step is a word; who was shown it first is asked as."""
        folder, _, word = path.rstrip("/").rpartition("/")
        is_page = answer.status == 200 and not query and _WORD.fullmatch(word) and not is_identifier(word)
        if not is_page or reason_of(verbs_of(word)):
            return
        at = template_of(folder)[0] + ("/" if path.endswith("/") else "")
        if at not in self._folders and len(self._folders) == MAX_FOLDERS:
            return
        pages = self._folders.setdefault(at, {})
        if len(pages) < MAX_WORDS:
            pages.setdefault(word, _Page(path, word, caller, _kind(answer), _sentences(answer, word)))

    def learn(self) -> tuple[Names, list[Sighting]]:
        """Words that are values, as `names_in` has them; and a page for each folder where none of its words is one."""
        names: set[tuple[str, str]] = set()
        more: list[Sighting] = []
        for pages in self._folders.values():
            first = next(iter(pages.values()))
            made_up = _made_up()
            sentences = self._shown_for(first, made_up)
            if not sentences:
                continue
            parent = template_of("/" + "/".join(segments_of(first.path)[:-1]))[0]
            alike = [word for word, page in pages.items() if not sentences.isdisjoint(page.sentences)]
            names |= {(parent, word) for word in alike}
            if not alike and len(pages) == 1:
                names.add((parent, made_up))
                more.append(Sighting("GET", _beside(first, made_up), seen_by=first.caller))
        return frozenset(names), more

    def _shown_for(self, page: _Page, made_up: str) -> frozenset[str]:
        """Sentences that show a made-up word beside this page; none where it is not looked up, or may not be asked."""
        path = _beside(page, made_up)
        if self._may_send(Operation("GET", path, known_from=frozenset({KnownFrom.GUESS}))):
            return frozenset()
        answer = self._ask(path, page.caller)
        if answer is None or not 200 <= answer.status < 300 or _kind(answer) != page.kind:
            return frozenset()
        return _sentences(answer, made_up) - self._apologies(page.caller)

    def _apologies(self, caller: Caller) -> frozenset[str]:
        """What the site says of an address that it cannot have."""
        if self._everywhere is None:
            made_up = _made_up()
            answer = self._ask(f"/{_made_up()}/{made_up}", caller)
            self._everywhere = _sentences(answer, made_up) if answer is not None else frozenset()
        return self._everywhere


def _made_up() -> str:
    """Of letters alone: many routes take nothing else."""
    return "z" + "".join(secrets.choice(ascii_lowercase) for _ in range(9))


def _beside(page: _Page, word: str) -> str:
    ending = "/" if page.path.endswith("/") else ""
    return page.path.rstrip("/").rpartition("/")[0] + f"/{word}{ending}"


def _kind(answer: Answer) -> str:
    return answer.header("content-type").partition(";")[0].strip().lower()


def _sentences(answer: Answer, word: str) -> frozenset[str]:
    """Those that show the word, however its letters and hyphens are written; a whole address counts as its word."""
    pattern = re.compile(
        r"(?:/\S{0,100}/)?(?<![A-Za-z0-9])" + re.sub(r"[-_+]", "[-_+ ]", word) + r"(?![A-Za-z0-9])", re.IGNORECASE
    )
    found: Iterator[tuple[str, int]] = (pattern.subn("{}", each) for each in shown(answer) if len(each) <= _LONGEST)
    return frozenset(text for text, count in found if count)

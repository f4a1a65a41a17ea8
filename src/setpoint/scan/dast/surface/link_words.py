"""What links say that they do, read before anything is followed. Called by `crawl` and `browser_pages`.

A link is no button, and yet people make buttons of links: "Reset everything", with a question before it. `Safety` reads
what is found here as it reads the summaries of documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from setpoint.model.dast import Answer
from setpoint.scan.dast.action_words import (
    AMBIGUOUS,
    CLEARS,
    DEPLOYS,
    DESTROYS,
    DETERMINERS,
    ENDS,
    LEADS_TO,
    PAIRS,
    graver,
    tells_of_page,
    verbs_of,
)
from setpoint.scan.dast.answers import page_of
from setpoint.scan.dast.naming import segments_of, singular
from setpoint.scan.dast.surface.pages import MAX_LINKS, home_of, joined, method_of_link
from setpoint.scan.dast.surface.sighted import Sighting, below
from setpoint.scan.dast.surface.templates import is_identifier

MAX_TEXT: Final = 100
"""Characters of what one link says: longer ones are teasers of articles."""
LONGEST_ORDER: Final = 4
"""Words of an order: `Delete all my data`. Longer texts are titles, or sentences about something."""

_OF_DIALOGS: Final = (CLEARS - {"remove"}) | {
    *("cancel", "close", "discard", "dismiss", "abort", "stop", "reject", "decline", "abbrechen", "verwerfen"),
    *("annuler", "cancelar", "upgrade", "downgrade", "bootstrap", "migration", "migrations"),
}
"""On links that only lead back (`Cancel`), show everything again (`Clear all`) or lead to prices (`Upgrade now`) ..."""
_WHOLE: Final = frozenset(
    {"database", "db", "data", "default", "defaults", "tables", "everything", "cache", "backup", "snapshot", "demo"}
    | {"application", "app", "system", "server", "users", "accounts", "installation", "site"}
    | {"datenbank", "daten", "alles", "donnees", "tout", "datos", "todo"}
)
"""... unless they say that it is about this."""

MAX_CONFIRMATION: Final = 300
"""Characters of an answer that says what was done, and no more: whoever explains it needs more of them."""
MAX_CONFIRMED_PAGE: Final = 20_000
"""Bytes of such an answer as a page."""
_PUT_BACK: Final = re.compile(
    r"\b(?:database|db|all data|all tables|everything|application|system|demo)\b[^.?:;,\"{}<>]{0,30}"
    r"\b(?:reset|re-?initiali[sz]ed|restored|re-?created|re-?seeded|rolled back"
    r"|wiped|dropped|deleted|populated|emptied)\b(?!\?)",
    re.IGNORECASE,
)

_QUESTION: Final = re.compile(r"\bconfirm\(\s*([\"'`])(.{0,100}?)\1", re.DOTALL)
_ASKS: Final = ("data-confirm", "data-turbo-confirm", "data-confirm-message", "hx-confirm")
"""Attributes by which frameworks ask before a link is followed (Rails, Turbo, htmx, Yii)."""


class LinkWords:
    """What links of a site say of the addresses that they lead to."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._said: dict[tuple[str, str], str] = {}

    def read(self, page: Any, url: str) -> Iterator[Sighting]:
        """Keep in mind what its links say; those that are sent as forms are, and so lead nowhere."""
        if page is None:
            return
        home = home_of(page, url)
        for element in islice(page.iter("a", "area"), MAX_LINKS):
            address = joined(home, element.get("href") or "") if element.get("href") else ""
            at = below(self._base, address) if address and address != url.partition("#")[0] else None
            if at is None:
                continue  # it leads elsewhere, or nowhere: a script waits for it
            method, says = method_of_link(element), _order(element, address)
            if method != "GET":
                yield Sighting(method, *at, label=says)
            elif says:
                self._said[at] = graver(self._said.get(at, ""), says)

    def hear(self, path: str, query: str, answer: Answer) -> bool:
        """Whether a short answer says that all was put back: from then on that is what its address says."""
        body = answer.body[: MAX_CONFIRMATION + 1]
        page = page_of(answer) if len(answer.body) <= MAX_CONFIRMED_PAGE else None
        text = " ".join((page.text_content() if page is not None else body.decode(errors="replace")).split())
        if answer.status >= 300 or len(text) > MAX_CONFIRMATION or _PUT_BACK.search(text) is None:
            return False
        self._said[path, query] = "Resets something, as its answer says"
        return True

    def labelled(self, sighting: Sighting) -> Sighting:
        """With what links to it say: of several the gravest."""
        said = "" if sighting.form or sighting.method != "GET" else self._said.get((sighting.path, sighting.query), "")
        return replace(sighting, label=said) if said else sighting


def _order(link: Any, address: str) -> str:
    """What it says that it does; a question before it says so, too: only what changes something is asked about."""
    whole = " ".join("".join(link.itertext()).split())
    texts = [whole, link.get("title") or "", link.get("aria-label") or ""]
    texts += [each.get("alt") or "" for each in link.iter("img")]
    order = graver(*(each for each in texts if _is_order(each, address)))
    question = _question(link)
    return " ".join(filter(None, (order, f"Confirm: {question}" if question else "")))


def _question(link: Any) -> str:
    told = next((value for each in _ASKS if (value := link.get(each))), "")
    asked = _QUESTION.search(link.get("onclick") or "")
    question = told or (asked[2] if asked else "")
    return "" if LEADS_TO & set(verbs_of(question)) else question[:MAX_TEXT]


def _is_order(text: str, address: str) -> bool:
    """Whether it begins with what it does, and is no title of what it leads to."""
    words = verbs_of(text[:MAX_TEXT])
    if not words or len(words) > LONGEST_ORDER or tells_of_page(words):
        return False
    if words[0] in ENDS or "".join(words[:2]) in PAIRS | ENDS:
        return True
    rest = set(words[1:])
    if words[0] not in DESTROYS | DEPLOYS:
        return False
    if words[0] in AMBIGUOUS | _OF_DIALOGS:
        return bool(rest & _WHOLE)
    return not rest or not _names_object(address) or bool(rest & _beside_verbs(address))


def _names_object(address: str) -> bool:
    """Whether it leads to one of many, which people give titles: `/films/7` may be called `Kill Bill`."""
    at = urlsplit(address)
    last = segments_of(at.path)[-1:]
    return any(map(is_identifier, last)) or any(is_identifier(value) for _, value in parse_qsl(at.query))


def _beside_verbs(address: str) -> frozenset[str]:
    """Words that follow a verb in an order about an object: `Delete this note`."""
    named = {word for each in segments_of(urlsplit(address).path) for word in verbs_of(each)}
    return DETERMINERS | {"this", "that"} | named | {singular(each) for each in named}

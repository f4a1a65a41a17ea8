"""What a crawl in the browser is given, and what it finds. Shared by the modules of `browser`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from setpoint.model.dast import Operation
from setpoint.scan.dast.interface import Accounts, Sender
from setpoint.scan.dast.surface.link_words import LinkWords
from setpoint.scan.dast.surface.sighted import Sighting, Sightings, below

MAX_SIGHTINGS: Final = 2_000
"""Of each kind: no site has more operations, and a page may make them up without end."""


@dataclass(frozen=True, slots=True)
class BrowserLimits:
    """Of what one caller does, if nothing else is said."""

    pages: int = 30
    seconds: float = 300.0
    page_seconds: float = 20.0
    requests: int = 100
    """Of one page."""
    clicks: int = 12
    """On one page."""
    quiet: float = 0.5
    """Seconds without an answer after which a page is at rest, as browsers' own tools have it."""


@dataclass(frozen=True, slots=True)
class Site:
    base: str
    """What its operations are below."""
    sender: Sender
    accounts: Accounts
    may_send: Callable[[Operation], str]
    limits: BrowserLimits
    words: LinkWords
    """What its links say that they do."""

    def holds(self, url: str) -> bool:
        """Whether it is of its host, below the base or beside it."""
        return below(self.origin, url) is not None

    @property
    def origin(self) -> str:
        scheme, _, rest = self.base.partition("://")
        return f"{scheme}://{rest.partition('/')[0]}"


@dataclass(slots=True)
class Findings:
    """All that pages offered, to whomever."""

    calls: list[Sighting] = field(default_factory=list)
    """Requests of scripts."""
    pages: list[Sighting] = field(default_factory=list)
    """Addresses and forms."""
    submissions: list[Sighting] = field(default_factory=list)
    """Forms as they were sent: a form that was read says more of its fields."""
    present: set[tuple[str, str]] = field(default_factory=set)
    """Path and query of what some caller got something from, were it a refusal, ..."""
    absent: set[tuple[str, str]] = field(default_factory=set)
    """... and of what some caller was told is not there."""
    remarks: dict[str, None] = field(default_factory=dict)
    _noted: set[tuple[object, ...]] = field(default_factory=set)

    def note_page(self, sighting: Sighting) -> None:
        """An address or a form, which is read again after each button."""
        names = tuple(each.name for each in sighting.form.fields) if sighting.form else None
        at = (sighting.method, sighting.path, sighting.query, sighting.page, sighting.seen_by, names)
        if len(self.pages) < MAX_SIGHTINGS and at not in self._noted:
            self._noted.add(at)
            self.pages.append(sighting)

    def note_call(self, sighting: Sighting) -> None:
        if len(self.calls) < MAX_SIGHTINGS and sighting not in self.calls:
            self.calls.append(sighting)

    def note_submission(self, sighting: Sighting) -> None:
        if len(self.submissions) < MAX_SIGHTINGS:
            self.submissions.append(sighting)

    def note_status(self, sighting: Sighting, status: int) -> None:
        (self.absent if status in (404, 410) else self.present).add((sighting.path, sighting.query))

    def operations(self, words: LinkWords) -> tuple[Operation, ...]:
        """Of what is there. What a script sent counts more than the form that it stands in for."""
        absent = self.absent - self.present
        forms = {(each.method, each.path) for each in self.pages if each.form}
        submissions = [each for each in self.submissions if (each.method, each.path) not in forms]
        found = [*self.calls, *self.pages, *submissions]
        return Sightings(
            [
                words.labelled(each)
                for each in found
                if each.method != "GET" or each.form or (each.path, each.query) not in absent
            ]
        ).operations()

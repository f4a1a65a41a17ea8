"""Asking, as nobody, for addresses that the target did not tell of. Called by the checks that look for files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from urllib.parse import quote, urlsplit

from setpoint.model.dast import Exchange, KnownFrom, Operation, Profile, Sent
from setpoint.scan.dast.absent import Absences
from setpoint.scan.dast.answers import is_success, page_of
from setpoint.scan.dast.checks.configuration.hosts import pointed_to, root_of
from setpoint.scan.dast.checks.configuration.visits import visits
from setpoint.scan.dast.interface import Workbench

_ADDRESSES: Final = ("href", "src", "action", "data", "poster")
MOST_ADDRESSES: Final = 500
"""That are read out of pages: more of them tell no other folders."""


@dataclass(frozen=True)
class Probes:
    bench: Workbench

    @cached_property
    def absences(self) -> Absences:
        return Absences(self.bench.sender.send)

    @property
    def are_allowed(self) -> bool:
        """No visitor's browser asks for what no page tells of."""
        return self.bench.profile is not Profile.PASSIVE

    @cached_property
    def roots(self) -> tuple[str, ...]:
        """Paths of folders that a service may be rooted at, with a slash at their end: the host's, and its own."""
        own = urlsplit(self.bench.surface.base).path.rstrip("/") + "/"
        return tuple(dict.fromkeys(("/", own)))

    def asked(self, path: str, method: str = "GET") -> Exchange | None:
        """`path`: from the root of the host. None where the profile or the operator leaves it out."""
        own = urlsplit(self.bench.surface.base).path
        inner = path.removeprefix(own) if path.startswith(f"{own}/") else path
        if self.bench.may_send(Operation(method, inner, known_from=frozenset({KnownFrom.GUESS}))):
            return None
        return self.bench.sender.send(Sent(method, root_of(self.bench.surface.base) + quote(path, safe="/%~.")))

    def found(self, path: str) -> Exchange | None:
        """The answer, where there is one and it is a success; whether it is worth anything `absences` tells."""
        exchange = self.asked(path)
        return exchange if is_success(exchange) else None

    @cached_property
    def documented(self) -> frozenset[str]:
        """Paths, from the root of the host, that the operator's own document tells of: they are meant to be there."""
        own = urlsplit(self.bench.surface.base).path
        known = (each for each in self.bench.surface.operations if KnownFrom.DOCUMENT in each.known_from)
        return frozenset(own + each.path for each in known)

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """From the root of the host: what the surface has, without what differs, and what its pages point to."""
        own = urlsplit(self.bench.surface.base).path
        found = dict.fromkeys(own + each.path for each in self.bench.surface.operations if each.method == "GET")
        for visit in visits(self.bench, "GET"):
            if len(found) < MOST_ADDRESSES:
                found |= dict.fromkeys(_addresses(visit.exchange))
        return tuple(found)

    @cached_property
    def folders(self) -> tuple[str, ...]:
        """Those above the paths that are known, nearest to the root first; none whose name differs."""
        above = {
            "/".join(steps[:count]) + "/"
            for path in self.paths
            if (steps := path.partition("{")[0].rpartition("/")[0].split("/"))
            for count in range(2, len(steps) + 1)
        }
        return tuple(sorted(above, key=lambda each: (each.count("/"), each)))


def _addresses(exchange: Exchange) -> Iterator[str]:
    """Paths on the target's own host that a page points to."""
    page = page_of(exchange.answer) if exchange.answer is not None else None
    if page is None:
        return
    host = urlsplit(exchange.sent.url).netloc
    for element in page.iter():
        for value in (element.get(name) for name in _ADDRESSES if isinstance(element.tag, str)):
            parts = pointed_to(exchange.sent.url, value) if value else None
            if parts is not None and parts.netloc == host and parts.path.startswith("/"):
                yield parts.path

"""What an agent inside of the target saw the values of our requests reach. Called by checks that send them.

Values that mean nothing are enough: the agent tells where they end up, and attacks nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from setpoint.model.canonical import Json
from setpoint.model.dast import Exchange
from setpoint.scan.dast.checks.probing import Place, places, request
from setpoint.scan.dast.interface import Workbench


@dataclass(frozen=True, slots=True)
class Witnessed:
    """A part's own value, seen in a weak place."""

    place: Place
    kind: str
    """As the agent calls the weakness: `sql-injection`."""
    sink: str
    exchange: Exchange
    where: str
    """File and line of who called the sink; empty where the agent does not say."""

    @property
    def told(self) -> str:
        at = f" at {self.where}" if self.where else ""
        return f"the agent inside saw the value reach {self.sink or 'the weak place'}{at}"


def witnessed(bench: Workbench) -> Sequence[Witnessed]:
    """Of every place; one request for each, sent once in a scan. Empty where no agent tells."""
    if bench.evidence is None:
        return ()
    if "witnessed" not in bench.kept:
        bench.kept["witnessed"] = _witnessed(bench)
    found: Sequence[Witnessed] = bench.kept["witnessed"]
    return found


def seen_inside(bench: Workbench, kind: str) -> Mapping[tuple[str, str], Witnessed]:
    """Operation's key and part as a fault names it → what was seen there of this kind."""
    return {(each.place.operation.key, each.place.told): each for each in witnessed(bench) if each.kind == kind}


def _witnessed(bench: Workbench) -> tuple[Witnessed, ...]:
    """All are sent before the agent is asked of the first: it tells some seconds later, of many at once."""
    evidence = bench.evidence
    if evidence is None:
        return ()
    sent: list[tuple[Place, Exchange, str]] = []
    for place in places(bench):
        marked, marker = evidence.marked(request(bench, place, place.value))
        sent.append((place, bench.sender.send(marked), marker))
    found: list[Witnessed] = []
    for place, exchange, marker in sent:
        found += [
            Witnessed(place, str(told.get("type", "")), str(told.get("sink", "")), exchange, _at(told))
            for told in evidence.of(marker)
            if _is_of(place, told)
        ]
    return tuple(found)


def _is_of(place: Place, told: Mapping[str, Json]) -> bool:
    """A request carries values in all of its parts: what an agent tells of another one is left to that one."""
    names = {str(each.get("name", "")) for each in told.get("origins") or () if isinstance(each, Mapping)}
    own = place.part.name.rpartition("/")[2]
    return own in {part for name in names for part in (name, name.rpartition(".")[2], name.rpartition("/")[2])}


def _at(told: Mapping[str, Json]) -> str:
    """Frames go from the route's function to the caller of the sink."""
    frames = told.get("frames") or ()
    last = frames[-1] if isinstance(frames, Sequence) and frames else {}
    return f"{last.get('file')}:{last.get('line')}" if isinstance(last, Mapping) and last.get("file") else ""

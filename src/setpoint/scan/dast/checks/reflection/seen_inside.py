"""Values that an agent inside saw reach a file's path, an outbound call, a header, a log or a page.

Also what no answer shows: a line of a log (CWE-117), or the text of a pattern (CWE-1333).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from setpoint.model.dast import Certainty, Fault, PlannedRequest
from setpoint.scan.dast.checks.fault_kind import FaultKind
from setpoint.scan.dast.checks.probing import parts_to_probe
from setpoint.scan.dast.checks.reflection.weaknesses import (
    ARCHIVE,
    ENTITIES,
    FORGERY,
    LOG,
    PATTERN,
    REFLECTED,
    SPLITTING,
    TRAVERSAL,
)
from setpoint.scan.dast.checks.witnessed import witnessed
from setpoint.scan.dast.interface import Workbench

WEAKNESSES: Final[Mapping[str, FaultKind]] = {
    "archive-traversal": ARCHIVE,
    "cross-site-scripting": REFLECTED,
    "header-injection": SPLITTING,
    "log-injection": LOG,
    "path-traversal": TRAVERSAL,
    "regex-injection": PATTERN,
    "server-side-request-forgery": FORGERY,
    "xml-external-entities": ENTITIES,
}
"""By what the agent calls them."""


class SeenInside:
    """Values that an agent inside saw reach a path, an outbound call, a header, a log or a page."""

    name = "seen-inside"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        for operation in bench.surface.operations if bench.evidence else ():
            if not bench.may_send(operation) and (parts := parts_to_probe(operation)):
                yield PlannedRequest(operation.key, self.name, "", len(parts))

    def run(self, bench: Workbench) -> Iterator[Fault]:
        for each in witnessed(bench):
            if weakness := WEAKNESSES.get(each.kind):
                yield weakness.fault(each.place, Certainty.CONFIRMED, [each.exchange], each.told)

"""Documents of APIs that the operator did not name, and that tell of operations that he did not. Listed in `checks`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import Answer, Certainty, Exchange, Fault, KnownFrom, PlannedRequest
from setpoint.model.policy import Severity
from setpoint.scan.dast.answers import json_of
from setpoint.scan.dast.checks.configuration.probes import Probes
from setpoint.scan.dast.interface import Workbench

_USUAL: Final = (
    "openapi.json",
    "swagger.json",
    "api-docs",
    "v3/api-docs",
    "v2/api-docs",
    "swagger/v1/swagger.json",
    "api/openapi.json",
    "api/swagger.json",
    "docs/openapi.json",
    "internal/openapi.json",
    "admin/openapi.json",
)
_FEW: Final = 5
"""Operations that are named in a message."""

_VARIABLE: Final = re.compile(r"\{[^}]*\}")


class ApiDocuments:
    """Documents of APIs that tell of more than the operator's."""

    name = "api-documents"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        if Probes(bench).are_allowed:
            yield PlannedRequest("GET *", self.name, "", len(_USUAL) * len(Probes(bench).roots))

    def run(self, bench: Workbench) -> Iterator[Fault]:
        probes = Probes(bench)
        if not probes.are_allowed:
            return
        known = {
            _VARIABLE.sub("{}", each.path) for each in bench.surface.operations if KnownFrom.DOCUMENT in each.known_from
        }
        for address in (root + name for root in probes.roots for name in _USUAL):
            exchange = probes.found(address)
            if exchange is None or exchange.answer is None or address in probes.documented:
                continue
            # a document may count its paths from the host's root, or from wherever the service is rooted
            paths = _paths(exchange.answer)
            new = sorted(path for path in paths if not any(path.endswith(one) or one.endswith(path) for one in known))
            if new:
                yield _fault(address, new, exchange)


def _paths(answer: Answer) -> set[str]:
    """Templates of an OpenAPI or Swagger document, their variables without names."""
    document: Json = json_of(answer)
    if not isinstance(document, dict) or not {"openapi", "swagger"} & set(document):
        return set()
    paths = document.get("paths")
    return {_VARIABLE.sub("{}", path) for path in paths} if isinstance(paths, dict) else set()


def _fault(path: str, new: list[str], exchange: Exchange) -> Fault:
    return Fault(
        kind="exposed-api-document",
        cwe=497,
        owasp="API9:2023",
        severity=Severity.LOW,
        certainty=Certainty.OBSERVED,
        method="GET",
        path=path,
        message=f"{path} tells anybody of operations that the document given for this scan does not have; take the"
        " document off, or name them in it",
        proof=(exchange,),
        difference=f"it has {', '.join(new[:_FEW])}{' and others' if len(new) > _FEW else ''}",
    )

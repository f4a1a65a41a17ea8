"""What is affected, as a VEX document of CycloneDX 1.6: who may run what, and what is known of whether it matters.

https://cyclonedx.org/docs/1.6/json/#vulnerabilities; `setpoint affected --format vex` prints it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from setpoint import __version__
from setpoint.cli.vex_states import State, place_of, states_of
from setpoint.loop.affected import AffectedAnswer
from setpoint.model.canonical import Json
from setpoint.model.inventory import Flaw, Hit
from setpoint.model.policy import Severity

_SEVERITIES: Final = {
    Severity.CRITICAL: "critical",
    Severity.HIGH: "high",
    Severity.MEDIUM: "medium",
    Severity.LOW: "low",
}


def vex_of(answer: AffectedAnswer) -> Json:
    """One component for each service with the packages in question in it; one statement for each state of a flaw."""
    by_service: defaultdict[str, list[Hit]] = defaultdict(list)
    for hit in answer.hits:
        by_service[hit.instance.service].append(hit)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "tools": {"components": [{"type": "application", "name": "setpoint", "version": __version__}]},
            "properties": [
                {"name": "setpoint:asked", "value": answer.title},
                # What no bill is known of is in no statement, and may be affected all the same.
                {"name": "setpoint:instances-without-bill", "value": str(answer.unknown)},
            ],
        },
        "components": [_service(name, hits) for name, hits in sorted(by_service.items())],
        "vulnerabilities": [
            statement
            for flaw in answer.flaws or (Flaw(answer.title, (), (), "", Severity.INFO),)
            for statement in _statements(flaw, answer.hits)
        ],
    }


def _service(name: str, hits: list[Hit]) -> Json:
    packages = {place_of(each)[1]: each for each in hits}
    return {
        "type": "application",
        "bom-ref": f"service:{name}",
        "name": name,
        "components": [
            {
                "type": "library",
                "bom-ref": _reference(name, component),
                "name": one.package.name,
                "version": one.version,
                **({"purl": one.purl} if one.purl else {}),
            }
            for component, one in sorted(packages.items())
        ],
    }


def _statements(flaw: Flaw, hits: Iterable[Hit]) -> list[Json]:
    stated: defaultdict[tuple[State, str], list[str]] = defaultdict(list)
    for (service, component), told in states_of(flaw, hits).items():
        stated[told].append(_reference(service, component))
    return [
        {
            "bom-ref": f"{flaw.id}#{number}",
            "id": flaw.id,
            **({"description": flaw.summary} if flaw.summary else {}),
            "references": [
                {"id": each, "source": {"name": each.partition("-")[0]}} for each in flaw.names if each != flaw.id
            ],
            "ratings": [{"severity": _SEVERITIES.get(flaw.severity, "unknown")}],
            "analysis": {
                "state": state.name.lower(),
                **({"justification": "code_not_reachable"} if state is State.NOT_AFFECTED else {}),
                "detail": detail,
            },
            "affects": [{"ref": each} for each in sorted(references)],
        }
        for number, ((state, detail), references) in enumerate(sorted(stated.items(), reverse=True), start=1)
    ]


def _reference(service: str, component: str) -> str:
    return f"service:{service}/{component}"

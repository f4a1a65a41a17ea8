"""What is affected, as a VEX document of CycloneDX 1.6: who may run what, and what is known of whether it matters.

https://cyclonedx.org/docs/1.6/json/#vulnerabilities; `setpoint affected --format vex` prints it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from enum import IntEnum
from typing import Final

from setpoint import __version__
from setpoint.loop.affected import AffectedAnswer
from setpoint.model.canonical import Json
from setpoint.model.inventory import Flaw, Hit, Reached
from setpoint.model.policy import Severity

_SEVERITIES: Final = {
    Severity.CRITICAL: "critical",
    Severity.HIGH: "high",
    Severity.MEDIUM: "medium",
    Severity.LOW: "low",
}


class _State(IntEnum):
    """Of the analysis; what is worse is greater."""

    NOT_AFFECTED = 1
    IN_TRIAGE = 2
    EXPLOITABLE = 3


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
    packages = sorted({(each.package.name, each.version, each.purl) for each in hits})
    return {
        "type": "application",
        "bom-ref": f"service:{name}",
        "name": name,
        "components": [
            {
                "type": "library",
                "bom-ref": _reference(name, package, version, purl),
                "name": package,
                "version": version,
                **({"purl": purl} if purl else {}),
            }
            for package, version, purl in packages
        ],
    }


def _statements(flaw: Flaw, hits: Iterable[Hit]) -> list[Json]:
    """Of several instances of a service, the worst counts: what holds for one is not said of all."""
    worst: dict[str, tuple[_State, str]] = {}
    for hit in hits:
        if hit.advisories and not set(hit.advisories) & set(flaw.advisories):
            continue
        reference = _reference(hit.instance.service, hit.package.name, hit.version, hit.purl)
        worst[reference] = max(worst.get(reference, (_State.NOT_AFFECTED, "")), _state(hit))
    stated: defaultdict[tuple[_State, str], list[str]] = defaultdict(list)
    for reference, told in worst.items():
        stated[told].append(reference)
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
                **({"justification": "code_not_reachable"} if state is _State.NOT_AFFECTED else {}),
                "detail": detail,
            },
            "affects": [{"ref": each} for each in sorted(references)],
        }
        for number, ((state, detail), references) in enumerate(sorted(stated.items(), reverse=True), start=1)
    ]


def _state(hit: Hit) -> tuple[_State, str]:
    """Nothing is said to be unaffected but what an agent that watches from the start never saw loaded."""
    if hit.could_not_compare:
        return _State.IN_TRIAGE, f"the version {hit.version!r} could not be compared"
    if hit.reached is Reached.NOT_LOADED:
        return _State.NOT_AFFECTED, "never loaded, as the agent inside saw it from the start"
    if hit.reached is Reached.SYMBOL:
        return _State.EXPLOITABLE, "functions that the advisory names were seen to run"
    accepted = f"; accepted by {hit.waived_by}" if hit.waived_by else ""
    seen = "no agent tells whether it is loaded" if hit.reached is Reached.UNKNOWN else hit.reached
    return _State.IN_TRIAGE, f"{seen}{accepted}"


def _reference(service: str, package: str, version: str, purl: str) -> str:
    return f"service:{service}/{purl or f'{package}@{version}'}"

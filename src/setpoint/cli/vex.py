"""What is affected, as a VEX document of CycloneDX 1.6: who may run what, and what is known of whether it matters.

https://cyclonedx.org/docs/1.6/json/#vulnerabilities; `setpoint affected --format vex` prints it.
"""

from __future__ import annotations

from collections import defaultdict

from setpoint import __version__
from setpoint.loop.affected import AffectedAnswer
from setpoint.model.canonical import Json
from setpoint.model.inventory import Flaw, Hit, Reached
from setpoint.model.policy import Severity

_SEVERITIES = {Severity.CRITICAL: "critical", Severity.HIGH: "high", Severity.MEDIUM: "medium", Severity.LOW: "low"}


def vex_of(answer: AffectedAnswer) -> Json:
    """One component for each service with the packages in question in it; one statement for each state of a flaw."""
    by_service: defaultdict[str, list[Hit]] = defaultdict(list)
    for hit in answer.hits:
        by_service[hit.instance.service].append(hit)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"tools": {"components": [{"type": "application", "name": "setpoint", "version": __version__}]}},
        "components": [_service(name, hits) for name, hits in sorted(by_service.items())],
        "vulnerabilities": _vulnerabilities(answer),
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


def _vulnerabilities(answer: AffectedAnswer) -> list[Json]:
    stated: defaultdict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for hit in answer.hits:
        state, detail = _state(hit)
        reference = _reference(hit.instance.service, hit.package.name, hit.version, hit.purl)
        stated[state, detail][reference] = None
    flaws = answer.flaws or (Flaw(answer.title, (), (), "", Severity.INFO),)
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
                "state": state,
                **({"justification": "code_not_reachable"} if state == "not_affected" else {}),
                "detail": detail,
            },
            "affects": [{"ref": each} for each in references],
        }
        for flaw in flaws
        for number, ((state, detail), references) in enumerate(sorted(stated.items()), start=1)
    ]


def _state(hit: Hit) -> tuple[str, str]:
    """Nothing is said to be unaffected but what an agent that watches from the start never saw loaded."""
    if hit.could_not_compare:
        return "in_triage", f"the version {hit.version!r} could not be compared"
    if hit.reached is Reached.NOT_LOADED:
        return "not_affected", "never loaded, as the agent inside saw it from the start"
    if hit.reached is Reached.SYMBOL:
        return "exploitable", "functions that the advisory names were seen to run"
    accepted = f"; accepted by {hit.waived_by}" if hit.waived_by else ""
    return "in_triage", f"{hit.reached}{accepted}"


def _reference(service: str, package: str, version: str, purl: str) -> str:
    return f"service:{service}/{purl or f'{package}@{version}'}"

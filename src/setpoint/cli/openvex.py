"""What is affected, as a document of OpenVEX 0.2.0: what is known of whether each flaw matters, service by service.

https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md; `setpoint affected --format openvex` prints it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from setpoint import __version__
from setpoint.loop.affected import AffectedAnswer
from setpoint.model.canonical import Json, digest
from setpoint.model.inventory import Flaw, Hit, Reached
from setpoint.model.policy import Severity
from setpoint.model.urn import Urn

CONTEXT: Final = "https://openvex.dev/ns/v0.2.0"


def openvex_of(answer: AffectedAnswer, at: datetime) -> Json:
    """One statement for each flaw and status, about the services and what of them it concerns."""
    statements = _statements(answer)
    return {
        "@context": CONTEXT,
        # The same for the same statements, whenever they are made.
        "@id": f"urn:uuid:{uuid5(NAMESPACE_URL, digest(statements))}",
        "author": "setpoint",
        "timestamp": at.isoformat(),
        "version": 1,
        "tooling": f"setpoint {__version__}",
        "statements": statements,
    }


def _statements(answer: AffectedAnswer) -> list[Json]:
    concerned: defaultdict[tuple[tuple[str, str], ...], dict[tuple[str, str], None]] = defaultdict(dict)
    for hit in answer.hits:
        said = tuple(sorted(_status(hit).items()))
        component = hit.purl or f"{hit.package}@{hit.version}"
        concerned[said][hit.instance.service, component] = None
    flaws = answer.flaws or (Flaw(answer.title, (), (), "", Severity.INFO),)
    return [
        {"vulnerability": _vulnerability(flaw), "products": _products(places), **dict(said)}
        for flaw in flaws
        for said, places in sorted(concerned.items())
    ]


def _status(hit: Hit) -> dict[str, str]:
    """Nothing is said to be unaffected but what an agent that watches from the start never saw loaded."""
    if hit.could_not_compare:
        return _looked_into(f"the version {hit.version!r} could not be compared")
    if hit.reached is Reached.NOT_LOADED:
        return {
            "status": "not_affected",
            "justification": "vulnerable_code_not_in_execute_path",
            "impact_statement": "never loaded, as the agent inside saw it from the start",
        }
    if hit.reached is Reached.SYMBOL:
        fixed = f"update to {' or '.join(hit.fixed)}" if hit.fixed else "no version is known in which it is fixed"
        return {
            "status": "affected",
            "status_notes": "functions that the advisory names were seen to run",
            "action_statement": fixed,
        }
    accepted = f"; accepted by {hit.waived_by}" if hit.waived_by else ""
    return _looked_into(f"{hit.reached}{accepted}")


def _looked_into(why: str) -> dict[str, str]:
    return {"status": "under_investigation", "status_notes": why}


def _vulnerability(flaw: Flaw) -> Json:
    return {
        "name": flaw.id,
        **({"description": flaw.summary} if flaw.summary else {}),
        **({"aliases": aliases} if (aliases := [each for each in flaw.names if each != flaw.id]) else {}),
    }


def _products(places: Mapping[tuple[str, str], None]) -> list[Json]:
    of_service: defaultdict[str, list[str]] = defaultdict(list)
    for service, component in sorted(places):
        of_service[service].append(component)
    return [
        {"@id": Urn.service(service), "subcomponents": [{"@id": each} for each in components]}
        for service, components in of_service.items()
    ]

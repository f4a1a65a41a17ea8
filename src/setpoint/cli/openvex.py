"""What is affected, as a document of OpenVEX 0.2.0: what is known of whether each flaw matters, service by service.

https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md; `setpoint affected --format openvex` prints it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, assert_never
from uuid import NAMESPACE_URL, uuid5

from setpoint import __version__
from setpoint.cli.vex_states import Place, State, is_of, place_of, states_of
from setpoint.loop.affected import AffectedAnswer
from setpoint.model.canonical import Json, digest
from setpoint.model.inventory import Flaw, Hit
from setpoint.model.policy import Severity
from setpoint.model.urn import Urn

CONTEXT: Final = "https://openvex.dev/ns/v0.2.0"

Said = tuple[State, str, tuple[str, ...]]
"""A state, why, and the versions in which it is fixed."""


def openvex_of(answer: AffectedAnswer, at: datetime) -> Json:
    """One statement for each state of a flaw, about the services and what of them it concerns."""
    flaws = answer.flaws or (Flaw(answer.title, (), (), "", Severity.INFO),)
    statements = [each for flaw in flaws for each in _statements(flaw, answer.hits)]
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


def _statements(flaw: Flaw, hits: Sequence[Hit]) -> list[Json]:
    fixed = {place_of(each): each.fixed for each in hits if is_of(each, flaw)}
    stated: defaultdict[Said, list[Place]] = defaultdict(list)
    for place, (state, why) in states_of(flaw, hits).items():
        stated[state, why, fixed[place]].append(place)
    return [
        {"vulnerability": _vulnerability(flaw), "products": _products(places), **_status(*said)}
        for said, places in sorted(stated.items(), reverse=True)
    ]


def _status(state: State, why: str, fixed: tuple[str, ...]) -> dict[str, str]:
    match state:
        case State.EXPLOITABLE:
            update = f"update to {' or '.join(fixed)}" if fixed else "no version is known in which it is fixed"
            return {"status": "affected", "status_notes": why, "action_statement": update}
        case State.IN_TRIAGE:
            return {"status": "under_investigation", "status_notes": why}
        case State.NOT_AFFECTED:
            reason = "vulnerable_code_not_in_execute_path"
            return {"status": "not_affected", "justification": reason, "impact_statement": why}
        case _:
            assert_never(state)


def _vulnerability(flaw: Flaw) -> Json:
    aliases = [each for each in flaw.names if each != flaw.id]
    return {
        "name": flaw.id,
        **({"description": flaw.summary} if flaw.summary else {}),
        **({"aliases": aliases} if aliases else {}),
    }


def _products(places: Iterable[Place]) -> list[Json]:
    of_service: defaultdict[str, list[str]] = defaultdict(list)
    for service, component in sorted(places):
        of_service[service].append(component)
    return [
        {"@id": Urn.service(service), "subcomponents": [{"@id": each} for each in components]}
        for service, components in of_service.items()
    ]

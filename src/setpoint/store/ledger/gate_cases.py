"""What the gate's decisions were made from, beside them. `writer.py` and `reader.py` call this, inside transactions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, func, insert, select

from setpoint.errors import LedgerError
from setpoint.model.canonical import Json
from setpoint.model.circumstances import Circumstances
from setpoint.model.history import GateCase, Lost, PastGate
from setpoint.model.policy import Stage
from setpoint.model.resource import Resource
from setpoint.model.service import DataClass, Exposure, Release, Service, Tier
from setpoint.model.urn import Urn
from setpoint.store.ledger import codec, states
from setpoint.store.ledger.states import Kept
from setpoint.store.ledger.tables import decisions, gate_cases, gate_states

PAGE: Final = 50
"""Cases whose documents are in memory at one time: a service has tens of resources."""

_OF_RELEASES: Final = ("release:", "release;")
"""The subjects of the gate's decisions stand from the first text to the second one: the index serves them."""


def record(connection: Connection, case: GateCase, at: datetime) -> None:
    """Of the decision that was written last in this transaction."""
    of_release = decisions.c.subject == case.release.urn
    decision = connection.execute(select(func.max(decisions.c.id)).where(of_release)).scalar_one()
    row = {"decision": decision, "scope": case.scope, "at": at, "document": _encode(case)}
    connection.execute(insert(gate_cases).values(row))
    judged = [(each.urn, states.of_resource(each)) for each in case.resources]
    states.keep(connection, (document for _, document in judged))
    if judged:
        rows = [
            {"decision": decision, "place": place, "urn": urn, "state": document.digest}
            for place, (urn, document) in enumerate(judged)
        ]
        connection.execute(insert(gate_states), rows)


def read(
    connection: Connection, since: datetime, until: datetime | None, service: str | None
) -> Iterator[PastGate | Lost]:
    """Every decision of the gate from `since` to `until`, oldest first."""
    first, after_last = _OF_RELEASES
    if service is not None:
        first = Urn.release(service, "")
        after_last = first[:-1] + chr(ord(first[-1]) + 1)
    columns = (decisions.c.id, decisions.c.subject, decisions.c.at, decisions.c.document)
    wanted: Select[Any] = (
        select(*columns, gate_cases.c.document.label("judged_from"), gate_cases.c.scope)
        .join(gate_cases, gate_cases.c.decision == decisions.c.id, isouter=True)
        .where(decisions.c.subject >= first, decisions.c.subject < after_last, decisions.c.at >= since)
        .order_by(decisions.c.id)
    )
    if until is not None:
        wanted = wanted.where(decisions.c.at <= until)
    for page in connection.execute(wanted.execution_options(yield_per=PAGE)).partitions():
        yield from _read_page(connection, page)


def _read_page(connection: Connection, rows: Sequence[Row[Any]]) -> Iterator[PastGate | Lost]:
    judged: dict[int, list[Row[Any]]] = {row.id: [] for row in rows}
    of_these = select(gate_states).where(gate_states.c.decision.in_(list(judged)))
    for state in connection.execute(of_these.order_by(gate_states.c.decision, gate_states.c.place)):
        judged[state.decision].append(state)
    kept = Kept.load(connection, (state.state for each in judged.values() for state in each))
    for row in rows:
        try:
            yield _past(row, judged[row.id], kept)
        except LedgerError as error:
            yield Lost(Urn(row.subject), row.at, error.what)


def _past(row: Row[Any], judged: Sequence[Row[Any]], kept: Kept) -> PastGate:
    if row.judged_from is None:
        raise LedgerError("what it was decided from was not recorded")
    decided = codec.decode_decision(row.document)
    resources = (kept.resource(Urn(each.urn), each.state) for each in judged)
    judged_of = tuple(each for each in resources if each is not None)
    case = _decode(row.judged_from, row.scope, decided.stage, judged_of)
    return PastGate(row.at, case, decided)


def _encode(case: GateCase) -> Json:
    """All but the resources; of the waivers those that can count."""
    service, shown = case.service, case.circumstances
    return {
        "version": case.release.version,
        "service": {
            "name": service.name,
            "tier": service.tier,
            "exposure": service.exposure,
            "owner": service.owner,
            "environment": service.environment,
            **({"data": service.data} if service.data else {}),
        },
        "now": shown.now.isoformat(),
        "threshold": codec.encode_threshold(shown.threshold),
        "unknowns": list(shown.unknowns),
        "remarks": list(shown.remarks),
        "first_seen": {finding: at.isoformat() for finding, at in shown.first_seen.items()},
        "oldest_finding": shown.oldest_finding.isoformat() if shown.oldest_finding else None,
        "seen": [codec.encode_finding(each) for each in shown.seen],
        "components": [codec.encode_finding(each) for each in shown.components],
        "waivers": [codec.encode_waiver(each) for each in shown.waivers if each.is_active(shown.now)],
        **({"extras": codec.encode_extras(shown.extras)} if shown.extras else {}),
        **({"approval": shown.approval} if shown.approval else {}),
    }


def _decode(document: Mapping[str, Any], scope: str, stage: Stage, resources: tuple[Resource, ...]) -> GateCase:
    service = document["service"]
    oldest = document["oldest_finding"]
    return GateCase(
        release=Release(service["name"], document["version"]),
        stage=stage,
        service=Service(
            service["name"],
            Tier(service["tier"]),
            Exposure(service["exposure"]),
            service["owner"],
            service["environment"],
            DataClass(service["data"]) if "data" in service else None,
        ),
        resources=resources,
        circumstances=Circumstances(
            now=datetime.fromisoformat(document["now"]),
            threshold=codec.decode_threshold(document["threshold"]),
            unknowns=tuple(document["unknowns"]),
            remarks=tuple(document["remarks"]),
            first_seen={finding: datetime.fromisoformat(at) for finding, at in document["first_seen"].items()},
            oldest_finding=datetime.fromisoformat(oldest) if oldest else None,
            seen=tuple(codec.decode_finding(each) for each in document.get("seen", ())),
            components=tuple(codec.decode_finding(each) for each in document.get("components", ())),
            waivers=tuple(codec.decode_waiver(each) for each in document["waivers"]),
            extras=codec.decode_extras(document.get("extras", ())),
            approval=document.get("approval", ""),
        ),
        scope=scope,
    )

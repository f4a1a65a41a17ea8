"""Who may read and change what through GraphQL: the checks of access, on the fields of a schema.

Where the schema can be read, each field of the root is an operation (`graphql_fields`), with objects of the scan's own
made by its mutations, or known by the lists of other operations of the same target.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import chain
from typing import Final

from setpoint.model.dast import ANONYMOUS, Certainty, Fault, PlannedRequest
from setpoint.model.policy import Severity
from setpoint.scan.dast.answers import is_success, json_of, leaves
from setpoint.scan.dast.checks.access.delicate import Delicate, delicate
from setpoint.scan.dast.checks.access.exposure import Exposure
from setpoint.scan.dast.checks.access.functions import Functions
from setpoint.scan.dast.checks.access.object_reads import ObjectReads
from setpoint.scan.dast.checks.access.object_writes import ObjectWrites
from setpoint.scan.dast.checks.access.references import PEOPLE
from setpoint.scan.dast.checks.authentication.missing_authentication import MissingAuthentication
from setpoint.scan.dast.checks.exposure.graphql_endpoints import planned
from setpoint.scan.dast.checks.exposure.graphql_fields import MOST_MUTATIONS, MOST_QUERIES, Offer
from setpoint.scan.dast.checks.exposure.graphql_service import Service, services
from setpoint.scan.dast.interface import Check, Workbench
from setpoint.scan.dast.naming import singular, words_of

_ABOUT: Final = 12
"""Requests to a field, at most: a baseline for each account, and what the checks send."""

_NUMBER: Final = re.compile(r"(?<=/)\d+(?=/|$)")


class GraphQLAccess:
    """Objects of others, functions of others, and delicate fields, through GraphQL."""

    name = "graphql-access"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        yield from planned(bench, self.name, _ABOUT * (MOST_QUERIES + MOST_MUTATIONS), 2 * MOST_QUERIES)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        for service in services(bench):
            told: set[str] = set()
            for fault in chain(_faults(service), _open_lists(service)):
                if fault.key not in told:
                    told.add(fault.key)
                    yield fault


def _faults(service: Service) -> Iterator[Fault]:
    """An order that the schema only looks up is known by what lists orders elsewhere."""
    reads = ObjectReads()
    checks: tuple[Check, ...] = (MissingAuthentication(), reads, ObjectWrites(), Functions(), Exposure())
    yield from service.faults(checks, beside=(reads,))


def _open_lists(service: Service) -> Iterator[Fault]:
    for offer in service.offers:
        if offer.operation.method == "GET" and (fault := _open_list(service, offer)):
            yield fault


def _open_list(service: Service, offer: Offer) -> Fault | None:
    """Passwords, keys, or personal data of several people, that nobody in particular is shown."""
    exchange = service.bench.baseline(offer.operation, ANONYMOUS)
    document = json_of(exchange.answer) if exchange is not None and exchange.answer and is_success(exchange) else None
    seen: dict[tuple[str, Delicate], set[str]] = defaultdict(set)
    for pointer, value in leaves(document) if document is not None else ():
        if what := delicate(pointer.rpartition("/")[2], value):
            seen[_NUMBER.sub("*", pointer), what].add(str(value))
    found = [(place, what) for (place, what), values in seen.items() if _is_anothers(offer, place, what, values)]
    if exchange is None or not found:
        return None
    place, what = found[0]
    fault = Fault(
        kind="missing-authentication",
        cwe=306,
        owasp="API2:2023",
        severity=Severity.HIGH,
        certainty=Certainty.CONFIRMED,
        method=offer.operation.method,
        path=offer.operation.path,
        message=f"Nobody is asked for credentials before {what.value} of many is shown; check them in the resolver",
        proof=(exchange,),
        difference=f"shows nobody {what.value} at {place}",
    )
    return service.told(fault)


def _is_anothers(offer: Offer, place: str, what: Delicate, values: set[str]) -> bool:
    """A number to call stands at many a public thing; of people it is theirs."""
    if what is Delicate.PERSONAL:
        words = {singular(each) for each in words_of(f"{offer.operation.path} {place}")}
        return len(values) > 1 and not PEOPLE.isdisjoint(words)
    return what in {Delicate.PASSWORD, Delicate.SECRET} and "*" in place and len(values) > 1

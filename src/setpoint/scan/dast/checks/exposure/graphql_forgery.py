"""GraphQL mutations that another site can make in a visitor's name: by a link, a form, or JSON that is called text."""

from __future__ import annotations

from collections.abc import Iterator

from setpoint.model.dast import Caller, Certainty, Exchange, Fault, PlannedRequest
from setpoint.model.policy import Severity
from setpoint.scan.dast.checks.access.forgery import (
    ELSEWHERE,
    is_sent_from_elsewhere,
    sent_from_elsewhere,
    session_cookies,
)
from setpoint.scan.dast.checks.exposure.graphql_endpoints import (
    MUTATION,
    Endpoint,
    Way,
    as_form,
    as_link,
    as_text,
    data_of,
    endpoints,
    planned,
)
from setpoint.scan.dast.interface import Workbench


class ForgedGraphQL:
    """GraphQL mutations that another site can make in a visitor's name."""

    name = "graphql-forgery"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        if bench.accounts.callers:
            yield from planned(bench, self.name, 5, 1)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        caller = next((each for each in bench.accounts.callers if session_cookies(bench, each)), None)
        known = endpoints(bench) if caller is not None else ()
        if caller is None or not known:
            return
        if not is_sent_from_elsewhere(bench, caller):
            bench.told(f"{self.name}: browsers send the session cookie from no other site (SameSite)")
            return
        for endpoint in known:
            for way in (as_form, as_text, as_link):
                exchange = _from_elsewhere(bench, endpoint, caller, way)
                if data_of(exchange).get("__typename"):
                    yield _fault(endpoint, caller, exchange)
                    break


def _from_elsewhere(bench: Workbench, endpoint: Endpoint, caller: Caller, way: Way) -> Exchange:
    """As the browser of this caller sends what a page of another site has it send."""
    return sent_from_elsewhere(bench, way(bench.surface.base + endpoint.operation.path, MUTATION), caller)


def _fault(endpoint: Endpoint, caller: Caller, exchange: Exchange) -> Fault:
    return Fault(
        kind="graphql-cross-site-request-forgery",
        cwe=352,
        owasp="A01:2021",
        severity=Severity.MEDIUM,
        certainty=Certainty.CONFIRMED,
        method=exchange.sent.method,
        path=endpoint.operation.path,
        caller=caller.name,
        message="Another site can have a visitor's browser make mutations; take them by POST as application/json alone,"
        " and set SameSite on the session cookie",
        proof=(exchange,),
        difference=f"a mutation sent from {ELSEWHERE}, as a browser sends it without asking first, is carried out",
    )

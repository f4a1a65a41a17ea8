"""What is wrong with a GraphQL endpoint as such, each said once. Called by `graphql`."""

from __future__ import annotations

from typing import Final

from setpoint.model.dast import Exchange, Fault
from setpoint.model.policy import Severity
from setpoint.scan.dast.checks.exposure.graphql_endpoints import Endpoint
from setpoint.scan.dast.checks.fault_kind import FaultKind

_CONFIGURATION: Final = "API8:2023"
_RESOURCES: Final = "API4:2023"

INTROSPECTION: Final = FaultKind(
    "graphql-introspection",
    200,
    Severity.LOW,
    "The whole schema can be read off, with operations that no client shows; turn introspection off in production, and"
    " suggestions of field names with it",
    _CONFIGURATION,
)
SUGGESTIONS: Final = FaultKind(
    "graphql-field-suggestions",
    200,
    Severity.LOW,
    "The schema is kept back, but whoever guesses a name nearly right is told the right one, and so reads it off name"
    " by name; turn suggestions off",
    _CONFIGURATION,
)
DEPTH: Final = FaultKind(
    "graphql-unlimited-depth",
    770,
    Severity.MEDIUM,
    "A small query can nest objects in each other as deep as it likes, and so cost any amount of work; refuse queries"
    " beyond a depth or a cost",
    _RESOURCES,
)
BATCHING: Final = FaultKind(
    "graphql-batching",
    770,
    Severity.LOW,
    "One request may hold any number of queries, and passes limits that count requests; turn batching off, or hold it"
    " to a few",
    _RESOURCES,
)
LOGINS: Final = FaultKind(
    "graphql-unlimited-logins",
    307,
    Severity.MEDIUM,
    "One request tries as many passwords as it has aliases, past limits that count requests; allow each such mutation"
    " once in a request, and count attempts by account",
    "API2:2023",
)
DEBUG_ERRORS: Final = FaultKind(
    "graphql-debug-errors",
    209,
    Severity.LOW,
    "Errors show where in its own code the service failed; turn its debug mode off, and answer with a message alone",
    _CONFIGURATION,
)
CONSOLE: Final = FaultKind(
    "graphql-console",
    489,
    Severity.LOW,
    "A page for developers is open to anybody, on which the schema is read and queries are tried; take it out of"
    " production",
    _CONFIGURATION,
)


def of_endpoint(kind: FaultKind, endpoint: Endpoint, exchange: Exchange, said: str, part: str = "") -> Fault:
    return kind.fault_at(endpoint.operation, part, [exchange], said, caller=endpoint.caller.name)

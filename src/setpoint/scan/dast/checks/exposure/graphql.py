"""GraphQL: a schema that anybody can read off, and queries without a bound on their depth."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import (
    ANONYMOUS,
    BodyForm,
    Caller,
    Certainty,
    Exchange,
    Fault,
    KnownFrom,
    Operation,
    PlannedRequest,
    Profile,
    Sent,
)
from setpoint.model.policy import Severity
from setpoint.scan.dast.answers import json_of
from setpoint.scan.dast.checks.exposure.asking import ask
from setpoint.scan.dast.checks.exposure.graphql_schema import QUERY, Field, endless, nested, read_schema
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import words_of

GUESSES: Final = ("/graphql", "/api/graphql", "/gql", "/query")
"""Usual addresses, asked where no operation is known to be of GraphQL."""

INTROSPECTION: Final = "{__schema{queryType{name}}}"

DEPTHS: Final = (5, 10, 15, 20)
"""Asked for in turn; people's own queries end before the last (a limit of 10 or 15 is usual)."""

MAX_BYTES: Final = 100_000
"""An answer longer than this means that going deeper costs the service too much: nothing is concluded."""

MAX_SECONDS: Final = 2.0

ALIASES: Final = 50
BATCH: Final = 10


class OpenGraphQL:
    """GraphQL whose schema anybody reads, or whose queries have no end."""

    name = "graphql"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        for operation in graphql_operations(bench):
            yield PlannedRequest(operation.key, self.name, "", 5 + len(DEPTHS))

    def run(self, bench: Workbench) -> Iterator[Fault]:
        for operation in graphql_operations(bench):
            for caller in (ANONYMOUS, *bench.accounts.callers[:1]):
                first = _query(bench, operation, caller, INTROSPECTION)
                if data_of(first).get("__schema"):
                    yield from _faults(bench, operation, caller, first)
                    break


def graphql_operations(bench: Workbench) -> list[Operation]:
    """Addresses that take queries of GraphQL, known or guessed; none where nothing may be sent."""
    if bench.profile is Profile.PASSIVE:
        return []
    known = {each.path: each for each in bench.surface.operations if {"graphql", "gql"} & set(words_of(each.path)[-2:])}
    paths = [each for each in known.values() if "{" not in each.path]
    guessed = [Operation("POST", path, known_from=frozenset({KnownFrom.GUESS})) for path in GUESSES]
    return [each for each in (_posting(path) for path in paths or guessed) if not bench.may_send(each)]


def _posting(operation: Operation) -> Operation:
    """As queries are sent: in the words that let it pass as one that only reads."""
    return Operation(
        "POST", operation.path, body=BodyForm.JSON, name="graphqlQuery", known_from=operation.known_from, writes=False
    )


def _query(bench: Workbench, operation: Operation, caller: Caller, query: str) -> Exchange:
    return posted(bench, operation, caller, {"query": query})


def posted(bench: Workbench, operation: Operation, caller: Caller, document: Json) -> Exchange:
    """The document as a query is sent."""
    body = json.dumps(document).encode()
    headers = (("content-type", "application/json"), ("accept", "application/json"))
    return ask(bench, Sent("POST", bench.surface.base + operation.path, headers, body), caller)


def data_of(exchange: Exchange) -> Mapping[str, Json]:
    """Of an answer without errors; empty for any other."""
    document = json_of(exchange.answer) if exchange.answer is not None else None
    if not isinstance(document, Mapping) or document.get("errors"):
        return {}
    data = document.get("data")
    return data if isinstance(data, Mapping) else {}


def _faults(bench: Workbench, operation: Operation, caller: Caller, first: Exchange) -> Iterator[Fault]:
    yield _introspection(operation, caller, first)
    schema = read_schema(data_of(_query(bench, operation, caller, QUERY)))
    around = endless(schema) if schema else None
    if around is None:
        return
    for depth in DEPTHS:
        exchange = _query(bench, operation, caller, nested(*around, depth))
        answer = exchange.answer
        if answer is None or not _is_walked(data_of(exchange), around[0] + around[1]):
            return
        if depth < DEPTHS[-1] and (len(answer.body) > MAX_BYTES or answer.seconds > MAX_SECONDS):
            bench.told(f"graphql: answers of {operation.path} grow too much at depth {depth} to go deeper")
            return
    yield _depth(operation, caller, exchange, _multiplied(bench, operation, caller))


def _is_walked(data: Mapping[str, Json], steps: tuple[Field, ...]) -> bool:
    """Whether the query was carried out: what was looked up by a guess has to be there."""
    value: Json = data
    for each in steps:
        inside = value[0] if isinstance(value, list) and value else value
        value = inside.get(each.name) if isinstance(inside, Mapping) else None
        if each.is_guessed and value in (None, []):
            return False
    return bool(data)


def _multiplied(bench: Workbench, operation: Operation, caller: Caller) -> str:
    """What else multiplies the work of a request, in words; empty where both are held."""
    aliases = " ".join(f"a{number}:__typename" for number in range(ALIASES))
    found = []
    if len(data_of(_query(bench, operation, caller, f"{{{aliases}}}"))) == ALIASES:
        found.append(f"{ALIASES} aliases in one query")
    answer = posted(bench, operation, caller, [{"query": "{__typename}"}] * BATCH).answer
    answers = json_of(answer) if answer is not None else None
    if isinstance(answers, list) and len(answers) == BATCH and all(_succeeded(each) for each in answers):
        found.append(f"{BATCH} queries in one request")
    return " and ".join(found)


def _succeeded(answer: Json) -> bool:
    return isinstance(answer, Mapping) and bool(answer.get("data")) and not answer.get("errors")


def _introspection(operation: Operation, caller: Caller, exchange: Exchange) -> Fault:
    return Fault(
        kind="graphql-introspection",
        cwe=200,
        owasp="API8:2023",
        severity=Severity.LOW,
        certainty=Certainty.OBSERVED,
        method=operation.method,
        path=operation.path,
        caller=caller.name,
        message="The whole schema can be read off, with operations that no client shows; turn introspection off in"
        " production, and suggestions of field names with it",
        proof=(exchange,),
        difference="a query of __schema is answered with data",
    )


def _depth(operation: Operation, caller: Caller, exchange: Exchange, multiplied: str) -> Fault:
    return Fault(
        kind="graphql-unlimited-depth",
        cwe=770,
        owasp="API4:2023",
        severity=Severity.MEDIUM,
        certainty=Certainty.CONFIRMED,
        method=operation.method,
        path=operation.path,
        caller=caller.name,
        message="A small query can nest objects in each other as deep as it likes, and so cost any amount of work;"
        " refuse queries beyond a depth or a cost",
        proof=(exchange,),
        difference=f"a query {DEPTHS[-1]} levels deep is answered without an error"
        + (f", and so are {multiplied}" if multiplied else ""),
    )

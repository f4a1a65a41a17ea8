"""Where a target answers GraphQL, to whom, and what schema it shows: found once in a scan for all checks of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

from setpoint.model.canonical import Json
from setpoint.model.dast import (
    ANONYMOUS,
    Answer,
    BodyForm,
    Caller,
    Exchange,
    KnownFrom,
    Operation,
    PlannedRequest,
    Profile,
    Sent,
)
from setpoint.scan.dast.answers import json_of
from setpoint.scan.dast.checks.exposure.asking import ask
from setpoint.scan.dast.checks.exposure.graphql_schema import QUERY
from setpoint.scan.dast.checks.exposure.graphql_type_by_type import MOST_ROUNDS, schema_by_types
from setpoint.scan.dast.checks.exposure.graphql_types import mapping
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import words_of

GUESSES: Final = ("/graphql", "/api/graphql", "/gql", "/query", "/v1/graphql", "/graphql/v1", "/api", "/api/v1/graphql")
"""Usual addresses, asked where no operation is known to be of GraphQL."""

TYPENAME: Final = "{__typename}"
"""What every service answers that answers anything."""

MUTATION: Final = "mutation{__typename}"
"""Carried out like any other, and changes nothing."""

HEADERS: Final = (("content-type", "application/json"), ("accept", "application/json"))

SHORT: Final = "{__schema{queryType{name}}}"
"""Shows that a schema is told of, and passes a bound on depth that the whole of it does not."""

Dress = Callable[[str], str]


def _plain(query: str) -> str:
    return query


def _spaced(query: str) -> str:
    """Past a filter that looks for its usual letters."""
    return query.replace("__schema{", "__schema\n,{")


def _named(query: str) -> str:
    """Past a filter that lets the query of a developers' page pass by its name."""
    return f"query IntrospectionQuery{query}"


_DRESSES: Final[tuple[tuple[Dress, str], ...]] = (
    (_plain, ""),
    (_spaced, "with white space in it"),
    (_named, "under the name of a developers' page"),
)

FINDING: Final = "finding GraphQL (once for all checks)"
"""By the name of no check: what is found is kept for all of them."""

_ENDPOINTS: Final = "graphql.endpoints"
_REFUSED: Final = frozenset({401, 403})


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address that answers queries."""

    operation: Operation
    caller: Caller
    """The least who is answered."""
    schema: Mapping[str, Json] = field(hash=False)
    """`__schema`; empty where it is kept back."""
    shown: Exchange
    """The answer that shows the schema; where none does, that to a plain query."""
    how: str = ""
    """How an introspection has to be written; empty where it may be as usual."""


def endpoints(bench: Workbench) -> Sequence[Endpoint]:
    if _ENDPOINTS not in bench.kept:
        found = (_endpoint(bench, each) for each in graphql_operations(bench))
        bench.kept[_ENDPOINTS] = [each for each in found if each is not None]
    known: Sequence[Endpoint] = bench.kept[_ENDPOINTS]
    return known


def planned(bench: Workbench, check: str, about: int, usual: int) -> Iterator[PlannedRequest]:
    """`about` requests to each endpoint, `usual` to a sound one, and what finding it takes.

    One of those that are guessed is there, at most, and usually none.
    """
    operations = graphql_operations(bench)
    is_known = any(map(_is_known, operations))
    for operation in operations:
        finding = 2 * (1 + len(_DRESSES)) + 1 + 2 + MOST_ROUNDS + 1
        yield PlannedRequest(operation.key, FINDING, "", finding, None if is_known else 1)
    for operation in operations if is_known else operations[:1]:
        yield PlannedRequest(operation.key, check, "", about, usual if is_known else 0)


def _is_known(operation: Operation) -> bool:
    return operation.known_from != {KnownFrom.GUESS}


def graphql_operations(bench: Workbench) -> list[Operation]:
    """Addresses that take queries of GraphQL, known or guessed; none where nothing may be sent."""
    if bench.profile is Profile.PASSIVE:
        return []
    known = {each.path: each for each in bench.surface.operations if _takes_queries(each)}
    paths = [each for each in known.values() if "{" not in each.path]
    guessed = [Operation("POST", path, known_from=frozenset({KnownFrom.GUESS})) for path in GUESSES]
    return [each for each in (_posting(path) for path in paths or guessed) if not bench.may_send(each)]


def _takes_queries(operation: Operation) -> bool:
    """By its address, or because its document has it take a query with variables."""
    names = {part.name.strip("/") for part in operation.parts}
    is_named = bool({"graphql", "gql"} & set(words_of(operation.path)[-3:]))
    return is_named or ("query" in names and bool({"variables", "operationName"} & names))


def _posting(operation: Operation) -> Operation:
    """As queries are sent: in the words that let it pass as one that only reads."""
    return Operation(
        "POST", operation.path, body=BodyForm.JSON, name="graphqlQuery", known_from=operation.known_from, writes=False
    )


def _endpoint(bench: Workbench, operation: Operation) -> Endpoint | None:
    """None where it answers no query to nobody nor to the least account."""
    plain: Exchange | None = None
    for caller in (ANONYMOUS, *bench.accounts.callers[:1]):
        first = posted(bench, operation, caller, {"query": TYPENAME})
        if not data_of(first).get("__typename") and not _speaks(first.answer):
            if first.answer is None or first.answer.status not in _REFUSED:
                return None
            continue
        plain = plain or first
        for dress, how in _DRESSES:
            shown = posted(bench, operation, caller, {"query": dress(SHORT)})
            if short := mapping(data_of(shown).get("__schema")):
                whole = data_of(posted(bench, operation, caller, {"query": dress(QUERY)}))
                return Endpoint(operation, caller, mapping(whole.get("__schema")) or short, shown, how)
        if by_types := _by_types(bench, operation, caller, first):
            return by_types
    return Endpoint(operation, ANONYMOUS, {}, plain) if plain is not None else None


def _by_types(bench: Workbench, operation: Operation, caller: Caller, first: Exchange) -> Endpoint | None:
    """Where only `__schema` is refused."""
    root = str(data_of(first).get("__typename") or "Query")
    shown: list[Exchange] = []

    def data(query: str) -> Mapping[str, Json]:
        shown.append(posted(bench, operation, caller, {"query": query}))
        return data_of(shown[-1])

    if not mapping(data(f"{{__type(name:{json.dumps(root)}){{name}}}}").get("__type")):
        return None
    mutation = data_of(posted(bench, operation, caller, {"query": MUTATION})).get("__typename")
    schema = schema_by_types(data, root, str(mutation or "Mutation"))
    return Endpoint(operation, caller, schema, shown[0], "by __type") if schema else None


def _speaks(answer: Answer | None) -> bool:
    """Whether it refuses a query in the way of GraphQL: it may let nobody ask anything but its own queries."""
    document = json_of(answer) if answer is not None else None
    errors = document.get("errors") if isinstance(document, Mapping) else None
    if not isinstance(errors, list) or not errors or not isinstance(errors[0], Mapping):
        return False
    return "locations" in errors[0] or "extensions" in errors[0]


def posted(bench: Workbench, operation: Operation, caller: Caller, document: Json) -> Exchange:
    """The document as a query is sent."""
    url = bench.surface.base + operation.path
    return ask(bench, Sent("POST", url, HEADERS, json.dumps(document).encode()), caller)


def as_form(url: str, query: str) -> Sent:
    """As a form of any page can send it."""
    return Sent("POST", url, (("content-type", BodyForm.FORM.value),), urlencode({"query": query}).encode())


def as_text(url: str, query: str) -> Sent:
    """As a form, or a script, of any page can send it without asking first (the Fetch Standard, 2.2.2)."""
    return Sent("POST", url, (("content-type", BodyForm.TEXT.value),), json.dumps({"query": query}).encode())


def as_link(url: str, query: str) -> Sent:
    """As any link can."""
    return Sent("GET", f"{url}?{urlencode({'query': query})}")


Way = Callable[[str, str], Sent]
"""To send a query to an address."""


def data_of(exchange: Exchange) -> Mapping[str, Json]:
    """Of an answer without errors; empty for any other."""
    document = json_of(exchange.answer) if exchange.answer is not None else None
    if not isinstance(document, Mapping) or document.get("errors"):
        return {}
    data = document.get("data")
    return data if isinstance(data, Mapping) else {}

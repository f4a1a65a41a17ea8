"""GraphQL: a schema that anybody can read off, requests without a bound on their work, and pages for developers."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import ANONYMOUS, Exchange, Fault, Operation, PlannedRequest, Sent
from setpoint.scan.dast.answers import is_success, json_of
from setpoint.scan.dast.checks.exposure.asking import ask
from setpoint.scan.dast.checks.exposure.graphql_depth import DEPTHS, too_deep
from setpoint.scan.dast.checks.exposure.graphql_endpoints import (
    TYPENAME,
    Endpoint,
    data_of,
    endpoints,
    planned,
    posted,
)
from setpoint.scan.dast.checks.exposure.graphql_fields import Offer, offers
from setpoint.scan.dast.checks.exposure.graphql_schema import read_schema
from setpoint.scan.dast.checks.exposure.graphql_weaknesses import (
    BATCHING,
    CONSOLE,
    DEBUG_ERRORS,
    DEPTH,
    INTROSPECTION,
    LOGINS,
    SUGGESTIONS,
    of_endpoint,
)
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import words_of

ALIASES: Final = 50
BATCH: Final = 10

CONSOLES: Final = ("/graphiql", "/playground", "/altair", "/voyager")
"""Usual addresses of pages that queries are written on."""
_CONSOLE_NAMES: Final = re.compile(
    rb"graphiql|graphql[ -]?playground|altair graphql|apollo(-|graphql )?sandbox|voyager", re.IGNORECASE
)

_NEARLY: Final = (
    "usr user_ user1 usrs users1 me1 mee accounts1 acount orders1 ordr item1 itemss products1 prodct posts1 pst"
    " messages1 mesage documents1 documnt node1 viewer1 search1 serch customers1 custmer invoices1 invoce"
)
"""Names that nothing has, close to those that schemas usually have."""
_SUGGESTION: Final = re.compile(rb"did you mean", re.IGNORECASE)

_TRACE: Final = re.compile(
    rb"Traceback \(most recent call last\)|\\n +at [^\"\\]+[(:]\d*|\"stacktrace\"|File \\\"[^\"\\]+\\\", line \d+"
    rb"|\"trace\": ?\[|\.java:\d+\)"
)
"""Where in its own code a program failed."""
_BROKEN: Final = ("{", "{setpointUnknown}", "query($value: Setpoint!){__typename}")

_LOGINS: Final = frozenset({"login", "signin", "authenticate", "auth", "token", "logon"})
_PASSWORDS: Final = frozenset({"password", "passwd", "pwd", "pass", "passphrase"})


class OpenGraphQL:
    """GraphQL whose schema anybody reads, whose requests have no end, or that shows what is for developers."""

    name = "graphql"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        about = 5 + len(DEPTHS) + len(CONSOLES) + len(_BROKEN)
        yield from planned(bench, self.name, about, about)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        for endpoint in endpoints(bench):
            yield from (_introspection if endpoint.schema else _suggestions)(bench, endpoint)
            yield from _depth(bench, endpoint)
            yield from _batches(bench, endpoint)
            yield from _traces(bench, endpoint)
        yield from _consoles(bench)


def _introspection(bench: Workbench, endpoint: Endpoint) -> Iterator[Fault]:
    dressed = f" {endpoint.how}, though the usual one is refused," if endpoint.how else ""
    also = ", and names nearly right are answered with those that are meant" if _suggested(bench, endpoint)[1] else ""
    yield of_endpoint(
        INTROSPECTION, endpoint, endpoint.shown, f"a query of the schema{dressed} is answered with data{also}"
    )


def _suggestions(bench: Workbench, endpoint: Endpoint) -> Iterator[Fault]:
    """Where the schema is kept back."""
    exchange, many = _suggested(bench, endpoint)
    if many:
        said = f"{many} names that nothing has are answered with those that are meant"
        yield of_endpoint(SUGGESTIONS, endpoint, exchange, said)


def _suggested(bench: Workbench, endpoint: Endpoint) -> tuple[Exchange, int]:
    """Names nearly right, and how many of them the service corrects."""
    exchange = posted(bench, endpoint.operation, endpoint.caller, {"query": f"{{{_NEARLY}}}"})
    return exchange, len(_SUGGESTION.findall(exchange.answer.body)) if exchange.answer is not None else 0


def _depth(bench: Workbench, endpoint: Endpoint) -> Iterator[Fault]:
    schema = read_schema({"__schema": endpoint.schema}) if endpoint.schema else None
    taken = too_deep(bench, endpoint, schema) if schema else None
    if taken is None:
        return
    exchange, certainty, said = taken
    aliases = " ".join(f"a{number}:__typename" for number in range(ALIASES))
    wide = posted(bench, endpoint.operation, endpoint.caller, {"query": f"{{{aliases}}}"})
    also = f"; {ALIASES} aliases in one query are answered, too" if len(data_of(wide)) == ALIASES else ""
    yield replace(of_endpoint(DEPTH, endpoint, exchange, f"{said}{also}"), certainty=certainty)


def _batches(bench: Workbench, endpoint: Endpoint) -> Iterator[Fault]:
    """Many queries in one request count as one where requests are counted."""
    exchange = posted(bench, endpoint.operation, endpoint.caller, [{"query": TYPENAME}] * BATCH)
    answers = json_of(exchange.answer) if exchange.answer is not None else None
    if isinstance(answers, list) and len(answers) == BATCH and all(map(_succeeded, answers)):
        yield of_endpoint(BATCHING, endpoint, exchange, f"{BATCH} queries in one request are all answered")
    for offer in offers(endpoint.schema):
        if _takes_a_password(offer) and (proof := _tries(bench, endpoint, offer)):
            said = f"{BATCH} logins with different passwords in one request of {offer.field} were each tried"
            yield of_endpoint(LOGINS, endpoint, proof, said, f"body:/{offer.field}")
            return


def _takes_a_password(offer: Offer) -> bool:
    words = words_of(offer.field)
    is_login = not _LOGINS.isdisjoint((*words, "".join(words)))
    return is_login and any(not _PASSWORDS.isdisjoint(words_of(part.name)) for part in offer.operation.parts)


def _tries(bench: Workbench, endpoint: Endpoint, offer: Offer) -> Exchange | None:
    """As somebody who does not exist, so that no account is locked by it; None where not all were tried alike."""
    parts = [each for each in offer.operation.parts if each.schema.get("type") == "string"]
    user, declared, tried = f"setpoint{secrets.token_hex(4)}", list[str](), list[str]()
    variables: dict[str, Json] = {}
    for number in range(BATCH):
        values: dict[str, Json] = {}
        for part in parts:
            is_password = not _PASSWORDS.isdisjoint(words_of(part.name))
            is_address = not {"email", "mail"}.isdisjoint(words_of(part.name))
            values[part.name] = secrets.token_hex(6) if is_password else f"{user}@example.com" if is_address else user
        given = offer.variables({part: values[part.name] for part in parts})
        variables |= {f"{name}{number}": value for name, value in given.items()}
        declared += [f"${name}{number}: {offer.types[name]}" for name in given]
        passed = ", ".join(f"{name}: ${name}{number}" for name in given)
        tried.append(f"a{number}: {offer.field}({passed}){offer.selection}")
    query = f"{offer.kind}({', '.join(declared)}){{{' '.join(tried)}}}"
    exchange = posted(bench, endpoint.operation, ANONYMOUS, {"query": query, "variables": variables})
    return exchange if _were_tried_alike(exchange) else None


def _were_tried_alike(exchange: Exchange) -> bool:
    """Whether each alias has an outcome of its own, and none says more than the first."""
    document = json_of(exchange.answer) if exchange.answer is not None else None
    if not isinstance(document, Mapping):
        return False
    outcomes: dict[str, set[str]] = {f"a{number}": set() for number in range(BATCH)}
    errors, data = document.get("errors"), document.get("data")
    for error in errors if isinstance(errors, list) else ():
        path = error.get("path") if isinstance(error, Mapping) else None
        if isinstance(path, list) and path and str(path[0]) in outcomes:
            outcomes[str(path[0])].add(str(error.get("message")))
    for name, value in data.items() if isinstance(data, Mapping) else ():
        if name in outcomes and value is not None:
            outcomes[name].add(str(value))
    return all(outcomes.values()) and len(set(map(frozenset, outcomes.values()))) == 1


def _succeeded(answer: Json) -> bool:
    return isinstance(answer, Mapping) and bool(answer.get("data")) and not answer.get("errors")


def _traces(bench: Workbench, endpoint: Endpoint) -> Iterator[Fault]:
    for query in _BROKEN:
        exchange = posted(bench, endpoint.operation, endpoint.caller, {"query": query})
        if exchange.answer is not None and _TRACE.search(exchange.answer.body):
            said = "a query that makes no sense is answered with a trace of the program"
            yield of_endpoint(DEBUG_ERRORS, endpoint, exchange, said)
            return


def _consoles(bench: Workbench) -> Iterator[Fault]:
    """A page to write queries on, with the rights of whoever looks at it: told once."""
    known = endpoints(bench)
    paths = [*(each.operation.path for each in known), *(CONSOLES if known else ())]
    for path in (each for each in paths if not bench.may_send(Operation("GET", each))):
        exchange = ask(bench, Sent("GET", bench.surface.base + path, (("accept", "text/html"),)))
        answer = exchange.answer
        if answer is None or not is_success(exchange) or "html" not in answer.header("content-type"):
            continue
        if found := _CONSOLE_NAMES.search(answer.body):
            console = replace(known[0], operation=Operation("GET", path), caller=ANONYMOUS)
            yield of_endpoint(CONSOLE, console, exchange, f"the page names {found[0].decode(errors='replace')}")
            return

"""A GraphQL endpoint as a service with operations: what checks of other themes send to these is asked for in GraphQL.

Called by `graphql_access` and by `injection.graphql_injection`, which share what one of them learnt: the objects that
were made, and how everything answers. Requests and answers look to checks as those of a service with one address for
each thing; what is told of a fault are the true ones.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

from setpoint.model.canonical import Json
from setpoint.model.dast import Answer, Exchange, Fault, Operation, PartPlace, Sent, Surface
from setpoint.scan.dast.answers import json_of
from setpoint.scan.dast.checks.exposure.graphql_endpoints import HEADERS, Endpoint, endpoints
from setpoint.scan.dast.checks.exposure.graphql_fields import ROOT, Offer, offers
from setpoint.scan.dast.checks.exposure.graphql_types import mapping, mappings
from setpoint.scan.dast.deeds import READING
from setpoint.scan.dast.interface import Check, Workbench
from setpoint.scan.dast.naming import is_parameter, segments_of
from setpoint.scan.dast.path_templates import located
from setpoint.scan.dast.safety import NOT_OWN
from setpoint.scan.dast.seeding import Seeds
from setpoint.scan.dast.sent_values import sent_values

_SERVICES: Final = "graphql.services"

_ELSEWHERE: Final = "it is tested at its own address"

_OF_THE_BODY: Final = frozenset({"content-type", "content-length", "accept"})

_REFUSALS: Final = {"UNAUTHENTICATED": 401, "UNAUTHORIZED": 401, "FORBIDDEN": 403, "NOT_FOUND": 404}
"""Codes of errors that servers have in common, and what they are as statuses."""


@dataclass(frozen=True, slots=True)
class FieldAnswer(Answer):
    """What a field of the root was answered with, as the body of an answer of its own."""

    whole: Answer | None = None
    """The true one."""
    asked: Sent | None = None
    """What was truly sent."""


@dataclass(frozen=True, slots=True)
class Service:
    """What one endpoint offers, to be worked with as with any other service."""

    endpoint: Endpoint
    offers: Sequence[Offer]
    bench: Workbench
    beside: Workbench
    """The same among all other operations, whose lists name what the schema has no list of; it sends to none."""

    def faults(self, checks: Sequence[Check], *, beside: Sequence[Check] = ()) -> Iterator[Fault]:
        """What these find, told of the endpoint; some of them with what other operations tell, too."""
        for check in checks:
            for fault in check.run(self.beside if check in beside else self.bench):
                yield self.told(fault)

    def told(self, fault: Fault) -> Fault:
        """Of one operation of the bench, as a fault of the endpoint."""
        key = f"{fault.method} {fault.path}"
        offer = next((each for each in self.offers if each.operation.key == key), None)
        if offer is None:
            return fault
        _, _, name = fault.part.partition(":")
        name = offer.pointers.get(name, name).strip("/")
        return replace(
            fault,
            method="POST",
            path=self.endpoint.operation.path,
            part=f"body:/{offer.field}/{name}".rstrip("/"),
            proof=tuple(map(_true, fault.proof)),
            difference=f"{offer.kind} {offer.field}: {fault.difference}",
        )


def services(bench: Workbench) -> Sequence[Service]:
    """Of all endpoints whose schema can be read; learnt once in a scan."""
    if _SERVICES not in bench.kept:
        known = (each for each in endpoints(bench) if each.schema)
        bench.kept[_SERVICES] = [_service(bench, each) for each in known]
    found: Sequence[Service] = bench.kept[_SERVICES]
    return found


def _service(bench: Workbench, endpoint: Endpoint) -> Service:
    found = tuple(each for each in offers(endpoint.schema) if not _objection(bench, each.operation))
    surface = Surface(bench.surface.base, tuple(each.operation for each in found))
    sender = FieldSender(bench, endpoint, found)

    def may_send(operation: Operation) -> str:
        if said := _objection(bench, operation):
            return said
        if operation.method in READING or not _names_object(operation) or seeds.owns(operation):
            return ""
        return NOT_OWN

    seeds = Seeds(surface, sender, bench.accounts, may_send, bench.told, mark=secrets.token_hex(3))
    seeds.learn()
    bench.leaves_behind(lambda: [_of_fields(line, endpoint, found) for line in seeds.left_behind()])
    inside = replace(
        bench,
        surface=surface,
        sender=seeds.sender,
        evidence=None,
        may_send=may_send,
        build=seeds.build,
        owned=seeds.owned,
        baseline=seeds.baseline,
        lends=lambda _operation: False,
        kept={},
    )
    return Service(endpoint, found, inside, _among(bench, inside))


def _among(bench: Workbench, inside: Workbench) -> Workbench:
    """What is known of the target's other operations stands beside the fields: nothing more is asked of them here."""
    fields = frozenset(inside.surface.operations)

    def whose(operation: Operation) -> Workbench:
        return inside if operation in fields else bench

    return replace(
        inside,
        surface=Surface(bench.surface.base, (*bench.surface.operations, *inside.surface.operations)),
        may_send=lambda operation: inside.may_send(operation) if operation in fields else _ELSEWHERE,
        owned=lambda operation, caller: whose(operation).owned(operation, caller),
        baseline=lambda operation, caller: whose(operation).baseline(operation, caller),
    )


def _of_fields(line: str, endpoint: Endpoint, known: Sequence[Offer]) -> str:
    """A line for people, with the mutation in the place of the operation that stands for it."""
    for offer in sorted(known, key=lambda each: -len(each.operation.key)):
        line = line.replace(offer.operation.key, f"{offer.kind} {offer.field} of {endpoint.operation.key}")
    return line


def _objection(bench: Workbench, operation: Operation) -> str:
    """By the words that every operation is judged by; whose object it writes to is judged by who made it here."""
    if operation.method in {"PATCH", "POST"}:
        fixed = "/".join(each for each in segments_of(operation.path) if not is_parameter(each))
        return bench.may_send(replace(operation, method="POST", path=f"/{fixed}"))
    return bench.may_send(operation)


def _names_object(operation: Operation) -> bool:
    return any(part.place is PartPlace.PATH for part in operation.parts)


class FieldSender:
    """Sends what is meant for the operation of a field as a query or a mutation of that field."""

    def __init__(self, bench: Workbench, endpoint: Endpoint, known: Sequence[Offer]) -> None:
        self._base = bench.surface.base
        self._sender = bench.sender
        self._url = self._base + endpoint.operation.path
        self._offers = known
        self._silent: dict[str, str] = {}
        """Fields that did not answer in time, and why: more of them would end the whole scan."""

    def send(self, request: Sent) -> Exchange:
        path = urlsplit(request.url).path.removeprefix(urlsplit(self._base).path)
        if not path.startswith(f"{ROOT}/"):
            return self._sender.send(request)
        offer = self._meant(request.method, path)
        if offer is None:
            return Exchange(request, Answer(404, (), b""))
        if offer.field in self._silent:
            return Exchange(request, None, self._silent[offer.field])
        given = {part: value for part, value in sent_values(request, offer.operation).items() if value != ""}
        kept = tuple((name, value) for name, value in request.headers if name.lower() not in _OF_THE_BODY)
        document = json.dumps(offer.document(given)).encode()
        asked = Sent("POST", self._url, (*kept, *HEADERS), document, request.caller)
        exchange = self._sender.send(asked)
        if exchange.answer is None:
            self._silent[offer.field] = exchange.failure
            return Exchange(request, None, exchange.failure)
        return Exchange(request, field_answer(asked, exchange.answer, offer.field))

    def send_raw(self, data: bytes, *, seconds: float) -> bytes:
        return self._sender.send_raw(data, seconds=seconds)

    def _meant(self, method: str, path: str) -> Offer | None:
        found = [
            each
            for each in self._offers
            if each.operation.method == method and located(path, each.operation) is not None
        ]
        return min(found, key=lambda each: each.operation.path.count("{"), default=None)


def field_answer(asked: Sent, answer: Answer, field: str) -> Answer:
    """With a status that says what the answer does: GraphQL answers 200 to whatever it refuses or does not find."""
    document = json_of(answer)
    if not isinstance(document, Mapping) or not {"data", "errors"} & document.keys():
        return answer
    value = mapping(document.get("data")).get(field)
    errors = mappings(document.get("errors"))
    headers = tuple((name, each) for name, each in answer.headers if name != "content-length")
    status = 200
    body: Json = _without_edges(value)
    if value is None:
        status, body = (_status(errors, answer), [each.get("message") for each in errors]) if errors else (404, {})
    elif not isinstance(value, Mapping | list):
        body = {field: value}
    return FieldAnswer(
        status, headers, json.dumps(body).encode(), answer.is_whole, answer.seconds, whole=answer, asked=asked
    )


def _status(errors: Sequence[Mapping[str, Json]], answer: Answer) -> int:
    codes = [str(mapping(each.get("extensions")).get("code", "")).upper() for each in errors]
    known = next((_REFUSALS[each] for each in codes if each in _REFUSALS), 0)
    return known or max(answer.status, 400)


def _without_edges(value: Json) -> Json:
    """A list of what the edges of a connection lead to."""
    if isinstance(value, list):
        return [_without_edges(each) for each in value]
    if not isinstance(value, Mapping):
        return value
    if isinstance(edges := value.get("edges"), list):
        return [_without_edges(mapping(each).get("node")) for each in edges]
    return {name: _without_edges(each) for name, each in value.items()}


def _true(exchange: Exchange) -> Exchange:
    """As it went over the line."""
    answer = exchange.answer
    if isinstance(answer, FieldAnswer) and answer.asked is not None:
        return Exchange(answer.asked, answer.whole)
    return exchange

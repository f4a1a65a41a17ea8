"""NoSQL operators in the place of an own account's password, where a login takes JSON; also at its other versions."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import BodyForm, Caller, Certainty, Exchange, Fault, Operation, PlannedRequest, Sent
from setpoint.scan.dast.answers import is_success
from setpoint.scan.dast.checks.access.detours import other_versions
from setpoint.scan.dast.checks.authentication.logins import (
    login_operations,
    password_parts,
    place_of,
    takes_address,
    user_part,
)
from setpoint.scan.dast.checks.injection.nosql import NoSqlInjection
from setpoint.scan.dast.checks.injection.own_logins import ROUNDS, is_judged, own_caller
from setpoint.scan.dast.checks.injection.weakness import explained_in
from setpoint.scan.dast.checks.place import Place
from setpoint.scan.dast.interface import Workbench

_ADDRESSES: Final = 5
"""Of one login, at most: its own, and those of other versions."""


class NoSqlInjectionInLogins:
    """NoSQL injection by the password at a login: an operator that matches any other one lets in."""

    name = "nosql-injection-in-logins"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        if caller := own_caller(bench):
            for operation in _logins(bench, caller):
                yield PlannedRequest(operation.key, self.name, caller.name, _ADDRESSES + 3 * ROUNDS, 3)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        caller = own_caller(bench)
        if caller is None:
            return
        explained = explained_in(bench)
        tried: set[str] = set()
        for operation in _logins(bench, caller):
            first = _request(bench, caller, operation, "")
            for url in (first.url, *(each.sent.url for each in other_versions(first))):
                if url in tried:
                    continue
                tried.add(url)
                proof = _told_apart(bench, caller, operation, url)
                place = _place(bench, caller, operation, proof[0]) if proof else None
                if place and (place.operation.key, place.told) not in explained:
                    explained.add((place.operation.key, place.told))
                    difference = f"each of {ROUNDS} operators that match any other password let in, and no wrong one"
                    yield NoSqlInjection.weakness.fault(place, Certainty.DIFFERENTIAL, proof, difference)


def _logins(bench: Workbench, caller: Caller) -> Iterator[Operation]:
    user = bench.accounts.user(caller)
    for operation in login_operations(bench):
        part = user_part(operation, user)
        takes_user = part is not None and ("@" in user or not takes_address(part))
        if takes_user and operation.method == "POST" and operation.body is BodyForm.JSON:
            yield operation


def _request(bench: Workbench, caller: Caller, operation: Operation, password: Json) -> Sent:
    user = bench.accounts.user(caller)
    part = user_part(operation, user)
    return bench.build(operation, ({part: user} if part else {}) | dict.fromkeys(password_parts(operation), password))


def _told_apart(bench: Workbench, caller: Caller, operation: Operation, url: str) -> list[Exchange]:
    """The last login by an operator, and its controls; empty where they are not told apart in every round."""
    sent: list[Exchange] = []
    for _ in range(ROUNDS):
        sent.clear()
        other = secrets.token_hex(6)
        for password in ({"$ne": other}, {"$eq": other}, other):
            exchange = bench.sender.send(replace(_request(bench, caller, operation, password), url=url))
            lets_in = not sent
            if is_success(exchange) is not lets_in or not is_judged(exchange):
                return []
            sent.append(exchange)
    return sent


def _place(bench: Workbench, caller: Caller, operation: Operation, exchange: Exchange) -> Place:
    _, path = place_of(bench, exchange)
    known = next((each for each in bench.surface.operations if each.key == f"{operation.method} {path}"), None)
    at = known or replace(operation, path=path)
    part = next(iter(password_parts(at)), password_parts(operation)[0])
    return Place(at, part, caller, "", {}, exchange, None)

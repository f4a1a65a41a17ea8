"""Operations that the document keeps for callers with credentials, and that answer to nobody in particular."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from setpoint.model.dast import ANONYMOUS, Certainty, Exchange, Fault, KnownFrom, Operation, PlannedRequest
from setpoint.model.policy import Severity
from setpoint.scan.dast.answers import is_success, json_of, shown
from setpoint.scan.dast.checks.authentication.guarded import (
    Guarded,
    is_kept_back,
    is_public,
    is_secured,
    nowhere,
    read_by_owner,
    readable,
    says_no,
)
from setpoint.scan.dast.interface import Workbench

_TELLING: Final = re.compile(r"(?=.*[\d@])\S{8,}")
"""A value that is likely to be one account's: an address, an id, a number; long enough not to be met by chance."""

LEAST: Final = 3
"""Letters of a value that says something: an empty list with its count shows nothing."""

_SAYING_NOTHING: Final = frozenset({"true", "false", "null"})

ENOUGH: Final = 2
"""Values of an account's own that an answer shows: one may be there by chance."""


class MissingAuthentication:
    name = "missing-authentication"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        for operation in readable(bench):
            if not is_public(operation):
                yield PlannedRequest(operation.key, self.name, "", 2, 1)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        """What the document secures first: it tells what is private."""
        if not bench.accounts.callers:
            bench.told(f"{self.name}: needs an account to know what is private")
            return
        elsewhere = nowhere(bench)
        public = shown(elsewhere.answer) if elsewhere.answer else frozenset()
        private: set[str] = set()
        unsaid: list[Operation] = []
        for operation in readable(bench):
            if operation.security is None:
                unsaid.append(operation)
                continue
            if is_public(operation):
                public |= _shown(bench.baseline(operation, ANONYMOUS))
                continue
            found = read_by_owner(bench, operation)
            if found is None:
                continue
            private |= _shown(found.good)
            if self._answers_all(bench, found, public):
                yield _fault(operation, found, "shows nobody what it shows its owner")
        private |= self._own(bench, unsaid)
        private = {each for each in private - public if _TELLING.fullmatch(each)}
        users = {bench.accounts.user(each) for each in bench.accounts.callers if "@" in bench.accounts.user(each)}
        speaks = any(each.security is not None for each in bench.surface.operations)
        for operation in unsaid:
            is_open = (
                speaks and KnownFrom.DOCUMENT in operation.known_from
            )  # it names who may call others, and nobody here
            yield from self._undeclared(bench, operation, set() if is_open else private, users - public)

    def _answers_all(self, bench: Workbench, found: Guarded, public: frozenset[str]) -> bool:
        """Whether nobody is shown all that the owner is shown each time, and that is not what every page shows."""
        control, good = found.control.answer, found.good.answer
        if control is None or good is None or not is_success(found.control) or says_no(control):
            return False
        if not control.body.strip() or (json_of(good) is None) != (json_of(control) is None):
            return False
        seen = shown(good) & _shown(bench.sender.send(bench.accounts.authorised(found.plain, found.caller)))
        told = seen if json_of(good) is not None else seen - public
        return any(len(each) >= LEAST and each not in _SAYING_NOTHING for each in told) and told <= shown(control)

    def _own(self, bench: Workbench, operations: list[Operation]) -> set[str]:
        """What one account is shown, and neither its peer nor nobody: its own, though nothing says so."""
        own: set[str] = set()
        openly: set[str] = set()
        for operation in operations:
            found = read_by_owner(bench, operation)
            if found is not None and is_kept_back(found):
                same = (each for each in bench.accounts.callers if each.rank == found.caller.rank)
                peer = next((each for each in same if each != found.caller), None)
                own |= _shown(found.good) - _shown(bench.baseline(operation, peer)) if peer else set()
            if "{" not in operation.path:
                openly |= _shown(bench.baseline(operation, ANONYMOUS))
        return own - openly

    def _undeclared(
        self, bench: Workbench, operation: Operation, private: set[str], users: set[str]
    ) -> Iterator[Fault]:
        """What nothing says who may read, and shows nobody what elsewhere takes credentials."""
        owned = read_by_owner(bench, operation) if "{" in operation.path else None
        answered = owned.control if owned else bench.baseline(operation, ANONYMOUS)
        if answered is None or answered.answer is None or not is_success(answered):
            return
        seen = shown(answered.answer)
        if users & seen or len(private & seen) >= ENOUGH:
            found = Guarded(operation, ANONYMOUS, answered.sent, answered, answered)
            yield _fault(operation, found, "shows nobody what other operations show an account alone")


def _shown(exchange: Exchange | None) -> frozenset[str]:
    return shown(exchange.answer) if exchange and exchange.answer and is_success(exchange) else frozenset()


def _fault(operation: Operation, found: Guarded, difference: str) -> Fault:
    said = "The document asks for credentials here" if is_secured(operation) else "This holds data of an account"
    return Fault(
        kind="missing-authentication",
        cwe=306,
        owasp="API2:2023",
        severity=Severity.HIGH,
        certainty=Certainty.CONFIRMED,
        method=operation.method,
        path=operation.path,
        message=f"{said}, and nobody is asked for them: check them before the operation does anything.",
        proof=(found.control,),
        difference=difference,
    )

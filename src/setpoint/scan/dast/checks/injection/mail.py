"""Injection into the headers of e-mail: an address of our own, in a header behind the value, is read as a recipient.

The address is below `.invalid` (RFC 2606), so that nothing can be sent to it.
"""

from __future__ import annotations

import secrets
from typing import ClassVar

from setpoint.model.dast import Fault, PartPlace
from setpoint.model.policy import Severity
from setpoint.scan.dast.answers import shown
from setpoint.scan.dast.checks.fault_kind import FaultKind
from setpoint.scan.dast.checks.injection.weakness import InjectionCheck
from setpoint.scan.dast.checks.probing import Place, Probe, ask
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import words_of

_OF_MAIL = frozenset(
    {
        "address",
        "bcc",
        "cc",
        "contact",
        "email",
        "feedback",
        "from",
        "invite",
        "mail",
        "message",
        "newsletter",
        "recipient",
        "reply",
        "sender",
        "share",
        "subject",
        "subscribe",
        "to",
    }
)


class MailHeaderInjection(InjectionCheck):
    """Injection into headers of e-mail: a recipient who was sent behind the end of a line, or what an agent saw."""

    name = "mail-header-injection"
    weakness: ClassVar = FaultKind(
        kind="mail-header-injection",
        cwe=93,
        severity=Severity.MEDIUM,
        message="The value may end a header of an e-mail and begin another; refuse values that hold the end of a line",
    )
    about: ClassVar = 2
    usual: ClassVar = 0

    def look(self, bench: Workbench, probe: Probe) -> Fault | None:
        place = probe.place
        if place.part.place is PartPlace.HEADER or _OF_MAIL.isdisjoint(_words(place)):
            return None
        for line_end in ("\r\n", "\n"):
            address = f"z{secrets.token_hex(5)}@setpoint.invalid"
            exchange = ask(bench, place, f"{place.value}{line_end}Bcc: {address}")
            if exchange.answer and address in shown(exchange.answer):
                return self.weakness.computed(place, exchange, "the answer lists the address by itself, as a recipient")
        return None


def _words(place: Place) -> set[str]:
    return {*words_of(place.part.name), *words_of(place.operation.path), *words_of(place.operation.name)}

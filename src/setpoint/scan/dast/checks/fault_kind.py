"""What one kind of fault is called, and what is said of it: called by the checks of `injection` and of `reflection`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from setpoint.model.dast import Certainty, Exchange, Fault, Operation
from setpoint.model.policy import Severity
from setpoint.scan.dast.checks.differential import Proof
from setpoint.scan.dast.checks.place import Place

INJECTION = "A03:2021"
"""Of the OWASP Top 10 of 2021; the API Security Top 10 of 2023 has no class of its own for it."""


@dataclass(frozen=True, slots=True)
class FaultKind:
    """Each is told at many places."""

    kind: str
    cwe: int
    severity: Severity
    message: str
    """What is wrong, and what would do."""
    owasp: str = INJECTION

    def fault(self, place: Place, certainty: Certainty, proof: Sequence[Exchange], difference: str) -> Fault:
        return self.fault_at(
            place.operation, place.told, proof, difference, certainty=certainty, caller=place.caller.name
        )

    def fault_at(
        self,
        operation: Operation,
        part: str,
        proof: Sequence[Exchange],
        difference: str,
        *,
        certainty: Certainty = Certainty.CONFIRMED,
        examples: Sequence[str] = (),
        caller: str | None = None,
    ) -> Fault:
        """Where no part that was told of is at fault: a page, a folder, a parameter that was guessed."""
        return Fault(
            kind=self.kind,
            cwe=self.cwe,
            owasp=self.owasp,
            severity=self.severity,
            certainty=certainty,
            method=operation.method,
            path=operation.path,
            part=part,
            caller=proof[-1].sent.caller if caller is None else caller,
            message=self.message,
            proof=tuple(proof),
            difference=difference,
            examples=tuple(examples),
        )

    def told_apart(self, place: Place, proof: Proof) -> Fault:
        return self.fault(place, Certainty.DIFFERENTIAL, proof.exchanges, proof.difference)

    def computed(self, place: Place, exchange: Exchange, difference: str) -> Fault:
        """The answer holds what only running the value gives."""
        return self.fault(place, Certainty.CONFIRMED, [exchange], difference)

"""What the values of a template may come from besides the template and its stack. `evaluator` asks.

Secrets are never asked for: neither now nor later does their value reach intended state.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from setpoint.intent.cloudformation.answers import Answers
from setpoint.model.canonical import Json, Unknown

DYNAMIC_REFERENCE: Final = "{{resolve:"
"""How a value kept in Systems Manager or Secrets Manager is named ("Dynamic references")."""

_REFERENCE: Final = re.compile(r"\{\{resolve:([a-z-]+):([^{}]*)\}\}")

NO_ZONES: Final = "Fn::GetAZs: which zones the account has is not known; give them under availability_zones:"


@dataclass(frozen=True, slots=True)
class Outside:
    answers: Answers
    region: str = ""
    zones: tuple[str, ...] = ()
    """The availability zones of that region, in the order in which `Fn::GetAZs` gives them to this account."""

    def with_references(self, written: str) -> str | Unknown:
        """The text with the plain values of its dynamic references; unknown where one is secret or not read."""
        pieces: list[str] = []
        end = 0
        for match in _REFERENCE.finditer(written):
            value = self._referred(match[1], match[2])
            if isinstance(value, Unknown):
                return value
            pieces += [written[end : match.start()], value]
            end = match.end()
        # What has no end is no reference; it may be a piece of one that a function puts together.
        return "".join([*pieces, written[end:]])

    def availability_zones(self, region: str) -> Json:
        """`Fn::GetAZs region`; the empty text means the stack's own."""
        return list(self.zones) if self.zones and region in ("", self.region) else Unknown(NO_ZONES)

    def stack_output(self, stack: str, output: str, region: str) -> str | Unknown:
        """`Fn::GetStackOutput` of a stack in this account."""
        facts = self.answers.stack(stack, region or self.region)
        if isinstance(facts, Unknown):
            return Unknown(f"Fn::GetStackOutput {stack}.{output}: {facts.reason}")
        known = facts.outputs.get(output)
        return Unknown(f"Fn::GetStackOutput {stack}.{output}: the stack has no such output") if known is None else known

    def _referred(self, service: str, name: str) -> str | Unknown:
        if service == "ssm":
            return self.answers.parameter(name)
        if service in ("ssm-secure", "secretsmanager"):
            return Unknown(f"a dynamic reference to a secret ({service}) is never resolved")
        return Unknown(f"a dynamic reference to {service} is not resolved")

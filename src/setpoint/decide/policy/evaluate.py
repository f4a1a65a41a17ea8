"""One policy over one resource or one difference: held, violated, failed, or could not tell.

Called by `judge`, by the gate and by `test`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from setpoint.decide.policy.compile import CompiledPolicy, Guardrail, PolicySet
from setpoint.decide.policy.functions import FUNCTIONS
from setpoint.decide.policy.project import Projector, partition_of, refuse_unknown, refuse_unread
from setpoint.errors import CouldNotTellError
from setpoint.model.canonical import Json
from setpoint.model.decision import Outcome, Reason
from setpoint.model.drift import Drift
from setpoint.model.finding import Finding, FindingSource
from setpoint.model.policy import Policy, Severity, Stage
from setpoint.model.resource import Resource
from setpoint.model.urn import Urn

_RAISED_BY_CEL: Final = (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError)
"""Overflow and division by zero, missing keys, undefined names and failed functions, unfit operands, conversions."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How one policy came out. For a drift policy VIOLATED means that it applies."""

    policy: Policy
    outcome: Outcome
    message: str = ""
    evidence: Mapping[str, Json] = field(default_factory=dict)
    """What the expression read."""

    @property
    def is_against(self) -> bool:
        """Violated, or failed, which is never a pass."""
        return self.outcome in (Outcome.VIOLATED, Outcome.FAILED)

    @property
    def severity(self) -> Severity:
        """The policy's; high at least where it failed, because nothing was checked then."""
        if self.outcome is Outcome.FAILED:
            return max(self.policy.severity, Severity.HIGH, key=lambda each: each.rank)
        return self.policy.severity

    def reason(self, stage: Stage) -> Reason:
        """With what overrides change of it at the stage: the policy alone would not explain what follows."""
        revisions = self.policy.revisions(stage)
        if not revisions:
            return Reason(self.policy.id, self.outcome, self.severity, self.message, self.evidence)
        message = f"{self.message} ({'; '.join(revisions)})"
        return Reason(
            self.policy.id, self.outcome, self.severity, message, {**self.evidence, "overrides": list(revisions)}
        )

    def finding(self, urn: Urn, service: str, path: str = "") -> Finding:
        """For a guardrail that is against the entity, or against what is at a place in it."""
        return Finding(
            urn, service, FindingSource.GUARDRAIL, self.policy.id, path, self.severity, self.message, self.evidence
        )


def evaluate_guardrails(policies: PolicySet, resource: Resource, stage: Stage) -> list[Evaluation]:
    """Every guardrail that speaks of the resource at the stage."""
    guardrails = policies.guardrails(resource.type, stage)
    view = _View(resource)
    return [
        Evaluation(each.compiled.policy, Outcome.HELD) if view.holds(each) else evaluate_guardrail(each, resource)
        for each in guardrails
    ]


def evaluate_guardrail(guardrail: Guardrail, resource: Resource) -> Evaluation:
    """One guardrail over exactly what it reads, which is the evidence if it does not hold."""
    compiled, policy = guardrail.compiled, guardrail.compiled.policy
    try:
        projection = guardrail.projector.project(resource)
        named = {name: read(resource) for name, read in _VARIABLES.items() if name in compiled.variables}
    except CouldNotTellError as error:
        return Evaluation(policy, Outcome.UNKNOWN, error.what)
    holds = _run(compiled, {"resource": projection, **named})
    if isinstance(holds, str):
        return Evaluation(policy, Outcome.FAILED, holds, projection)
    if holds:
        return Evaluation(policy, Outcome.HELD)
    return Evaluation(policy, Outcome.VIOLATED, policy.title, projection)


def evaluate_drift_policy(compiled: CompiledPolicy, drift: Drift, described: Resource) -> Evaluation:
    """Whether the policy applies to the difference: VIOLATED if so, HELD if not. `described` has the entity's tags."""
    given = {
        "kind": str(drift.kind),
        "path": drift.path,
        "type": drift.urn.type,
        "intended": drift.intended,
        "actual": drift.actual,
    }
    # Only what is named is handed over: a policy about `kind` can tell even where a declared value is not known.
    used: dict[str, Json] = {name: given[name] for name in given if name in compiled.drift_fields}
    try:
        refuse_unknown(used, drift.path or "the declared state")
        if "tags" in compiled.drift_fields:
            used["tags"] = _tags(described)
    except CouldNotTellError as error:
        return Evaluation(compiled.policy, Outcome.UNKNOWN, error.what)
    applies = _run(compiled, {"drift": used})
    if isinstance(applies, str):
        return Evaluation(compiled.policy, Outcome.FAILED, applies, used)
    outcome = Outcome.VIOLATED if applies else Outcome.HELD
    return Evaluation(compiled.policy, outcome, compiled.policy.title, used)


def _run(compiled: CompiledPolicy, variables: Mapping[str, Json]) -> bool | str:
    """What the expression says; why it says nothing, as text."""
    try:
        value = compiled.program.execute({**variables, **FUNCTIONS})
    except _RAISED_BY_CEL as error:
        # The library explains CEL at length after the first sentence.
        return f"{compiled.policy.id} could not be evaluated ({type(error).__name__}: {str(error).split('. ', 1)[0]})"
    if isinstance(value, bool):
        return value
    return f"{compiled.policy.id} gave {type(value).__name__}, not a boolean"


def _tags(resource: Resource) -> dict[str, str]:
    refuse_unread(("Tags",), resource)
    refuse_unknown(resource.properties.get("Tags"), "Tags")
    return resource.tags()


def _self(resource: Resource) -> dict[str, str]:
    urn = resource.urn
    return {
        "account": urn.account,
        "region": urn.region,
        "partition": partition_of(urn),
        "id": urn.identifier,
        "provided_by": resource.provided_by,
    }


class _View:
    """One resource as its guardrails see it, handed to CEL once for all that share a projection.

    Handing it over takes several times as long as evaluating an expression.
    """

    def __init__(self, resource: Resource) -> None:
        import cel

        self._resource = resource
        self._context = cel.Context(functions=dict(FUNCTIONS))
        self._projector: Projector | None = None
        self._given = {"resource"}

    def holds(self, guardrail: Guardrail) -> bool:
        """Whether it certainly does. Whatever else came out is told by evaluating it alone."""
        try:
            if guardrail.shared is not self._projector:
                self._projector = None
                self._context.add_variable("resource", guardrail.shared.project(self._resource))
                self._projector = guardrail.shared
            for name in guardrail.compiled.variables - self._given:
                self._context.add_variable(name, _VARIABLES[name](self._resource))
                self._given.add(name)
            return guardrail.compiled.program.execute(self._context) is True
        except (CouldNotTellError, *_RAISED_BY_CEL):
            return False


_VARIABLES: Final[Mapping[str, Callable[[Resource], Json]]] = {"self": _self, "tags": _tags}
"""What a guardrail may name beside `resource`."""

"""One policy over one resource or one difference: held, violated, failed, or could not tell.

Called by `judge`, by the gate and by `test`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

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

    def reason(self) -> Reason:
        return Reason(self.policy.id, self.outcome, self.severity, self.message, self.evidence)

    def finding(self, urn: Urn, service: str) -> Finding:
        """For a guardrail that is against the entity."""
        return Finding(
            urn, service, FindingSource.GUARDRAIL, self.policy.id, "", self.severity, self.message, self.evidence
        )


def evaluate_guardrails(policies: PolicySet, resource: Resource, stage: Stage) -> list[Evaluation]:
    """Every guardrail that speaks of the resource at the stage."""
    contexts: dict[Projector, Any] = {}
    evaluations = []
    for guardrail in policies.guardrails(resource.type, stage):
        if guardrail.shared not in contexts:
            contexts[guardrail.shared] = _context(guardrail.shared, resource)
        if _holds(guardrail.compiled, contexts[guardrail.shared]):
            evaluations.append(Evaluation(guardrail.compiled.policy, Outcome.HELD))
        else:
            evaluations.append(evaluate_guardrail(guardrail, resource))
    return evaluations


def evaluate_guardrail(guardrail: Guardrail, resource: Resource) -> Evaluation:
    """One guardrail over exactly what it reads, which is the evidence if it does not hold."""
    policy, compiled = guardrail.compiled.policy, guardrail.compiled
    try:
        variables = {"resource": guardrail.projector.project(resource), "self": _self(resource)}
        if "tags" in compiled.variables:
            variables["tags"] = _tags(resource)
    except CouldNotTellError as error:
        return Evaluation(policy, Outcome.UNKNOWN, error.what)
    holds = _run(compiled, variables)
    if isinstance(holds, str):
        return Evaluation(policy, Outcome.FAILED, holds, variables["resource"])
    if holds:
        return Evaluation(policy, Outcome.HELD)
    return Evaluation(policy, Outcome.VIOLATED, policy.title, variables["resource"])


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


def _context(projector: Projector, resource: Resource) -> Any:
    """`cel.Context` with all that guardrails may name; None where some of it cannot be told or given to CEL."""
    import cel

    try:
        variables = {"resource": projector.project(resource), "self": _self(resource)}
        if projector.reads_tags:
            variables["tags"] = _tags(resource)
        return cel.Context(variables, dict(FUNCTIONS))
    except (CouldNotTellError, *_RAISED_BY_CEL):
        return None


def _holds(compiled: CompiledPolicy, context: Any) -> bool:
    """Whether it certainly does; whatever else comes out is told by evaluating the guardrail alone."""
    if context is None:
        return False
    try:
        return compiled.program.execute(context) is True
    except _RAISED_BY_CEL:
        return False


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
    return {"account": urn.account, "region": urn.region, "partition": partition_of(urn), "id": urn.identifier}

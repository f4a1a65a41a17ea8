"""Whether policies that compile mean anything: what only evaluating them shows. Called by `setpoint policy check`.

Nothing here stops a heartbeat: there a policy that cannot be evaluated is a finding of its own.
"""

from __future__ import annotations

from setpoint.decide.policy.compile import CompiledPolicy, PolicySet
from setpoint.decide.policy.evaluate import evaluate_guardrail
from setpoint.decide.policy.scan import scan
from setpoint.decide.policy.test import example_urn, test_policies
from setpoint.errors import InputError
from setpoint.model.decision import Outcome
from setpoint.model.paths import ANY, covers, split
from setpoint.model.policy import Policy, Subject
from setpoint.model.resource import Resource


def check_meaning(policies: PolicySet) -> None:
    """Raises `InputError` with file:line for the first policy that says nothing, fails, or belies an example."""
    for policy in policies.policies:
        if policy.subject is Subject.RESOURCE:
            _check_guardrail(policies, policy)
    for result in test_policies(policies):
        if not result.passed:
            raise InputError(result.message, where=result.example.where, remedy="correct the policy, or the example")


def _check_guardrail(policies: PolicySet, policy: Policy) -> None:
    for type_name in policy.types:
        guardrail = policies.guardrail(policy.id, type_name)
        _check_uses(guardrail.compiled)
        evaluation = evaluate_guardrail(guardrail, Resource(example_urn(type_name), {}, policy.where))
        if evaluation.outcome is Outcome.FAILED:
            raise InputError(
                f"{evaluation.message}, of a {type_name} that sets nothing",
                where=policy.expression_where or policy.where,
                remedy="what is not set is null: compare it with that first",
            )


def _check_uses(compiled: CompiledPolicy) -> None:
    """Each path that is read is used: through one of its fields, through `tags`, or with the whole of `resource`."""
    policy, names = compiled.policy, scan(compiled.policy.expression)
    if "resource" in names.whole:
        return
    fields = {each.name for each in names.fields}
    for path in policy.reads:
        by_tags = "tags" in compiled.variables and covers("Tags", path)
        if not by_tags and fields.isdisjoint(set(split(path)) - {ANY}):
            raise InputError(
                f"{policy.id} reads {path}, which its expression does not use",
                where=policy.reads_where.get(path, policy.where),
                remedy="use it, or take it out of reads",
            )

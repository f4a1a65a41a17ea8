"""Policies, checked and compiled once. Called by `wiring` and by `setpoint policy check`; evaluated by `evaluate`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from setpoint.decide.policy.check import (
    EVERY_TYPE,
    VARIABLES,
    Nearest,
    Schemas,
    check_examples,
    check_names,
    check_reads,
    check_stages,
    check_tags,
    check_types,
)
from setpoint.decide.policy.project import Projector
from setpoint.decide.policy.scan import Scan, scan
from setpoint.decide.policy.share import sharing_groups
from setpoint.errors import InputError
from setpoint.model.canonical import Json, digest
from setpoint.model.policy import Effect, Policy, Stage, Subject
from setpoint.model.schema import ResourceSchema

EVALUATION: Final = "2"
"""Raised whenever projecting, the functions or judging change what a policy concludes: part of every version."""

MAX_EXPRESSION: Final = 10_000
"""Characters. More than a person can review; fewer than what the parser's recursion could not take."""

_CEL_ERROR = re.compile(r"ERROR: <input>:(\d+):(\d+): (?:Syntax error: )?([^\n]*)")


@dataclass(frozen=True, slots=True)
class CompiledPolicy:
    """One policy, ready to be evaluated."""

    policy: Policy
    program: Any = field(repr=False)
    """`cel.Program`; the library is imported only when policies are compiled."""
    variables: frozenset[str]
    """Those that the expression uses, of `resource`, `self`, `tags` and `drift`."""
    drift_fields: frozenset[str]
    """The fields of `drift` that it uses."""
    selects_only: bool
    """It selects from `resource`, and never uses it as a whole: it cannot tell whether there is more in it."""


@dataclass(frozen=True, slots=True)
class Guardrail:
    """A compiled policy for one of its types."""

    compiled: CompiledPolicy
    projector: Projector = field(repr=False)
    """Of exactly what it reads."""
    shared: Projector = field(repr=False)
    """Of that, and of what others read beside it."""


@dataclass(frozen=True, slots=True)
class PolicySet:
    """All policies in force."""

    policies: tuple[Policy, ...]
    drift_policies: tuple[CompiledPolicy, ...]
    _guardrails: Mapping[str, tuple[Guardrail, ...]] = field(repr=False)
    """By type; those that share a projection stand together."""
    _speaking: Mapping[tuple[str, Stage], tuple[Guardrail, ...]] = field(repr=False)
    """Those among them that have something to say at a stage."""

    @classmethod
    def of(
        cls,
        policies: tuple[Policy, ...],
        drift_policies: tuple[CompiledPolicy, ...],
        guardrails: Mapping[str, tuple[Guardrail, ...]],
    ) -> PolicySet:
        speaking = {
            (name, stage): tuple(each for each in of_type if _speaks_at(each.compiled.policy, stage))
            for name, of_type in guardrails.items()
            for stage in Stage
        }
        return cls(policies, drift_policies, guardrails, speaking)

    def guardrails(self, type_name: str, stage: Stage) -> Sequence[Guardrail]:
        """Those that speak of the type and have an effect at the stage, or would have but for an override."""
        return self._speaking.get((type_name, stage), ())

    def guardrail(self, policy_id: str, type_name: str) -> Guardrail:
        """One that is known to be there: the policy names the type."""
        return next(each for each in self._guardrails[type_name] if each.compiled.policy.id == policy_id)

    def drift_policies_of(self, type_name: str) -> list[CompiledPolicy]:
        return [each for each in self.drift_policies if _speaks_of(each.policy, type_name)]

    def version(self, type_name: str) -> str:
        """Changes whenever what the policies say of this type at runtime may."""
        spoken = [_said(policy) for policy in self.policies if _speaks_of(policy, type_name)]
        return digest(EVALUATION, spoken)

    def revised(self, revise: Callable[[Policy], Policy]) -> PolicySet:
        """With other severities and effects. Nothing is compiled again; itself where nothing is revised."""
        policies = {policy.id: revise(policy) for policy in self.policies}
        if all(policies[policy.id] is policy for policy in self.policies):
            return self

        def compiled(each: CompiledPolicy) -> CompiledPolicy:
            return replace(each, policy=policies[each.policy.id])

        return PolicySet.of(
            tuple(policies.values()),
            tuple(compiled(each) for each in self.drift_policies),
            {
                name: tuple(replace(each, compiled=compiled(each.compiled)) for each in of_type)
                for name, of_type in self._guardrails.items()
            },
        )


def compile_policies(policies: Sequence[Policy], schemas: Schemas, nearest: Nearest) -> PolicySet:
    """Check and compile. Raises `InputError` (with file:line) for the first thing that is wrong.

    `schemas` tells the schema of a type, or None; `nearest` which type a misspelt name may have meant.
    """
    guardrails: dict[str, list[CompiledPolicy]] = {}
    drift_policies: list[CompiledPolicy] = []
    known: dict[str, ResourceSchema] = {}
    for policy in policies:
        check_stages(policy)
        types = check_types(policy, schemas, nearest)
        check_reads(policy, types)
        compiled = _compile(policy, types)
        check_examples(policy, types)
        if policy.subject is Subject.DRIFT:
            drift_policies.append(compiled)
            continue
        known |= types
        for name in types:
            guardrails.setdefault(name, []).append(compiled)
    by_type = {name: _guardrails(each, known[name]) for name, each in guardrails.items()}
    return PolicySet.of(tuple(policies), tuple(drift_policies), by_type)


def _guardrails(policies: Sequence[CompiledPolicy], schema: ResourceSchema) -> tuple[Guardrail, ...]:
    """Those that share a projection stand together, so that each is made once."""
    alone = [[each] for each in policies if not each.selects_only]
    together = sharing_groups([each for each in policies if each.selects_only], lambda each: each.policy.reads)
    guardrails: list[Guardrail] = []
    for group in [*together, *alone]:
        shared = Projector(schema, sorted({path for each in group for path in each.policy.reads}))
        guardrails += [Guardrail(each, Projector(schema, each.policy.reads), shared) for each in group]
    return tuple(guardrails)


def _compile(policy: Policy, schemas: Mapping[str, ResourceSchema]) -> CompiledPolicy:
    program = _parse(policy)
    names = scan(policy.expression)
    used = program.references()
    check_names(policy, names, used["variables"], used["functions"])
    variables = frozenset(used["variables"]) & frozenset(VARIABLES[policy.subject])
    if "tags" in variables:
        check_tags(policy, schemas)
    return CompiledPolicy(policy, program, variables, _drift_fields(names, variables), "resource" not in names.whole)


def _parse(policy: Policy) -> Any:
    import cel

    where = policy.expression_where or policy.where
    if len(policy.expression) > MAX_EXPRESSION:
        raise InputError(f"the expression of {policy.id} has more than {MAX_EXPRESSION:,} characters", where=where)
    try:
        return cel.compile(policy.expression)
    except ValueError as error:
        found = _CEL_ERROR.search(str(error))
        told = f"line {found[1]}, column {found[2]} of it: {found[3]}" if found else str(error).splitlines()[0]
        raise InputError(
            f"the expression of {policy.id} is not CEL ({told})",
            where=where,
            remedy="correct it, and try it with: setpoint policy test",
        ) from error


def _drift_fields(names: Scan, variables: frozenset[str]) -> frozenset[str]:
    return frozenset(each.name for each in names.fields if each.base == "drift" and "drift" in variables)


def _speaks_of(policy: Policy, type_name: str) -> bool:
    return type_name in policy.types or policy.types == (EVERY_TYPE,)


def _speaks_at(policy: Policy, stage: Stage) -> bool:
    return policy.effect(stage) is not Effect.NONE or policy.is_silenced(stage)


def _said(policy: Policy) -> list[Json]:
    """All of a policy that a conclusion at runtime could depend on."""
    effect, revisions = policy.effect(Stage.RUNTIME), policy.revisions(Stage.RUNTIME)
    return [
        policy.id,
        policy.title,
        policy.severity,
        policy.subject,
        policy.reads,
        policy.expression,
        effect,
        revisions,
    ]

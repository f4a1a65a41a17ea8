"""What must be right about a policy before it is used; called by `compile`. Every fault is told with file:line."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches
from itertools import permutations
from typing import Final

from setpoint.decide.policy import component, identity, weakness
from setpoint.decide.policy.component import COMPONENT
from setpoint.decide.policy.functions import BUILT_IN, FUNCTIONS
from setpoint.decide.policy.scan import Scan
from setpoint.decide.policy.weakness import WEAKNESS
from setpoint.errors import InputError
from setpoint.model.canonical import Json
from setpoint.model.drift import DriftKind
from setpoint.model.paths import ANY, covers, element, join, split
from setpoint.model.policy import Effect, Example, Policy, Stage, Subject
from setpoint.model.principal import PRINCIPAL
from setpoint.model.schema import Kind, ResourceSchema

EVERY_TYPE: Final = "*"

SELF_FIELDS: Final = frozenset({"account", "region", "partition", "id", "provided_by"})
"""Of `self`: the entity's own place and primary identifier, and who made it where its owner did not."""

DRIFT_FIELDS: Final = frozenset({"kind", "path", "type", "intended", "actual", "tags"})
"""Of `drift`: the difference, and the tags of the entity."""

VARIABLES: Final[Mapping[Subject, Mapping[str, frozenset[str]]]] = {
    Subject.RESOURCE: {"resource": frozenset(), "self": SELF_FIELDS, "tags": frozenset()},
    Subject.DRIFT: {"drift": DRIFT_FIELDS},
}
"""What an expression may name, and the fields that are always there."""

OWN_SCHEMAS: Final[Mapping[str, ResourceSchema]] = {
    COMPONENT: component.SCHEMA,
    PRINCIPAL: identity.SCHEMA,
    WEAKNESS: weakness.SCHEMA,
}
"""Types that are put together by Setpoint: nobody declares them, so a policy speaks of one alone, and of no drift."""

NOT_PLACED: Final = frozenset({COMPONENT, WEAKNESS})
"""Types that have neither an account nor tags."""

OF_NOT_PLACED: Final[Mapping[str, frozenset[str]]] = {"resource": frozenset()}
"""What an expression about such a type may name."""

NOTHING_TO_SET_BACK: Final = frozenset({Effect.REMEDIATE, Effect.REQUIRE_APPROVAL, Effect.ESCALATE})
"""Effects that such a type cannot have at runtime: nobody declared a state that it could be set back to."""

_AT_RUNTIME: Final = frozenset({Effect.REMEDIATE, Effect.ESCALATE})
"""Effects that mean nothing at the other stages, where nothing runs yet that could be put right."""

FEW: Final = 20
"""Names that an error still lists, where none is near the one that it is about."""

Schemas = Callable[[str], ResourceSchema | None]
Nearest = Callable[[str], str | None]


def check_stages(policy: Policy) -> None:
    """Every effect means something at its stage, and the policy speaks at one stage at least."""
    for stage, effect in policy.effects.items():
        check_effect(policy.id, stage, effect, policy.where)
    spoken = {stage for stage, effect in policy.effects.items() if effect is not Effect.NONE}
    if not spoken:
        raise InputError(f"{policy.id} has no effect at any stage", where=policy.where, remedy="name one under effects")
    if policy.subject is Subject.DRIFT and spoken != {Stage.RUNTIME}:
        raise InputError(
            f"{policy.id} speaks of drift, which there is at runtime only",
            where=policy.where,
            remedy="leave runtime alone under effects",
        )
    effect, own = policy.effect(Stage.RUNTIME), _own_type(policy)
    if own == WEAKNESS and effect is not Effect.NONE:
        raise InputError(
            f"{policy.id} speaks of weaknesses in the source at runtime, where there is no source",
            where=policy.where,
            remedy="leave runtime out of effects",
        )
    if own and policy.subject is Subject.RESOURCE and effect in NOTHING_TO_SET_BACK:
        meant_by = "components" if own == COMPONENT else "users and roles"
        raise InputError(
            f"{policy.id} has the effect {effect} on {meant_by} at runtime, where nothing of them can be set back",
            where=policy.where,
            remedy="at runtime it can be none, warn, alert or deny, which there alerts",
        )


def check_effect(who: str, stage: Stage, effect: Effect, where: str) -> None:
    """The effect means something at the stage."""
    if stage is not Stage.RUNTIME and effect in _AT_RUNTIME:
        allowed = ", ".join(str(each) for each in Effect if each not in _AT_RUNTIME)
        raise InputError(f"{who} cannot {effect} at {stage}", where=where, remedy=f"at {stage} it can be {allowed}")


def check_types(policy: Policy, schemas: Schemas, nearest: Nearest) -> dict[str, ResourceSchema]:
    """The schemas of the types that the policy names; none for every type."""
    if policy.types == (EVERY_TYPE,) and policy.subject is Subject.DRIFT:
        return {}
    own = _own_type(policy)
    if own and (policy.subject is Subject.DRIFT or len(policy.types) > 1):
        beside = "drift" if policy.subject is Subject.DRIFT else "other types"
        raise InputError(
            f"{policy.id} speaks of {beside} and of {own}, of which no policy speaks but a guardrail of its own",
            where=policy.reads_where.get(own, policy.where),
            remedy="write one with subject: resource and that type alone",
        )
    return {name: _schema(policy, name, schemas, nearest) for name in policy.types}


def check_reads(policy: Policy, schemas: Mapping[str, ResourceSchema]) -> None:
    """Every path that the policy reads exists in every type, is returned by the provider, and stands for itself."""
    for path in policy.reads:
        for schema in schemas.values():
            _check_path(policy, path, schema)
    for path, other in permutations(policy.reads, 2):
        siblings = split(path)[:-1] == split(other)[:-1] and split(path)[-1] == ANY
        if covers(path, other) or siblings:
            raise InputError(
                f"{policy.id} reads both {path} and {other}, which cannot stand side by side",
                where=policy.reads_where.get(other, policy.where),
                remedy="name one of them",
            )


def check_names(policy: Policy, names: Scan, variables: Iterable[str], functions: Iterable[str]) -> None:
    """The expression uses nothing but its declared projection and the functions that there are."""
    known = VARIABLES[policy.subject] if NOT_PLACED.isdisjoint(policy.types) else OF_NOT_PLACED
    for variable in sorted(set(variables) - names.bound):
        _refuse_unless_known(policy, "variable", variable, known)
    for function in sorted(each for each in functions if each.isidentifier()):
        _refuse_unless_known(policy, "function", function, (*BUILT_IN, *FUNCTIONS))
    read = {step for path in policy.reads for step in split(path)} - {ANY}
    for field in names.fields:
        fixed = known.get(field.base) if field.base not in names.bound else None
        if fixed or policy.subject is Subject.DRIFT:
            _refuse_unless_known(policy, "field", field.name, fixed or ())
        elif field.name not in read:
            raise InputError(
                f"the expression of {policy.id} uses the field {field.name}, which no entry of reads names",
                where=policy.expression_where or policy.where,
                remedy=f"add its path to reads, or {meant(field.name, read)}",
            )


def check_tags(policy: Policy, schemas: Mapping[str, ResourceSchema]) -> None:
    """For an expression that uses `tags`: it says so in `reads`, and each type has a list of them."""
    if policy.subject is Subject.RESOURCE and not any(covers("Tags", path) for path in policy.reads):
        raise InputError(
            f"{policy.id} uses tags, which no entry of reads names",
            where=policy.expression_where,
            remedy="add Tags[*].Key to reads",
        )
    for schema in schemas.values():
        if schema.kind("Tags") is not Kind.LIST:
            raise InputError(
                f"{policy.id} uses tags, but {schema.type} has no list of Tags",
                where=policy.expression_where,
                remedy="leave the type out",
            )


def check_examples(policy: Policy, schemas: Mapping[str, ResourceSchema]) -> None:
    """Every example is of a type that the policy speaks of, and gives what exists."""
    for example in policy.examples:
        if example.type not in policy.types and policy.types != (EVERY_TYPE,):
            raise InputError(
                f"the example {example.name!r} is of {example.type}, of which {policy.id} does not speak",
                where=example.where,
                remedy=f"it speaks of {', '.join(policy.types)}",
            )
        if policy.subject is Subject.DRIFT:
            _check_difference(example)
        else:
            _check_properties(example, schemas[example.type])


def _check_properties(example: Example, schema: ResourceSchema) -> None:
    misspelt = next(_misspelt(example.given, "", schema), None)
    if misspelt is not None:
        raise InputError(
            f"{schema.type} has no property {misspelt}", where=example.where, remedy=meant(misspelt, schema.kinds)
        )


def _own_type(policy: Policy) -> str:
    """The first of its types that is put together by Setpoint; empty where none is."""
    return next((each for each in policy.types if each in OWN_SCHEMAS), "")


def _schema(policy: Policy, name: str, schemas: Schemas, nearest: Nearest) -> ResourceSchema:
    schema = OWN_SCHEMAS.get(name) or schemas(name)
    if schema is None:
        close = next(iter(get_close_matches(name, OWN_SCHEMAS, cutoff=0.8)), None) or nearest(name)
        raise InputError(
            f"there is no resource type {name}",
            where=policy.reads_where.get(name, policy.where),
            remedy=f"did you mean {close}?" if close else "write it as in CloudFormation, for example AWS::S3::Bucket",
        )
    return schema


def _check_path(policy: Policy, path: str, schema: ResourceSchema) -> None:
    where = policy.reads_where.get(path, policy.where)
    if schema.kind(path) is None:
        raise InputError(f"{schema.type} has no property {path}", where=where, remedy=meant(path, schema.kinds))
    if any(covers(hidden, path) for hidden in schema.write_only):
        raise InputError(
            f"{path} of {schema.type} is never returned by AWS, so nothing can be told of it",
            where=where,
            remedy="read another property",
        )
    if any(covers(unread, path) for unread in schema.not_read):
        raise InputError(
            f"{path} of {schema.type} is not read by Setpoint yet, so nothing can be told of it",
            where=where,
            remedy="read another property",
        )


def _misspelt(value: Json, path: str, schema: ResourceSchema) -> Iterator[str]:
    """The paths in `value` that the schema does not know; free-form parts are not looked into."""
    if path and schema.kind(path) in (Kind.DOCUMENT, Kind.ANY):
        return
    if isinstance(value, list):
        for member in value:
            yield from _misspelt(member, element(path), schema)
    elif isinstance(value, Mapping):
        for name, member in value.items():
            child = next((each for each in (join(path, name), element(path)) if schema.kind(each)), "")
            if child:
                yield from _misspelt(member, child, schema)
            elif not _is_free_form(path, schema):
                yield join(path, name)


def _is_free_form(path: str, schema: ResourceSchema) -> bool:
    return bool(path) and not any(covers(path, known) and known != path for known in schema.kinds)


def _check_difference(example: Example) -> None:
    """The example of a drift policy is a difference: nothing but its fields, and a kind that there is."""
    fields, kinds = sorted(DRIFT_FIELDS - {"type"}), [str(kind) for kind in DriftKind]
    for name in example.given:
        if name not in fields:
            raise InputError(
                f"the example {example.name!r} has an unknown field {name}",
                where=example.where,
                remedy=meant(name, fields),
            )
    kind = example.given.get("kind")
    if kind not in kinds:
        raise InputError(
            f"the example {example.name!r} is of no kind of drift ({kind})",
            where=example.where,
            remedy=f"its kind can be {', '.join(kinds)}",
        )


def _refuse_unless_known(policy: Policy, what: str, name: str, known: Collection[str]) -> None:
    if name not in known:
        raise InputError(
            f"the expression of {policy.id} uses the {what} {name}, which does not exist",
            where=policy.expression_where or policy.where,
            remedy=meant(name, known),
        )


def meant(name: str, known: Collection[str]) -> str:
    """`did you mean X?`, or what there is."""
    close = get_close_matches(name, known, n=1, cutoff=0.7)
    if close:
        return f"did you mean {close[0]}?"
    few = sorted(known) if len(known) <= FEW else []
    return f"known are {', '.join(few)}" if few else "look it up in the reference"

"""One statement of a policy, read strictly; the part of `iam_reading` that knows what may stand in it.

The rules are those of the IAM User Guide, "Grammar of the IAM JSON policy language" and "AWS JSON policy elements:
Principal".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from setpoint.errors import InputError
from setpoint.model.canonical import Json
from setpoint.model.iam import (
    Condition,
    Effect,
    Operator,
    PolicyKind,
    Principals,
    Quantifier,
    Selection,
    Statement,
)

_STATEMENT: Final = (
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
)
_PRINCIPALS: Final = ("AWS", "Service", "Federated", "CanonicalUser")

_ACTION: Final = re.compile(r"\*|(?:\*|[A-Za-z0-9_-]+):[A-Za-z0-9_*?-]+")
_ACCOUNT: Final = re.compile(r"\d{12}")
_UNIQUE_ID: Final = re.compile(r"A[A-Z0-9]{15,127}")
"""What AWS shows of a principal that was deleted ("IAM identifiers: Unique identifiers")."""

_OPERATORS: Final = {operator.lower(): operator for operator in Operator}
_QUANTIFIERS: Final = {quantifier.lower(): quantifier for quantifier in Quantifier}


def read_statement(value: Json, kind: PolicyKind, where: str) -> Statement:
    statement = mapping_of(value, where, "a statement")
    refuse_others(statement, _STATEMENT, where)
    effect = statement.get("Effect")
    if effect not in tuple(Effect):
        what = "the statement has no effect" if effect is None else f"the effect is {effect!r}"
        raise InputError(what, where=f"{where}.Effect", remedy="write Allow or Deny, in this case of letters")
    actions = _selection(statement, "Action", where)
    if actions is None:
        raise InputError("the statement names no action", where=f"{where}.Action", remedy="add Action or NotAction")
    _check_actions(actions, where)
    return Statement(
        effect=Effect(effect),
        actions=actions,
        resources=_resources(statement, kind, where),
        principals=_principals(statement, kind, where),
        conditions=_conditions(statement, where),
        sid=text_of(statement.get("Sid", ""), f"{where}.Sid"),
    )


def _selection(statement: Mapping[str, Json], name: str, where: str) -> Selection | None:
    """`Action` or `NotAction`, `Resource` or `NotResource`; never both."""
    opposite = f"Not{name}"
    if name in statement and opposite in statement:
        raise InputError(f"the statement has both {name} and {opposite}", where=f"{where}.{opposite}")
    present = name if name in statement else opposite
    if present not in statement:
        return None
    return Selection(texts_of(statement[present], f"{where}.{present}"), negated=present == opposite)


def _check_actions(actions: Selection, where: str) -> None:
    for pattern in actions.patterns:
        if not _ACTION.fullmatch(pattern):
            name = "NotAction" if actions.negated else "Action"
            raise InputError(
                f"{pattern!r} is no action",
                where=f"{where}.{name}",
                remedy="write service:Name, such as s3:GetObject, or *",
            )


def _resources(statement: Mapping[str, Json], kind: PolicyKind, where: str) -> Selection | None:
    resources = _selection(statement, "Resource", where)
    if kind is PolicyKind.RESOURCE:
        return resources  # of some services (IAM roles, ECR) it is the resource that the policy belongs to
    if resources is None:
        raise InputError(
            "the statement names no resource", where=f"{where}.Resource", remedy="add Resource or NotResource"
        )
    for pattern in resources.patterns:
        if pattern != "*" and not pattern.startswith("arn:"):
            name = "NotResource" if resources.negated else "Resource"
            raise InputError(f"{pattern!r} is no resource", where=f"{where}.{name}", remedy="write an ARN or *")
    return resources


def _principals(statement: Mapping[str, Json], kind: PolicyKind, where: str) -> Principals | None:
    present = next((name for name in ("Principal", "NotPrincipal") if name in statement), None)
    if kind not in {PolicyKind.RESOURCE, PolicyKind.RCP}:
        if present:
            raise InputError(f"{present} stands in a policy that is not a resource's", where=f"{where}.{present}")
        return None
    if present is None:
        raise InputError(
            "the statement names no principal", where=f"{where}.Principal", remedy="add a member Principal"
        )
    if "Principal" in statement and "NotPrincipal" in statement:
        raise InputError("the statement has both Principal and NotPrincipal", where=f"{where}.NotPrincipal")
    principals = _principal_lists(statement[present], f"{where}.{present}", negated=present == "NotPrincipal")
    if kind is PolicyKind.RCP and principals != Principals(aws=("*",)):
        raise InputError(
            "a resource control policy speaks of all principals",
            where=f"{where}.{present}",
            remedy='write "Principal": "*"',
        )
    return principals


def _principal_lists(value: Json, where: str, *, negated: bool) -> Principals:
    if value == "*":
        return Principals(aws=("*",), negated=negated)
    block = mapping_of(value, where, '"*" or a mapping of principals')
    refuse_others(block, _PRINCIPALS, where)
    lists = {name: texts_of(block[name], f"{where}.{name}") if name in block else () for name in _PRINCIPALS}
    for member in lists["AWS"]:
        _check_aws_principal(member, f"{where}.AWS")
    return Principals(lists["AWS"], lists["Service"], lists["Federated"], lists["CanonicalUser"], negated)


def _check_aws_principal(member: str, where: str) -> None:
    if member == "*" or _ACCOUNT.fullmatch(member) or _UNIQUE_ID.fullmatch(member):
        return
    if not member.startswith("arn:"):
        raise InputError(f"{member!r} is no principal", where=where, remedy="write an ARN, an account's 12 digits or *")
    if "*" in member or "?" in member:
        raise InputError(
            f"{member!r} stands for a part of the principals, which AWS does not take",
            where=where,
            remedy="name each, or write * and a condition on aws:PrincipalArn",
        )


def _conditions(statement: Mapping[str, Json], where: str) -> tuple[Condition, ...]:
    if "Condition" not in statement:
        return ()
    where = f"{where}.Condition"
    block = mapping_of(statement["Condition"], where, "a mapping of operators")
    return tuple(
        _condition(name, key, values, where)
        for name, keys in block.items()
        for key, values in mapping_of(keys, f"{where}.{name}", "a mapping of condition keys").items()
    )


def _condition(name: str, key: str, values: Json, where: str) -> Condition:
    quantifier, operator, if_exists = _operator(name, where)
    if ":" not in key:
        raise InputError(f"{key!r} is no condition key", where=f"{where}.{name}", remedy="write prefix:name")
    listed = values if isinstance(values, list) else [values]
    texts = tuple(value_text(each, f"{where}.{name}.{key}") for each in listed)
    if operator is Operator.NULL and not {text.lower() for text in texts} <= {"true", "false"}:
        raise InputError("Null is compared with true or false only", where=f"{where}.{name}.{key}")
    return Condition(operator, key.lower(), texts, quantifier, if_exists)


def _operator(name: str, where: str) -> tuple[Quantifier, Operator, bool]:
    before, separator, after = name.lower().rpartition(":")
    quantifier = _QUANTIFIERS.get(before) if separator else Quantifier.NONE
    if_exists = after.endswith("ifexists")
    operator = _OPERATORS.get(after.removesuffix("ifexists"))
    if (
        operator is None
        or quantifier is None
        or (separator and not quantifier)
        or (if_exists and operator is Operator.NULL)
    ):
        raise InputError(
            f"{name!r} is no condition operator", where=where, remedy="see “Condition operators” in the IAM User Guide"
        )
    return quantifier, operator, if_exists


def value_text(value: Json, where: str) -> str:
    """A condition's or a context's value as the text that AWS compares."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, str | int | float):
        return str(value)
    raise InputError("a text, a number or a truth value was expected", where=where)


def refuse_others(value: Mapping[str, Json], known: tuple[str, ...], where: str) -> None:
    for name in value:
        if name not in known:
            raise InputError(f"unknown member {name!r}", where=where, remedy=one_of(known))


def one_of(known: tuple[str, ...]) -> str:
    return f"known are: {', '.join(known)}"


def mapping_of(value: Json, where: str, expected: str) -> Mapping[str, Json]:
    if not isinstance(value, Mapping):
        raise InputError(f"{expected} was expected", where=where)
    return value


def text_of(value: Json, where: str) -> str:
    if not isinstance(value, str):
        raise InputError("a text was expected", where=where)
    return value


def texts_of(value: Json, where: str) -> tuple[str, ...]:
    """One text, or a list of any number of them."""
    listed = value if isinstance(value, list) else [value]
    if not all(isinstance(each, str) and each for each in listed):
        raise InputError("a text or a list of texts was expected", where=where)
    return tuple(listed)

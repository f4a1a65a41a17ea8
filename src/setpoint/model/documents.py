"""IAM policy documents: one total form for every spelling of the same document.

Comparing (`compare/config`) and policies' projections (`decide/policy`) both read documents in this form only.
Its rules are those of the IAM User Guide, "IAM JSON policy elements reference" and "Grammar of the IAM JSON policy
language".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import orjson

from setpoint.model.canonical import Json, Unknown, canonical_bytes
from setpoint.model.schema import Kind

IMPLIED_VERSION: Final = "2008-10-17"
"""What a document without `Version` is read as ("IAM JSON policy elements: Version")."""

PRINCIPALS: Final = ("AWS", "Service", "Federated", "CanonicalUser")
"""The kinds of principal ("AWS JSON policy elements: Principal")."""

_ACTION_LISTS: Final = ("Action", "NotAction")
_RESOURCE_LISTS: Final = ("Resource", "NotResource")
_PRINCIPAL_BLOCKS: Final = ("Principal", "NotPrincipal")
_ACCOUNT_DIGITS: Final = 12


def _statement_kinds() -> dict[str, Kind]:
    kinds = {"Sid": Kind.STRING, "Effect": Kind.STRING, "Condition": Kind.OBJECT}
    for name in (*_ACTION_LISTS, *_RESOURCE_LISTS):
        kinds |= {name: Kind.LIST, f"{name}[*]": Kind.STRING}
    for block in _PRINCIPAL_BLOCKS:
        kinds[block] = Kind.OBJECT
        for name in PRINCIPALS:
            kinds |= {f"{block}.{name}": Kind.LIST, f"{block}.{name}[*]": Kind.STRING}
    return kinds


DOCUMENT_KINDS: Final[Mapping[str, Kind]] = {
    "Version": Kind.STRING,
    "Id": Kind.STRING,
    "Statement": Kind.LIST,
    "Statement[*]": Kind.OBJECT,
    **{f"Statement[*].{path}": kind for path, kind in _statement_kinds().items()},
}
"""Every path of the canonical form, below the property that holds the document."""


def canonical_document(value: Json, partition: str = "aws") -> Json:
    """The document (an object, or JSON in a string) in the form that `DOCUMENT_KINDS` describes.

    Every key is there: an absent text is None, an absent list `[]`, an absent condition `{}`. Lists are sorted and
    without duplicates; actions, condition operators and condition keys are in lower case; condition values are lists of
    text; an account is written `arn:<partition>:iam::<account>:root`. Keys that IAM does not know stay as they are.

    What is no policy document comes back as it was: text that is not JSON as text, other JSON parsed.
    """
    parsed = _parsed(value)
    if not isinstance(parsed, Mapping) or "Statement" not in parsed:
        return parsed
    statements = parsed["Statement"]
    statements = statements if isinstance(statements, list) else [statements]
    if not all(isinstance(statement, Mapping | Unknown) for statement in statements):
        return parsed
    return {
        **parsed,
        "Version": parsed.get("Version") or IMPLIED_VERSION,
        "Id": parsed.get("Id") or None,
        "Statement": sorted((_statement(each, partition) for each in statements), key=_statement_order),
    }


def _parsed(value: Json) -> Json:
    if not isinstance(value, str):
        return value
    try:
        parsed = orjson.loads(value)
    except orjson.JSONDecodeError:
        return value
    return parsed if isinstance(parsed, Mapping | list) else value


def _statement(statement: Mapping[str, Json] | Unknown, partition: str) -> Json:
    if isinstance(statement, Unknown):
        return statement
    return {
        **statement,
        "Sid": statement.get("Sid") or None,
        "Effect": statement.get("Effect"),
        **{block: _principals(statement.get(block), partition) for block in _PRINCIPAL_BLOCKS},
        **{name: _sorted(_lower(each) for each in _listed(statement.get(name))) for name in _ACTION_LISTS},
        **{name: _sorted(_listed(statement.get(name))) for name in _RESOURCE_LISTS},
        "Condition": _condition(statement.get("Condition")),
    }


def _statement_order(statement: Json) -> tuple[bytes, bytes]:
    """By content first, so that a label that is different or gone does not move its statement."""
    if not isinstance(statement, Mapping):
        return canonical_bytes(statement), b""
    unlabelled = {name: value for name, value in statement.items() if name != "Sid"}
    return canonical_bytes(unlabelled), canonical_bytes(statement["Sid"])


def _principals(block: Json, partition: str) -> Json:
    if isinstance(block, Unknown):
        return block
    if isinstance(block, Mapping):
        kinds = {name: _sorted(_listed(members)) for name, members in block.items()}
    else:
        # A bare "*" stands for everyone, as {"AWS": "*"} does; AWS takes no other text here.
        kinds = {"AWS": _listed(block)}
    absent: dict[str, list[Json]] = {name: [] for name in PRINCIPALS}
    accounts = _sorted(_account_arn(member, partition) for member in kinds.get("AWS", []))
    return {**absent, **kinds, "AWS": accounts}


def _account_arn(member: Json, partition: str) -> Json:
    member = _text(member)  # an account id without quotes is a number to YAML and JSON
    if isinstance(member, str) and len(member) == _ACCOUNT_DIGITS and member.isdecimal():
        return f"arn:{partition}:iam::{member}:root"
    return member


def _condition(condition: Json) -> Json:
    if condition is None:
        return {}
    if not isinstance(condition, Mapping):
        return condition
    return {operator: _operands(operator, keys) for operator, keys in _lower_keys(condition).items()}


def _operands(operator: str, keys: Json) -> Json:
    if not isinstance(keys, Mapping):
        return keys
    # `Bool` and `Null` compare truth, which both "True" and "true" spell; other operators may compare letter by letter.
    compares_truth = operator.rsplit(":", 1)[-1].removesuffix("ifexists") in ("bool", "null")
    return {
        key: _sorted(_lower(_text(each)) if compares_truth else _text(each) for each in _listed(values))
        for key, values in _lower_keys(keys).items()
    }


def _lower_keys(value: Mapping[str, Json]) -> Mapping[str, Json]:
    """Keys in lower case, unless two would become one: then something would be lost."""
    lowered = {key.lower(): member for key, member in value.items()}
    return lowered if len(lowered) == len(value) else value


def _listed(value: Json) -> list[Json]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _sorted(values: Iterable[Json]) -> list[Json]:
    return [value for _, value in sorted({canonical_bytes(value): value for value in values}.items())]


def _lower(value: Json) -> Json:
    return value.lower() if isinstance(value, str) else value


def _text(value: Json) -> Json:
    """A number or boolean as the text that AWS reads it as."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, int | float) else value

"""Policy documents compared by what they allow and deny, not by how they are written."""

from __future__ import annotations

from collections.abc import Mapping

from setpoint.compare.config.home import Home
from setpoint.model.canonical import Json, Unknown, canonical_bytes


def is_policy(value: Json) -> bool:
    """Whether it is a policy document by its shape, wherever it stands: statements that each have an effect."""
    statements = value.get("Statement") if isinstance(value, Mapping) else None
    listed = [statements] if isinstance(statements, Mapping) else statements
    return (
        isinstance(listed, list)
        and bool(listed)
        and all(isinstance(each, Mapping) and "Effect" in each for each in listed)
    )


def same_document(intended: Json, actual: Json) -> bool | Unknown:
    """Whether two documents in canonical form say the same; the `Unknown` on which it hangs, where it hangs on one."""
    wanted, found = meaning(intended), meaning(actual)
    if canonical_bytes(wanted) == canonical_bytes(found):
        return True
    unknown = first_unknown(wanted)
    return unknown if unknown is not None and _fits(wanted, found) else False


def meaning(document: Json) -> Json:
    """The document without its labels (`Id`, `Sid`) and without statements said twice."""
    if not isinstance(document, Mapping) or not isinstance(document.get("Statement"), list):
        return document
    statements = {canonical_bytes(each): each for each in map(_unlabelled, document["Statement"])}
    named = {name: value for name, value in document.items() if name != "Id"}
    return {**named, "Statement": [statements[content] for content in sorted(statements)]}


def _unlabelled(statement: Json) -> Json:
    if not isinstance(statement, Mapping):
        return statement
    return {name: value for name, value in statement.items() if name != "Sid"}


def at_home(document: Json, home: Home) -> Json:
    """The document with the ARNs of an API's own methods as API Gateway takes them (`execute-api:/stage/GET/orders`).

    It returns them in full (API Gateway Developer Guide, "API Gateway resource policies").
    """
    if isinstance(document, Mapping):
        return {name: at_home(member, home) for name, member in document.items()}
    if isinstance(document, list):
        return [at_home(member, home) for member in document]
    if isinstance(document, str) and ":execute-api:" in document:
        start = f"arn:{home.partition}:execute-api:{home.region}:{home.account}:"
        if document.startswith(start):
            return f"execute-api:/{document.removeprefix(start).partition('/')[2]}"
    return document


def first_unknown(value: Json) -> Unknown | None:
    """The first value in here that could not be worked out."""
    if isinstance(value, Unknown):
        return value
    members = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return next((found for found in map(first_unknown, members) if found is not None), None)


def _fits(pattern: Json, value: Json) -> bool:
    """Whether `value` is what `pattern` says, with anything in the place of each `Unknown`."""
    if isinstance(pattern, Unknown):
        return True
    if isinstance(pattern, Mapping):
        return (
            isinstance(value, Mapping)
            and pattern.keys() == value.keys()
            and all(_fits(pattern[name], value[name]) for name in pattern)
        )
    if isinstance(pattern, list):
        return isinstance(value, list) and _elements_fit(pattern, value)
    return bool(pattern == value)


def _elements_fit(patterns: list[Json], values: list[Json]) -> bool:
    """In any order; an element that is not known stands for one value at most."""
    unmatched = list(values)
    unknown = [pattern for pattern in patterns if isinstance(pattern, Unknown)]
    known = [pattern for pattern in patterns if not isinstance(pattern, Unknown)]
    for pattern in sorted(known, key=lambda each: first_unknown(each) is not None):
        match = next((index for index, value in enumerate(unmatched) if _fits(pattern, value)), None)
        if match is None:
            return False
        del unmatched[match]
    return len(unmatched) <= len(unknown)

"""Policy documents read strictly: what AWS would refuse is refused here too, and never evaluated as something else.

Whoever has a document from outside comes through here: files of cases, AWS's export of an account, templates, live
answers. The rules are those of the IAM User Guide, "Grammar of the IAM JSON policy language" and "AWS JSON policy
elements: Principal". An empty list is taken, and nothing fits it: AWS merely advises against it ("IAM Access Analyzer
policy check reference", *Empty array action* and others).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

import orjson

from setpoint.errors import InputError
from setpoint.model.canonical import Json, canonical_bytes
from setpoint.model.iam import PolicyDocument, PolicyKind, Statement
from setpoint.model.iam_statement_reading import mapping_of, one_of, read_statement, refuse_others, text_of

MAX_BYTES: Final = 1_048_576
"""Of one document without white space. What people write is small: a key's policy, the largest, has at most 32 KiB. AWS
keeps to no quota: `AWSSupportServiceRolePolicy`, which every account has, takes 150 KiB."""

MAX_DEPTH: Final = 16
"""Twice as deep as the grammar goes."""

VERSIONS: Final = ("2012-10-17", "2008-10-17")
_IMPLIED_VERSION: Final = "2008-10-17"
"""What a document without `Version` is read as ("IAM JSON policy elements: Version")."""

_DOCUMENT: Final = ("Version", "Id", "Statement")


def read_policy(value: Json, kind: PolicyKind, where: str) -> PolicyDocument:
    """`value` is the document, or its text as JSON; errors name the member below `where`."""
    if isinstance(value, str):
        value = _parsed(value, where)
    document = mapping_of(value, where, "a policy document")
    _check_depth(document, where)
    if len(canonical_bytes(document)) > MAX_BYTES:
        raise InputError(f"the policy has more than {MAX_BYTES:,} bytes, which no policy in AWS has", where=where)
    refuse_others(document, _DOCUMENT, where)
    version = document.get("Version", _IMPLIED_VERSION)
    if version not in VERSIONS:
        raise InputError(
            f"{version!r} is no version of the policy language", where=f"{where}.Version", remedy=one_of(VERSIONS)
        )
    statements = _statements(document, kind, where)
    if kind is not PolicyKind.RESOURCE:
        _refuse_repeated_sids(statements, where)
    return PolicyDocument(statements, version, text_of(document.get("Id", ""), f"{where}.Id"))


def refuse_repeated_members(text: str) -> None:
    """AWS takes no object that has a member twice ("Policy grammar notes"). `text` is JSON that is not nested deep."""
    json.loads(text, object_pairs_hook=_unique, parse_int=str, parse_float=str)


def _unique(pairs: list[tuple[str, Json]]) -> None:
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            raise InputError(f"the member {name!r} stands twice in an object")
        seen.add(name)


def _parsed(text: str, where: str) -> Json:
    if len(text) > 2 * MAX_BYTES:
        raise InputError(f"the policy has more than {2 * MAX_BYTES:,} characters", where=where)
    try:
        value = orjson.loads(text)
        _check_depth(value, where)
        refuse_repeated_members(text)
    except orjson.JSONDecodeError as error:
        raise InputError(f"the policy is not JSON ({error.msg})", where=where) from error
    except InputError as error:
        raise InputError(error.what, where=where) from error
    return value


def _check_depth(value: Json, where: str) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return
    raise InputError(f"the policy is nested more than {MAX_DEPTH} levels deep", where=where)


def _children(value: Json) -> list[Json]:
    if isinstance(value, Mapping):
        return list(value.values())
    return value if isinstance(value, list) else []


def _statements(document: Mapping[str, Json], kind: PolicyKind, where: str) -> tuple[Statement, ...]:
    where = f"{where}.Statement"
    if "Statement" not in document:
        raise InputError("the policy has no statement", where=where, remedy="add a member Statement")
    value = document["Statement"]
    if not isinstance(value, list):
        return (read_statement(value, kind, where),)
    return tuple(read_statement(each, kind, f"{where}[{index}]") for index, each in enumerate(value))


def _refuse_repeated_sids(statements: tuple[Statement, ...], where: str) -> None:
    seen: set[str] = set()
    for index, statement in enumerate(statements):
        if statement.sid and statement.sid in seen:
            raise InputError(f"the Sid {statement.sid!r} stands twice", where=f"{where}.Statement[{index}].Sid")
        seen.add(statement.sid)

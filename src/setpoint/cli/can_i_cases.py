"""Requests and policies from files: those of `setpoint can-i --cases`, and of its `--policies`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from setpoint.compare.identity.aws.callers import caller_of
from setpoint.compare.identity.aws.evaluation import Policies
from setpoint.compare.identity.aws.request import Caller, Context, Request
from setpoint.errors import InputError
from setpoint.files import parse_json, read_bytes
from setpoint.model.canonical import Json
from setpoint.model.iam import Effect, NamedPolicy, PolicyKind
from setpoint.model.iam_reading import read_policy, refuse_repeated_members
from setpoint.model.iam_statement_reading import value_text

MAX_FILE: Final = 256 * 1024 * 1024
MAX_CASES: Final = 100_000
MAX_POLICIES: Final = 100
"""Of one case: AWS attaches some ten of a kind at most ("IAM and AWS STS quotas")."""
MAX_TEXT: Final = 2_048
"""Characters of an ARN ("IAM and AWS STS quotas")."""

_ACTION: Final = re.compile(r"[A-Za-z0-9_-]+:[A-Za-z0-9_-]+")
_ACCOUNT: Final = re.compile(r"\d{12}")
_KINDS: Final = {str(kind): kind for kind in PolicyKind}


@dataclass(frozen=True, slots=True)
class Case:
    id: str
    request: Request
    policies: Policies


def read_cases(path: Path) -> list[Case]:
    """`{"cases": [...]}`; errors name the member, such as `cases[3].action`."""
    document = _document(path)
    cases = document.get("cases") if isinstance(document, Mapping) else None
    if not isinstance(cases, list):
        raise InputError("a list of cases was expected", where=f"{path}: cases", remedy='write {"cases": […]}')
    if len(cases) > MAX_CASES:
        raise InputError(f"there are more than {MAX_CASES:,} cases", where=f"{path}: cases")
    read = [_case(each, f"{path}: cases[{index}]") for index, each in enumerate(cases)]
    _refuse_repeated_ids(read, f"{path}: cases")
    return read


def read_policies(path: Path) -> Policies:
    """`{"policies": [...]}`, whose members are those of a case."""
    document = _document(path)
    if not isinstance(document, Mapping) or "policies" not in document:
        raise InputError("a list of policies was expected", where=f"{path}: policies", remedy='write {"policies": […]}')
    return policies_of(document["policies"], f"{path}: policies")


def policies_of(value: Json, where: str) -> Policies:
    """A kind that is not there does not apply.

    Several policies of an identity, a session or a resource together allow what one of them does.
    """
    by_kind: dict[PolicyKind, list[NamedPolicy]] = {}
    entries = _list(value, where)
    if len(entries) > MAX_POLICIES:
        raise InputError(f"there are more than {MAX_POLICIES} policies", where=where)
    for index, entry in enumerate(entries):
        kind, policy = _policy(entry, f"{where}[{index}]", f"policies[{index}]")
        by_kind.setdefault(kind, []).append(policy)
        if kind is PolicyKind.BOUNDARY and len(by_kind[kind]) > 1:
            raise InputError("a principal has one permissions boundary", where=f"{where}[{index}].type")
    return Policies(
        identity=tuple(by_kind.get(PolicyKind.IDENTITY, ())),
        resource=tuple(by_kind[PolicyKind.RESOURCE]) if PolicyKind.RESOURCE in by_kind else None,
        boundary=next(iter(by_kind.get(PolicyKind.BOUNDARY, ())), None),
        session=tuple(by_kind[PolicyKind.SESSION]) if PolicyKind.SESSION in by_kind else None,
        scps=_levels(by_kind.get(PolicyKind.SCP, ())),
        rcps=_levels(by_kind.get(PolicyKind.RCP, ())),
    )


def request_of(
    caller: Caller, action: Json, resource: Json, resource_account: Json, context: Context, where: str
) -> Request:
    """`where` is what the names of the members follow: `cases[3].`, or nothing."""
    name = _text(action, f"{where}action")
    if not _ACTION.fullmatch(name):
        raise InputError(
            f"{name!r} is no action", where=f"{where}action", remedy="write service:Name, such as s3:GetObject"
        )
    arn = _text(resource, f"{where}resource")
    if arn != "*" and (not arn.startswith("arn:") or arn.count(":") < 5):
        raise InputError(f"{arn!r} is no resource", where=f"{where}resource", remedy="write an ARN or *")
    owner = _account(resource_account, f"{where}resource_account") or _owner(arn) or caller.account
    return Request(caller, name, arn, owner, context)


def _document(path: Path) -> Json:
    data = read_bytes(path, limit=MAX_FILE)
    document = parse_json(data, str(path))
    try:
        refuse_repeated_members(data.decode())
    except InputError as error:
        raise InputError(error.what, where=str(path)) from error
    return document


def _case(value: Json, where: str) -> Case:
    case = _mapping(value, where)
    identity = case.get("id")
    if isinstance(identity, bool) or not isinstance(identity, str | int) or identity == "":
        raise InputError("a text was expected", where=f"{where}.id")
    context = _context(case.get("context", {}), f"{where}.context")
    caller = caller_of(
        _text(case.get("principal"), f"{where}.principal"),
        account=_account(case.get("principal_account"), f"{where}.principal_account"),
        where=f"{where}.principal",
        role_arn=next(iter(context.values.get("aws:principalarn", ())), ""),
    )
    request = request_of(
        caller, case.get("action"), case.get("resource"), case.get("resource_account"), context, f"{where}."
    )
    return Case(str(identity), request, policies_of(case.get("policies", []), f"{where}.policies"))


def _refuse_repeated_ids(cases: Sequence[Case], where: str) -> None:
    seen: set[str] = set()
    for index, each in enumerate(cases):
        if each.id in seen:
            raise InputError(f"the id {each.id!r} stands twice", where=f"{where}[{index}].id")
        seen.add(each.id)


def _context(value: Json, where: str) -> Context:
    """All that there is: a key that is not in it is absent from the request."""
    values: dict[str, tuple[str, ...]] = {}
    for key, each in _mapping({} if value is None else value, where).items():
        listed = each if isinstance(each, list) else [each]
        if key.lower() in values:
            raise InputError(f"the key {key!r} stands twice, in other letters", where=f"{where}.{key}")
        values[key.lower()] = tuple(value_text(one, f"{where}.{key}") for one in listed)
    return Context(values, complete=True)


def _policy(value: Json, where: str, name: str) -> tuple[PolicyKind, NamedPolicy]:
    entry = _mapping(value, where)
    kind = _KINDS.get(str(entry.get("type")))
    if kind is None:
        known = ", ".join(_KINDS)
        raise InputError(
            f"{entry.get('type')!r} is no type of policy", where=f"{where}.type", remedy=f"known are: {known}"
        )
    if "document" not in entry:
        raise InputError("the policy has no document", where=f"{where}.document")
    given = entry.get("name")
    return kind, NamedPolicy(
        given if isinstance(given, str) and given else name, read_policy(entry["document"], kind, f"{where}.document")
    )


def _levels(policies: Iterable[NamedPolicy]) -> tuple[tuple[NamedPolicy, ...], ...] | None:
    """Each policy that allows is a level of the organisation; one that only denies stands beside the first of them.

    A policy that denies cannot be all that is attached to a level where anything is to be allowed, so that it says
    nothing of levels.
    """
    listed = list(policies)
    allowing = [each for each in listed if any(one.effect is Effect.ALLOW for one in each.document.statements)]
    denying = tuple(each for each in listed if each not in allowing)
    if not listed:
        return None
    if not allowing:
        return (denying,)
    first, *rest = allowing
    return (first, *denying), *((each,) for each in rest)


def _owner(arn: str) -> str:
    account = arn.split(":", 5)[4] if arn != "*" else ""
    return account if _ACCOUNT.fullmatch(account) else ""


def _account(value: Json, where: str) -> str:
    """Empty where none is given. A number has lost the zeros that an account may begin with."""
    if value is None or value == "":
        return ""
    is_number = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    text = f"{value:012d}" if is_number else _text(value, where)
    if not _ACCOUNT.fullmatch(text):
        raise InputError(f"{text!r} is no account", where=where, remedy="write its 12 digits, as a text")
    return text


def _text(value: Json, where: str) -> str:
    if not isinstance(value, str) or not value or len(value) > MAX_TEXT:
        raise InputError("a text was expected", where=where)
    return value


def _list(value: Json, where: str) -> Sequence[Json]:
    if not isinstance(value, list):
        raise InputError("a list was expected", where=where)
    return value


def _mapping(value: Json, where: str) -> Mapping[str, Json]:
    if not isinstance(value, Mapping):
        raise InputError("an object was expected", where=where)
    return value

"""Policies and requests in the few words that the tests of the engine need."""

from __future__ import annotations

from typing import Any

from setpoint.compare.identity.aws.callers import caller_of
from setpoint.compare.identity.aws.request import Context, Request
from setpoint.model.iam import NamedPolicy, PolicyKind
from setpoint.model.iam_reading import read_policy

ACCOUNT = "111122223333"
OTHER = "444455556666"
BOB = f"arn:aws:iam::{ACCOUNT}:user/team/bob"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/path/deploy"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/run-7"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
OBJECT = "arn:aws:s3:::papers/2026/plan.txt"

Json = Any


def allow(action: Json = "s3:*", resource: Json = "*", **more: Json) -> Json:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Json = "s3:*", resource: Json = "*", **more: Json) -> Json:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def when(operator: str, key: str, values: Json) -> Json:
    return {"Condition": {operator: {key: values}}}


def to(principal: Json) -> Json:
    return {"Principal": principal}


def policy(*statements: Json, kind: str = "identity", version: str = "2012-10-17", name: str = "") -> NamedPolicy:
    document = {"Version": version, "Statement": list(statements)}
    return NamedPolicy(name or kind, read_policy(document, PolicyKind(kind), "document"))


def request(
    principal: str = BOB,
    action: str = "s3:GetObject",
    resource: str = OBJECT,
    owner: str = ACCOUNT,
    context: Json = None,
    *,
    complete: bool = True,
) -> Request:
    values = {key: (each,) if isinstance(each, str) else tuple(each) for key, each in (context or {}).items()}
    return Request(caller_of(principal, where="principal"), action, resource, owner, Context(values, complete))

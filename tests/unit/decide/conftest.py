"""Schemas and policies as small as the tests of deciding need them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from setpoint.decide.policy.compile import PolicySet, compile_policies
from setpoint.model.canonical import Json
from setpoint.model.documents import DOCUMENT_KINDS
from setpoint.model.policy import Effect, Policy, Severity, Stage, Subject
from setpoint.model.resource import Resource
from setpoint.model.schema import Kind, ResourceSchema
from setpoint.model.urn import Urn

ACCOUNT = "111122223333"

TAGS = {"Tags": Kind.LIST, "Tags[*]": Kind.OBJECT, "Tags[*].Key": Kind.STRING, "Tags[*].Value": Kind.STRING}

KINDS: Mapping[str, Mapping[str, Kind]] = {
    "AWS::RDS::DBInstance": {
        "PubliclyAccessible": Kind.BOOLEAN,
        "Port": Kind.STRING,
        "Iops": Kind.INTEGER,
        "MasterUserPassword": Kind.STRING,
        "Volumes": Kind.LIST,
        "Volumes[*]": Kind.OBJECT,
        "Volumes[*].Size": Kind.INTEGER,
        "Labels": Kind.OBJECT,
        "Labels[*]": Kind.STRING,
        "Options": Kind.OBJECT,
        "Options.Name": Kind.STRING,
        "Options.Limit": Kind.INTEGER,
        "Extra": Kind.ANY,
        **TAGS,
    },
    "AWS::EC2::SecurityGroup": {
        "SecurityGroupIngress": Kind.LIST,
        "SecurityGroupIngress[*]": Kind.OBJECT,
        "SecurityGroupIngress[*].CidrIp": Kind.STRING,
        "SecurityGroupIngress[*].FromPort": Kind.INTEGER,
        "SecurityGroupIngress[*].ToPort": Kind.INTEGER,
        "SecurityGroupIngress[*].IpProtocol": Kind.STRING,
        **TAGS,
    },
    "AWS::S3::BucketPolicy": {
        "Bucket": Kind.STRING,
        "PolicyDocument": Kind.DOCUMENT,
        **{f"PolicyDocument.{path}": kind for path, kind in DOCUMENT_KINDS.items()},
    },
}


def schema_of(type_name: str) -> ResourceSchema | None:
    kinds = KINDS.get(type_name)
    hidden = frozenset({"MasterUserPassword"})
    not_read = frozenset({"Volumes"})
    return ResourceSchema(type_name, "1", ("Id",), kinds, write_only=hidden, not_read=not_read) if kinds else None


@pytest.fixture
def schemas() -> Callable[[str], ResourceSchema | None]:
    return schema_of


def _guardrail(expression: str, **changes: Any) -> Policy:
    given: dict[str, Any] = {
        "id": "exposure/database",
        "title": "Database can be reached",
        "why": "Anyone may try.",
        "remedy": "Make it private",
        "severity": Severity.HIGH,
        "subject": Subject.RESOURCE,
        "types": ("AWS::RDS::DBInstance",),
        "reads": ("PubliclyAccessible",),
        "expression": expression,
        "effects": {Stage.DEPLOY: Effect.DENY, Stage.RUNTIME: Effect.REMEDIATE},
        "where": "database.yaml:1",
        "expression_where": "database.yaml:9",
        "reads_where": {"PubliclyAccessible": "database.yaml:8"},
    }
    return Policy(**(given | changes))


@pytest.fixture
def guardrail() -> Callable[..., Policy]:
    """Makes a guardrail on database instances; anything about it can be said otherwise."""
    return _guardrail


@pytest.fixture
def drift_policy() -> Callable[..., Policy]:
    """Makes a drift policy on all types."""

    def make(expression: str, **changes: Any) -> Policy:
        given: dict[str, Any] = {
            "id": "drift/changed",
            "title": "A value changed",
            "severity": Severity.MEDIUM,
            "subject": Subject.DRIFT,
            "types": ("*",),
            "reads": (),
            "effects": {Stage.RUNTIME: Effect.REMEDIATE},
        }
        return _guardrail(expression, **(given | changes))

    return make


@pytest.fixture
def compile_all() -> Callable[..., PolicySet]:
    def compile_these(*policies: Policy) -> PolicySet:
        return compile_policies(policies, schema_of, lambda _name: "AWS::RDS::DBInstance")

    return compile_these


@pytest.fixture
def resource() -> Callable[..., Resource]:
    """Makes a resource; of a database instance unless said otherwise."""

    def make(properties: Mapping[str, Json], type_name: str = "AWS::RDS::DBInstance", **changes: Any) -> Resource:
        urn = Urn.aws("aws", ACCOUNT, "eu-west-1", type_name, "main")
        return Resource(urn, properties, "aws", **changes)

    return make


@pytest.fixture
def outcomes() -> Callable[[Sequence[Any]], list[str]]:
    return lambda evaluations: [str(each.outcome) for each in evaluations]

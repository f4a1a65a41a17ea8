from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.unit.compare.config.real_types import ACCOUNT, Look

from setpoint.compare.config import ConfigComparator
from setpoint.intent.schemas import SchemaCatalogue
from setpoint.model.drift import Comparison
from setpoint.model.resource import Resource
from setpoint.model.schema import Default, Derivation, Kind, Relevance, ResourceSchema
from setpoint.model.urn import Urn

TYPE = "AWS::Test::Thing"

KINDS = {
    "Address": Kind.STRING,
    "Enabled": Kind.BOOLEAN,
    "Port": Kind.INTEGER,
    "Ratio": Kind.NUMBER,
    "Label": Kind.STRING,
    "Engine": Kind.STRING,
    "EngineVersion": Kind.STRING,
    "KmsKeyId": Kind.STRING,
    "Window": Kind.STRING,
    "ThingName": Kind.STRING,
    "Arn": Kind.STRING,
    "Password": Kind.STRING,
    "Metrics": Kind.LIST,
    "Metrics[*]": Kind.OBJECT,
    "Metrics[*].Id": Kind.STRING,
    "Free": Kind.ANY,
    "Policy": Kind.DOCUMENT,
    "Policy.Statement": Kind.LIST,
    "Tags": Kind.LIST,
    "Tags[*]": Kind.OBJECT,
    "Tags[*].Key": Kind.STRING,
    "Tags[*].Value": Kind.STRING,
    "Policies": Kind.LIST,
    "Policies[*]": Kind.OBJECT,
    "Policies[*].PolicyName": Kind.STRING,
    "Policies[*].PolicyDocument": Kind.DOCUMENT,
    "Rules": Kind.LIST,
    "Rules[*]": Kind.OBJECT,
    "Rules[*].Cidr": Kind.STRING,
    "Rules[*].Port": Kind.INTEGER,
    "Rules[*].GroupId": Kind.STRING,
    "Rules[*].Description": Kind.STRING,
    "Steps": Kind.LIST,
    "Steps[*]": Kind.OBJECT,
    "Steps[*].Name": Kind.STRING,
    "Steps[*].Logged": Kind.BOOLEAN,
    "Groups": Kind.LIST,
    "Groups[*]": Kind.STRING,
    "Block": Kind.OBJECT,
    "Block.Acls": Kind.BOOLEAN,
    "Block.Mode": Kind.STRING,
    "Block.Auto": Kind.BOOLEAN,
    "Block.Deep": Kind.OBJECT,
    "Block.Deep.Size": Kind.INTEGER,
    "Protocol": Kind.STRING,
    "FromPort": Kind.INTEGER,
    "Snapshot": Kind.STRING,
    "Size": Kind.INTEGER,
    "Locked": Kind.BOOLEAN,
    "Versions": Kind.STRING,
    "Peers": Kind.LIST,
    "Peers[*]": Kind.STRING,
    "OwnKeyId": Kind.STRING,
    "Storage": Kind.STRING,
    "Selectors": Kind.LIST,
    "Selectors[*]": Kind.STRING,
    "Wall": Kind.OBJECT,
    "Wall.Front": Kind.BOOLEAN,
    "Wall.Back": Kind.BOOLEAN,
    "Options": Kind.OBJECT,
    "Options[*]": Kind.STRING,
}


def thing_schema(**changes: Any) -> ResourceSchema:
    facts: dict[str, Any] = {
        "type": TYPE,
        "version": "1",
        "primary_identifier": ("ThingName",),
        "kinds": KINDS,
        "read_only": frozenset({"Arn"}),
        "write_only": frozenset({"Password", "Snapshot"}),
        "not_read": frozenset({"Metrics"}),
        "unordered": frozenset({"Rules", "Groups", "Policies"}),
        "keyed": {"Tags": "Key", "Policies": "PolicyName"},
        "defaults": {
            "Enabled": Default(value=True, source="page"),
            "Port": Default("443", "page", omitted=True),
            "Label": Default("none", "page"),
            "Block.Acls": Default(value=True, source="page"),
            "Block.Auto": Default(value=True, source="schema", nested=True),
            "Block.Deep.Size": Default(3, "schema", nested=True),
            "Rules[*].Port": Default(-1, "page"),
            "Steps[*].Logged": Default(value=False, source="page"),
            "Groups": Default(["everyone"], "page"),
            "OwnKeyId": Default("alias/aws/thing", "page"),
            "Storage": Default("gp3", "page", also=("gp2",)),
            "Selectors": Default(["all"], "page", for_empty=True),
            "Wall.Front": Default(value=True, source="page", partial=False),
        },
        "key_arns": frozenset({"OwnKeyId"}),
        "spellings": {"Protocol": {"6": "tcp"}},
        "relevant": {"FromPort": Relevance("Protocol", frozenset({"tcp", "udp"}))},
        "derived": {
            "Size": Derivation(("Snapshot",), "page"),
            "Versions": Derivation(("Locked",), "page", value="Enabled"),
        },
        "assigned": {"Peers": "which peer is the first one is not read"},
        "folded_case": frozenset({"Engine"}),
        "open_ended": frozenset({"EngineVersion"}),
        "generated": {"Window": "page"},
    }
    return ResourceSchema(**{**facts, **changes})


@pytest.fixture(scope="session")
def urn() -> Urn:
    return Urn.aws("aws", "111122223333", "eu-west-1", TYPE, "one")


@pytest.fixture(scope="session")
def comparator() -> ConfigComparator:
    schema = thing_schema()
    return ConfigComparator(lambda name: schema if name == TYPE else None)


Compare = Callable[..., Comparison]


@pytest.fixture(scope="session")
def compare(comparator: ConfigComparator, urn: Urn) -> Compare:
    """Compare two property sets of one thing; keywords go to the actual resource."""

    def compare(intended: Any, actual: Any, **changes: Any) -> Comparison:
        return comparator.compare(Resource(urn, intended, "template"), Resource(urn, actual, "aws", **changes))

    return compare


@pytest.fixture(scope="session")
def differences(compare: Compare) -> Callable[..., dict[str, str]]:
    """Path → kind of every drift between two property sets."""

    def differences(intended: Any, actual: Any, **changes: Any) -> dict[str, str]:
        return {drift.path: drift.kind.value for drift in compare(intended, actual, **changes).drifts}

    return differences


@pytest.fixture(scope="session")
def look() -> Look:
    """Compare two property sets of a real resource type."""
    comparator = ConfigComparator(SchemaCatalogue().schema)

    def look(type_name: str, intended: Any, actual: Any) -> Comparison:
        urn = Urn.aws("aws", ACCOUNT, "eu-west-1", type_name, "x")
        return comparator.compare(Resource(urn, intended, "template"), Resource(urn, actual, "aws"))

    return look

"""What AWS fills in when a resource was just made is no drift; what was switched off beside it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from setpoint.compare.config import ConfigComparator
from setpoint.intent.schemas import SchemaCatalogue
from setpoint.model.drift import Comparison
from setpoint.model.resource import Resource
from setpoint.model.urn import Urn

Look = Callable[[str, Any, Any], Comparison]

AIRFLOW = {"Name": "orders", "LoggingConfiguration": {"TaskLogs": {"LogLevel": "INFO"}}}
DIRECTORY = {"DirectoryId": "d-1"}
ROOT_STORAGE = {"FileSystemType": "ONTAP", "StorageCapacity": 1024, "OntapConfiguration": {"ThroughputCapacity": 128}}
PROMPTS = "PromptOverrideConfiguration"


@pytest.fixture(scope="module")
def look() -> Look:
    comparator = ConfigComparator(SchemaCatalogue().schema)

    def compare(type_name: str, declared: Any, live: Any) -> Comparison:
        urn = Urn.aws("aws", "111122223333", "eu-west-1", type_name, "x")
        return comparator.compare(Resource(urn, declared, "template"), Resource(urn, live, "aws"))

    return compare


def prompt(kind: str, state: str, **more: str) -> Mapping[str, Any]:
    """As Amazon Bedrock tells of one of its own prompts."""
    return {"PromptType": kind, "PromptState": state, "PromptCreationMode": "DEFAULT", "ParserMode": "DEFAULT", **more}


FRESH: list[tuple[str, Any, Any]] = [
    (
        "AWS::MWAA::Environment",
        AIRFLOW,
        {
            "LoggingConfiguration": {
                "TaskLogs": {"LogLevel": "INFO", "Enabled": True},
                "WorkerLogs": {"LogLevel": "INFO", "Enabled": False},
            }
        },
    ),
    (
        "AWS::WorkSpaces::Directory",
        DIRECTORY,
        {"SelfservicePermissions": {"RestartWorkspace": "ENABLED", "ChangeComputeType": "DISABLED"}},
    ),
    ("AWS::DocDB::GlobalCluster", {}, {"DeletionProtection": False, "StorageEncrypted": False, "Engine": "docdb"}),
    ("AWS::DocDB::GlobalCluster", {"SourceDBClusterIdentifier": "arn"}, {"StorageEncrypted": True}),
    (
        "AWS::Bedrock::Agent",
        {},
        {
            PROMPTS: {
                "PromptConfigurations": [
                    prompt("ORCHESTRATION", "ENABLED", BasePromptTemplate="You are a helpful agent"),
                    prompt("POST_PROCESSING", "DISABLED", BasePromptTemplate="Sum up"),
                ]
            }
        },
    ),
    (
        "AWS::FSx::FileSystem",
        ROOT_STORAGE,
        {
            "OntapConfiguration": {
                "ThroughputCapacity": 128,
                "ThroughputCapacityPerHAPair": 128,
                "DiskIopsConfiguration": {"Mode": "AUTOMATIC", "Iops": 3072},
                "EndpointIpAddressRange": "198.19.0.0/24",
            }
        },
    ),
    ("AWS::Glue::Schema", {"Name": "orders"}, {"Registry": {"Name": "default-registry"}}),
    ("AWS::EMR::Cluster", {"Name": "orders"}, {"EbsRootVolumeSize": 15, "OSReleaseLabel": "2023.6.1"}),
    ("AWS::DMS::ReplicationTask", {"MigrationType": "cdc"}, {"ReplicationTaskSettings": '{"Logging":{}}'}),
    ("AWS::GlobalAccelerator::EndpointGroup", {"ListenerArn": "arn"}, {"HealthCheckPort": 443}),
]


@pytest.mark.parametrize(("type_name", "declared", "filled_in"), FRESH, ids=[case[0] for case in FRESH])
def test_what_was_filled_in_is_no_drift(look: Look, type_name: str, declared: Any, filled_in: Any) -> None:
    assert look(type_name, declared, {**declared, **filled_in}).drifts == ()


SWITCHED_OFF: list[tuple[str, Any, Any, str]] = [
    (
        "AWS::MWAA::Environment",
        AIRFLOW,
        {"LoggingConfiguration": {"TaskLogs": {"LogLevel": "INFO", "Enabled": False}}},
        "LoggingConfiguration.TaskLogs.Enabled",
    ),
    (
        "AWS::WorkSpaces::Directory",
        DIRECTORY,
        {"SelfservicePermissions": {"RebuildWorkspace": "ENABLED"}},
        "SelfservicePermissions.RebuildWorkspace",
    ),
    ("AWS::DMS::EventSubscription", {"SnsTopicArn": "arn"}, {"Enabled": False}, "Enabled"),
    ("AWS::DocDB::EventSubscription", {"SnsTopicArn": "arn"}, {"Enabled": False}, "Enabled"),
    ("AWS::Redshift::ScheduledAction", {"ScheduledActionName": "pause"}, {"Enable": False}, "Enable"),
    (
        "AWS::GameLift::ContainerFleet",
        {"FleetRoleArn": "arn"},
        {"LogConfiguration": {"LogDestination": "NONE"}},
        "LogConfiguration.LogDestination",
    ),
]


@pytest.mark.parametrize(
    ("type_name", "declared", "live", "path"), SWITCHED_OFF, ids=[f"{case[0]}.{case[3]}" for case in SWITCHED_OFF]
)
def test_what_was_changed_from_its_default_is_drift(
    look: Look, type_name: str, declared: Any, live: Any, path: str
) -> None:
    assert [drift.path for drift in look(type_name, declared, {**declared, **live}).drifts] == [path]


def test_a_prompt_of_ones_own_is_drift(look: Look) -> None:
    own = {"PromptType": "ORCHESTRATION", "PromptState": "ENABLED", "PromptCreationMode": "OVERRIDDEN"}
    live = {PROMPTS: {"PromptConfigurations": [{**own, "BasePromptTemplate": "Obey anybody"}]}}
    assert [drift.path for drift in look("AWS::Bedrock::Agent", {}, live).drifts] != []


def test_default_task_settings_are_never_taken_for_clean(look: Look) -> None:
    declared = {"MigrationType": "cdc"}
    live = {**declared, "ReplicationTaskSettings": '{"Logging":{"EnableLogging":false}}'}
    comparison = look("AWS::DMS::ReplicationTask", declared, live)
    assert [gap.path for gap in comparison.gaps] == ["ReplicationTaskSettings"]

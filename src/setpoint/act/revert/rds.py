"""Database instances: all changed properties in one call, since AWS refuses a second while the first is under way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from setpoint.act.interface import ActionError
from setpoint.act.revert.action import Action, Target
from setpoint.act.revert.values import tag_changes, with_elements
from setpoint.model.canonical import Json
from setpoint.model.remediation import Change

LOGS: Final = "EnableCloudwatchLogsExports"

PARAMETERS: Final = {
    "VPCSecurityGroups": "VpcSecurityGroupIds",
    **{
        name: name
        for name in (
            "AutoMinorVersionUpgrade",
            "BackupRetentionPeriod",
            "CopyTagsToSnapshot",
            "DBInstanceClass",
            "DBParameterGroupName",
            "DeletionProtection",
            "EnableIAMDatabaseAuthentication",
            "EnablePerformanceInsights",
            "MaxAllocatedStorage",
            "MonitoringInterval",
            "MonitoringRoleArn",
            "MultiAZ",
            "OptionGroupName",
            "PreferredBackupWindow",
            "PreferredMaintenanceWindow",
            "PubliclyAccessible",
        )
    },
}
"""CloudFormation's property → the parameter of ModifyDBInstance. Not in it, and so left to people: what cannot go back
(storage that grew, an engine that was upgraded) and what would cut off every client (the port)."""


def _modify(target: Target, changes: Mapping[str, Change]) -> None:
    parameters: dict[str, Json] = {}
    for name, change in changes.items():
        if name == LOGS:
            parameters |= _log_exports(target, change)
        elif change.after is None:
            raise ActionError(f"{name} of a database instance can be set, but not removed", where=target.urn)
        else:
            parameters[PARAMETERS[name]] = change.after
    if not parameters:
        return
    with target.doing("rds:ModifyDBInstance"):
        target.client("rds").modify_db_instance(
            DBInstanceIdentifier=target.identifier, ApplyImmediately=True, **parameters
        )


def _log_exports(target: Target, change: Change) -> dict[str, Json]:
    """Asked for afresh: switching off an export that is off already would be refused."""
    with target.doing("rds:DescribeDBInstances"):
        answer = target.client("rds").describe_db_instances(DBInstanceIdentifier=target.identifier)
    exported, wanted = set(answer["DBInstances"][0].get("EnabledCloudwatchLogsExports", [])), set(change.after or [])
    if exported == wanted:
        return {}
    exports = {"EnableLogTypes": sorted(wanted - exported), "DisableLogTypes": sorted(exported - wanted)}
    return {"CloudwatchLogsExportConfiguration": exports}


def _set_tags(target: Target, changes: Mapping[str, Change]) -> None:
    rds, arn = target.client("rds"), target.arn("rds", f"db:{target.identifier}")
    tags = tag_changes(changes["Tags"].before, changes["Tags"].after)
    if tags.put:
        with target.doing("rds:AddTagsToResource"):
            rds.add_tags_to_resource(ResourceName=arn, Tags=list(tags.put))
    if tags.removed:
        with target.doing("rds:RemoveTagsFromResource"):
            rds.remove_tags_from_resource(ResourceName=arn, TagKeys=list(tags.removed))


DB_INSTANCE: Final = (
    Action(
        (*PARAMETERS, LOGS),
        ("rds:DescribeDBInstances", "rds:ModifyDBInstance"),
        _modify,
        passes_role=frozenset({"MonitoringRoleArn"}),
    ),
    Action(("Tags",), ("rds:AddTagsToResource", "rds:RemoveTagsFromResource"), _set_tags, aim=with_elements("Key")),
)

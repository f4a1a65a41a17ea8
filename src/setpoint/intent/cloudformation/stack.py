"""What a live stack knows of its template: physical ids, parameters, and the exports of its region.

`wiring` hands `read_stack` to the reader as a function to call, so that each reading sees the stack as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from setpoint.aws import AwsClients, client_errors, error_code, translate
from setpoint.errors import NotFoundError

GONE: Final = "DELETE_COMPLETE"
"""The status of a resource that the stack once had (API reference, `StackResourceSummary`)."""


@dataclass(frozen=True, slots=True)
class StackFacts:
    """One stack, as CloudFormation describes it."""

    name: str
    stack_id: str
    physical_ids: Mapping[str, str]
    """Logical id → physical id, of every resource that exists."""
    parameters: Mapping[str, str]
    """As the stack was made; what a Systems Manager parameter held then, in place of its name."""
    exports: Mapping[str, str]
    """Every export of the account and region, this stack's and others'."""
    status: str = ""
    """`UPDATE_IN_PROGRESS`, `CREATE_COMPLETE`, …: CloudFormation's word."""
    notification_arns: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    """Put by CloudFormation on each of the stack's resources that takes tags ("Resource tag")."""
    outputs: Mapping[str, str] = field(default_factory=dict)


def read_stack(clients: AwsClients, region: str, stack_name: str, *, with_exports: bool = True) -> StackFacts:
    """Raises `NotFoundError` when there is no such stack, `CouldNotTellError` when AWS does not say."""
    client = clients.client("cloudformation", region)
    described = _describe(client, region, stack_name)
    summaries = _pages(
        client, "list_stack_resources", "ListStackResources", "StackResourceSummaries", StackName=stack_name
    )
    exports = _pages(client, "list_exports", "ListExports", "Exports") if with_exports else []
    return StackFacts(
        name=described["StackName"],
        stack_id=described["StackId"],
        physical_ids={
            each["LogicalResourceId"]: each["PhysicalResourceId"]
            for each in summaries
            if each.get("PhysicalResourceId") and each.get("ResourceStatus") != GONE
        },
        parameters={
            each["ParameterKey"]: each.get("ResolvedValue", each.get("ParameterValue", ""))
            for each in described.get("Parameters", [])
        },
        exports={each["Name"]: each["Value"] for each in exports},
        status=described.get("StackStatus", ""),
        notification_arns=tuple(described.get("NotificationARNs", [])),
        tags={each["Key"]: each["Value"] for each in described.get("Tags", [])},
        outputs={each["OutputKey"]: each.get("OutputValue", "") for each in described.get("Outputs", [])},
    )


def _describe(client: Any, region: str, stack_name: str) -> Mapping[str, Any]:
    try:
        stacks = client.describe_stacks(StackName=stack_name)["Stacks"]
    except client_errors() as error:
        # CloudFormation has no code of its own for a stack that is not there.
        if error_code(error) == "ValidationError" and "does not exist" in str(error):
            raise _no_stack(region, stack_name) from error
        raise translate(error, "cloudformation:DescribeStacks") from error
    if not stacks:
        raise _no_stack(region, stack_name)
    described: Mapping[str, Any] = stacks[0]
    return described


def _no_stack(region: str, stack_name: str) -> NotFoundError:
    return NotFoundError(
        f"there is no stack {stack_name} in {region}",
        where="setpoint.yaml",
        remedy="check stack: and region: of this template",
    )


def _pages(client: Any, operation: str, action: str, key: str, **arguments: str) -> list[Mapping[str, Any]]:
    try:
        return [each for page in client.get_paginator(operation).paginate(**arguments) for each in page[key]]
    except client_errors() as error:
        raise translate(error, f"cloudformation:{action}") from error

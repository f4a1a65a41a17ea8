"""PMapper on an export, in the peers' environment: `python peer_pmapper.py NAME.json NAME.resources.json`.

Prints a JSON object, ARN to `admin`, `escalates` or `none`. PMapper reads accounts through boto3; here a client stands
in that answers from the export, and its own offline functions make the edges. It is given back, for a current Python,
the names that left `collections` with 3.10.
"""

from __future__ import annotations

import collections
import collections.abc
import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Json = dict[str, Any]


class ExportClient:
    """What PMapper asks IAM for, answered from the export."""

    def __init__(self, details: Json, resources: list[Json]) -> None:
        self._details, self._resources = details, resources

    def get_paginator(self, operation: str) -> ExportPages:
        empty: Json = {"VirtualMFADevices": []}
        return ExportPages(self._details if operation == "get_account_authorization_details" else empty)

    def list_access_keys(self, **asked: str) -> Json:
        return {"AccessKeyMetadata": self._of_user("aws_iam_access_key", asked["UserName"])}

    def get_login_profile(self, **asked: str) -> Json:
        return {"LoginProfile": {}} if self._of_user("aws_iam_user_login_profile", asked["UserName"]) else {}

    def list_mfa_devices(self, **_asked: str) -> Json:
        return {"MFADevices": []}

    def _of_user(self, type_: str, user: str) -> list[Json]:
        return [each for each in self._resources if each["type"] == type_ and each["user"] == user]


class ExportPages:
    def __init__(self, page: Json) -> None:
        self._page = page

    def paginate(self, **_asked: str) -> Iterator[Json]:
        yield self._page


def main() -> None:
    for name in ("Mapping", "MutableMapping", "OrderedDict"):
        setattr(collections, name, getattr(collections.abc, name, getattr(collections, name, None)))
    details, resources = (json.loads(Path(each).read_text(encoding="utf-8")) for each in sys.argv[1:3])
    gathering = importlib.import_module("principalmapper.graphing.gathering")
    found = gathering.get_nodes_groups_and_policies(ExportClient(details, resources))
    nodes = found["nodes"]
    gathering.update_admin_status(nodes)
    graphs = importlib.import_module("principalmapper.common")
    number = nodes[0].arn.split(":")[4]
    about = {"account_id": number, "pmapper_version": importlib.import_module("principalmapper").__version__}
    graph = graphs.Graph(nodes, list(edges(nodes, resources)), found["policies"], found["groups"], about)
    privesc = importlib.import_module("principalmapper.querying.presets.privesc")
    told = {}
    for node in nodes:
        status = "escalates" if privesc.can_privesc(graph, node)[0] else "none"
        told[node.arn] = "admin" if node.is_admin else status
    print(json.dumps(told))


def edges(nodes: list[Any], resources: list[Json]) -> Iterator[Any]:
    functions = [
        {"FunctionArn": each["arn"], "FunctionName": each["function_name"], "Role": each["role"]}
        for each in resources
        if each["type"] == "aws_lambda_function"
    ]
    stacks = [
        {"StackId": each["id"], "StackName": each["name"], "RoleARN": each["iam_role_arn"]}
        for each in resources
        if each["type"] == "aws_cloudformation_stack"
    ]
    projects = [
        {"project_arn": each["arn"], "project_role": each["service_role"], "project_tags": []}
        for each in resources
        if each["type"] == "aws_codebuild_project"
    ]
    more: dict[str, Json] = {
        "lambda": {"function_list": functions},
        "cloudformation": {"stack_list": stacks},
        "codebuild": {"codebuild_projects": projects},
        "autoscaling": {"launch_configs": []},
    }
    for service in (*more, "ec2", "iam", "sagemaker", "ssm", "sts"):
        module = importlib.import_module(f"principalmapper.graphing.{service}_edges")
        yield from module.generate_edges_locally(nodes, **more.get(service, {}))


if __name__ == "__main__":
    main()

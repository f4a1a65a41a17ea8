"""ECS, Lambda and the tagging API of our own on loopback, as their API references describe them, page by page.

They tell what moto leaves out: digests of images, containers that stopped, aliases that divide calls, and refusals in
the middle. Tests change what it holds as they go.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

from tests.cloud_control import ACCOUNT, IDENTITY
from tests.loopback import StandIn, serving_by

REGION = "eu-west-1"
ECS = f"arn:aws:ecs:{REGION}:{ACCOUNT}"
LAMBDA = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function"
JSON = "application/x-amz-json-1.1"


def digest(letter: str) -> str:
    return f"sha256:{letter * 64}"


def container(name: str = "web", image: str = "registry.example/shop:1.4", letter: str = "a", **more: Any) -> Any:
    usual = {"imageDigest": digest(letter), "runtimeId": f"{letter * 32}-1", "lastStatus": "RUNNING"}
    return {"name": name, "image": image, **usual, **more}


@dataclass
class RunningCloud:
    page: int = 2
    clusters: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Cluster → id of a task → the task."""
    functions: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Function → its versions."""
    aliases: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    images: dict[str, str] = field(default_factory=dict)
    """Function → the image of every version of it."""
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    """ARN → tags."""
    refused: dict[str, str] = field(default_factory=dict)
    """Operation → the code with which it fails."""
    after: dict[str, int] = field(default_factory=dict)
    """Operation → how many calls of it are answered before it does."""
    calls: Counter[str] = field(default_factory=Counter)

    # What tests do

    def run_task(
        self, task: str, *containers: Any, cluster: str = "main", group: str = "service:web", **tags: str
    ) -> str:
        """The ARN of the task."""
        arn = f"{ECS}:task/{cluster}/{task}"
        self.clusters.setdefault(cluster, {})[task] = {
            "taskArn": arn,
            "clusterArn": f"{ECS}:cluster/{cluster}",
            "taskDefinitionArn": f"{ECS}:task-definition/shop:7",
            "group": group,
            "lastStatus": "RUNNING",
            "containers": list(containers or [container()]),
            "tags": [{"key": key, "value": value} for key, value in tags.items()],
        }
        return arn

    def publish(self, name: str, *codes: str, image: str = "", **tags: str) -> None:
        """`$LATEST` with the last of these codes, and a version for each, from 1."""
        versions = [("$LATEST", codes[-1]), *((str(number), code) for number, code in enumerate(codes, start=1))]
        kind = "Image" if image else "Zip"
        self.functions[name] = [
            {
                "FunctionName": name,
                "FunctionArn": f"{LAMBDA}:{name}:{number}",
                "Version": number,
                "CodeSha256": code,
                "PackageType": kind,
                "State": "Active",
            }
            for number, code in versions
        ]
        self.images[name] = image
        self.tags[f"{LAMBDA}:{name}"] = tags

    # What the APIs do

    def answer(self, operation: str, asked: Mapping[str, Any]) -> tuple[int, Any]:
        self.calls[operation] += 1
        if operation in self.refused and self.calls[operation] > self.after.get(operation, 0):
            code = self.refused[operation]
            return 403 if "Denied" in code else 400, {"__type": code, "message": "no"}
        answer: tuple[int, Any] = getattr(self, f"_{operation}")(asked)
        return answer

    def _ListClusters(self, asked: Mapping[str, Any]) -> tuple[int, Any]:  # noqa: N802 (an operation's name)
        return self._paged("clusterArns", [f"{ECS}:cluster/{each}" for each in self.clusters], asked)

    def _ListTasks(self, asked: Mapping[str, Any]) -> tuple[int, Any]:  # noqa: N802
        cluster = asked["cluster"].rpartition("/")[2]
        if cluster not in self.clusters:
            return 400, {"__type": "ClusterNotFoundException"}
        return self._paged("taskArns", [each["taskArn"] for each in self.clusters[cluster].values()], asked)

    def _DescribeTasks(self, asked: Mapping[str, Any]) -> tuple[int, Any]:  # noqa: N802
        assert len(asked["tasks"]) <= 100
        there = self.clusters[asked["cluster"].rpartition("/")[2]]
        named = {each.rpartition("/")[2]: each for each in asked["tasks"]}
        missing = [{"arn": arn, "reason": "MISSING"} for name, arn in named.items() if name not in there]
        return 200, {"tasks": [there[name] for name in named if name in there], "failures": missing}

    def _GetResources(self, asked: Mapping[str, Any]) -> tuple[int, Any]:  # noqa: N802
        service, _, kind = asked["ResourceTypeFilters"][0].partition(":")
        keys = {each["Key"] for each in asked["TagFilters"]}
        found = [
            {"ResourceARN": arn, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
            for arn, tags in self.tags.items()
            if f":{service}:" in arn and f":{kind}" in arn and keys <= tags.keys()
        ]
        status, answer = self._paged("ResourceTagMappingList", found, asked, "PaginationToken")
        return status, {"PaginationToken": "", **answer}

    def _ListFunctions(self, asked: Mapping[str, Any]) -> tuple[int, Any]:  # noqa: N802
        assert asked["FunctionVersion"] == "ALL"
        versions = [each for listed in self.functions.values() for each in listed]
        return self._paged("Functions", versions, asked, "Marker", "NextMarker")

    def _ListAliases(self, asked: Mapping[str, Any]) -> tuple[int, Any]:  # noqa: N802
        return self._paged("Aliases", self.aliases.get(asked["name"], []), asked, "Marker", "NextMarker")

    def _GetFunction(self, asked: Mapping[str, Any]) -> tuple[int, Any]:  # noqa: N802
        name, image = asked["name"], self.images[asked["name"]]
        version = next(each for each in self.functions[name] if each["Version"] == asked["Qualifier"])
        resolved = f"{image.partition(':')[0]}@sha256:{version['CodeSha256']}"
        return 200, {"Configuration": version, "Code": {"ImageUri": image, "ResolvedImageUri": resolved}}

    def _paged(
        self, member: str, found: Sequence[Any], asked: Mapping[str, Any], marker: str = "nextToken", more: str = ""
    ) -> tuple[int, Any]:
        start = int(asked.get(marker) or 0)
        end = start + self.page
        return 200, {member: found[start:end], **({more or marker: str(end)} if end < len(found) else {})}


_REST = (
    (re.compile(r"/2015-03-31/functions/?"), "ListFunctions"),
    (re.compile(r"/2015-03-31/functions/(?P<name>[^/]+)/aliases"), "ListAliases"),
    (re.compile(r"/2015-03-31/functions/(?P<name>[^/]+)"), "GetFunction"),
)


class _Handler(StandIn):
    cloud: ClassVar[RunningCloud]

    def answer(self, body: bytes) -> None:
        target = self.headers.get("X-Amz-Target", "")
        if target:
            self._tell(target.rpartition(".")[2], json.loads(body))
            return
        parts = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        for path, operation in _REST:
            if found := path.fullmatch(unquote(parts.path)):
                self._tell(operation, {**query, **found.groupdict()})
                return
        if b"GetCallerIdentity" in body:
            self.reply(200, IDENTITY.encode(), "text/xml")
        else:
            self.reply(404, b"<html>Not Found</html>", "text/html")

    def _tell(self, operation: str, asked: Mapping[str, Any]) -> None:
        status, answer = self.cloud.answer(operation, asked)
        self.reply(status, json.dumps(answer).encode(), JSON)


def serving(cloud: RunningCloud) -> AbstractContextManager[str]:
    """The endpoint behind a real socket, for as long as the block lasts; its address."""
    return serving_by(type("Handler", (_Handler,), {"cloud": cloud}))

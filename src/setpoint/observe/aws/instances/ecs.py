"""Containers that run in ECS: clusters, their tasks, and of each task its containers with the digests of their images.

Amazon ECS API Reference, ListClusters, ListTasks and DescribeTasks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

from setpoint.aws import client_errors, reason
from setpoint.model.inventory import Instance, InstanceSource
from setpoint.observe.aws.instances.naming import Naming, digest_of_image, release_of_image
from setpoint.observe.aws.instances.reading import TAGS, Found, tags_of
from setpoint.observe.aws.reader import Place

CLUSTERS, TASKS, DESCRIBES = "ecs:ListClusters", "ecs:ListTasks", "ecs:DescribeTasks"
PERMISSIONS: Final = (CLUSTERS, TASKS, DESCRIBES, TAGS)

NO_CLUSTER: Final = "ClusterNotFoundException"
ENDED: Final = "MISSING"
"""Why a task is not described that ended after it was listed (the same reference, *API failure reasons*)."""
STOPPED: Final = "STOPPED"
OF_SERVICE: Final = "service:"
"""Begins the group of a task that a service started; another group is named by whoever ran the task."""


class EcsReader:
    """Implements `reading.InstanceReader`."""

    def __init__(self, place: Place, naming: Naming) -> None:
        self._place = place
        self._naming = naming

    @property
    def prefix(self) -> str:
        return f"arn:{self._place.partition}:ecs:{self._place.region}:{self._place.account}:task/"

    def read(self, found: Found, *, briefly: bool = False) -> None:
        reading = _Reading(self._place, self._naming, found)
        for page in self._place.client("ecs").get_paginator("list_clusters").paginate():
            found.is_answered = True
            for cluster in page["clusterArns"]:
                with found.part(TASKS, gone=NO_CLUSTER):
                    reading.cluster(cluster, briefly=briefly)
                if briefly:
                    return


class _Reading:
    """One reading of one place."""

    def __init__(self, place: Place, naming: Naming, found: Found) -> None:
        self._place = place
        self._naming = naming
        self._found = found
        self._client: Any = place.client("ecs")

    def cluster(self, cluster: str, *, briefly: bool) -> None:
        for page in self._client.get_paginator("list_tasks").paginate(cluster=cluster, desiredStatus="RUNNING"):
            tasks = page["taskArns"]  # a hundred at most, as many as are described at once
            if tasks:
                with self._found.part(DESCRIBES, gone=NO_CLUSTER):
                    self._tasks(cluster, tasks)
            if briefly:
                return

    def _tasks(self, cluster: str, tasks: Sequence[str]) -> None:
        answer = self._client.describe_tasks(cluster=cluster, tasks=tasks, include=["TAGS"])
        for failure in answer.get("failures", ()):
            if failure.get("reason") != ENDED:
                self._found.doubts[f"{DESCRIBES} failed ({failure.get('reason', '')})"] = None
        for task in answer["tasks"]:
            for instance in self._instances(cluster.rpartition("/")[2], task):
                self._found.add(instance)

    def _instances(self, cluster: str, task: Mapping[str, Any]) -> Iterator[Instance]:
        tags = {each["key"]: each.get("value", "") for each in task.get("tags", ())}
        group = str(task.get("group", "")) or f"family:{_family(task)}"
        called = group.partition(":")[2] or group
        for container in task.get("containers", ()):
            if container.get("lastStatus") == STOPPED:
                continue
            name = f"{cluster}/{called}/{container['name']}"
            by_service = {} if tags.get(self._naming.owner_tag) else self._tags_of_service(cluster, group)
            owner = self._naming.owner(name, tags, by_service, otherwise=called)
            image = str(container.get("image", ""))
            yield Instance(
                owner.service,
                f"{task['taskArn']}/{container['name']}",
                owner.release or release_of_image(image),
                self._naming.environment(owner.service),
                digest_of_image(str(container.get("imageDigest", "")) or image),
                source=InstanceSource.ECS.told_by,
                container=str(container.get("runtimeId", "")),
            )

    def _tags_of_service(self, cluster: str, group: str) -> Mapping[str, str]:
        if not group.startswith(OF_SERVICE):
            return {}
        return self._services.get(f"{cluster}/{group.removeprefix(OF_SERVICE)}", {})

    @cached_property
    def _services(self) -> Mapping[str, Mapping[str, str]]:
        """Cluster and name of a service → its tags; asked for where some task does not say itself whose it is."""
        try:
            tagged = tags_of(self._place, "ecs:service", self._naming.owner_tag)
            return {arn.partition(":service/")[2]: tags for arn, tags in tagged}
        except client_errors() as error:
            self._found.doubts[reason(error, TAGS)] = None
            return {}


def _family(task: Mapping[str, Any]) -> str:
    """Of its definition, `arn:…:task-definition/shop:7`."""
    return str(task.get("taskDefinitionArn", "")).rpartition("/")[2].partition(":")[0]

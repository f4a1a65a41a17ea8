"""Which container a process runs in, as far as its environment says so without being called: `settings` asks, once.

The control plane holds it against what the provider says runs, so that a container is counted once. Wherever it
cannot be told, nothing is said: then it counts twice, which is less wrong than being taken for another.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

MOST_OCTETS: Final = 256 * 1024
"""Of a file: the mounts of a container take some kilobytes."""

_DOCKER: Final = r"[0-9a-f]{64}"
_FARGATE: Final = r"[0-9a-f]{32}-[0-9]{1,20}"
"""The task and a number: what ECS calls a container in Fargate (Amazon ECS, *Task metadata endpoint version 4*)."""
_ID: Final = re.compile(f"{_DOCKER}|{_FARGATE}")
_GROUP: Final = re.compile(rf"[/-]({_DOCKER}|{_FARGATE})(?:\.scope)?$", re.MULTILINE)
"""At the end of a line of cgroups(7): `…/docker/<id>`, `…/ecs/<task>/<id>`, `…/docker-<id>.scope`."""
_MOUNT: Final = re.compile(rf"/containers/({_DOCKER})/hostname /etc/hostname ")
"""Where Docker keeps the file; in a namespace of groups of its own (cgroup_namespaces(7)), all that names it."""
_TOLD: Final = re.compile(rf'"ContainerID"\s*:\s*"({_DOCKER}|{_FARGATE})"')
"""In the file that the ECS agent keeps for a container (Amazon ECS, *Container metadata file*)."""


def container_id(environment: Mapping[str, str], process: Path = Path("/proc/self")) -> str:
    """Of the container's runtime; of a Lambda function its region, name and version; empty where nothing says."""
    function = environment.get("AWS_LAMBDA_FUNCTION_NAME")
    if function:
        place = (environment.get("AWS_REGION", ""), function, environment.get("AWS_LAMBDA_FUNCTION_VERSION", ""))
        return f"lambda:{':'.join(place)}" if all(place) else ""
    return (
        _of_ecs(environment)
        or _first(_GROUP, _text(process / "cgroup"))
        or _first(_MOUNT, _text(process / "mountinfo"))
    )


def _of_ecs(environment: Mapping[str, str]) -> str:
    """The address of its metadata ends with it in Fargate; on EC2 a file holds it, where the ECS agent is told to."""
    address = environment.get("ECS_CONTAINER_METADATA_URI_V4") or environment.get("ECS_CONTAINER_METADATA_URI", "")
    ending = address.rpartition("/")[2]
    if _ID.fullmatch(ending):
        return ending
    path = environment.get("ECS_CONTAINER_METADATA_FILE")
    return _first(_TOLD, _text(Path(path))) if path else ""


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1] if found else ""


def _text(path: Path) -> str:
    """As much of it as is read; empty where it is not there."""
    try:
        with path.open("rb") as stream:
            return stream.read(MOST_OCTETS).decode("utf-8", "replace")
    except OSError:
        return ""

"""The container is told by what the environment holds, and not at all where that is in doubt."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from setpoint_agent.container import container_id

DOCKER = "8c1e75bb325eb9c64571326952a6507132f1fc7eba7cd5b694422abe39fc7ed8"
FARGATE = "cd189a933e5849daa93386466019ab50-2495160603"
METADATA = "http://169.254.170.2/v4/"
MOUNT = (
    "2113 2105 259:1 /var/lib/docker/containers/{}/resolv.conf /etc/resolv.conf rw - ext4 /dev/root rw\n"
    "2114 2105 259:1 /var/lib/docker/containers/{}/hostname /etc/hostname rw,relatime - ext4 /dev/root rw\n"
)


@pytest.mark.parametrize(
    ("group", "identity"),
    [
        (f"12:pids:/docker/{DOCKER}\n11:cpu:/docker/{DOCKER}\n", DOCKER),
        (f"9:memory:/ecs/35df2f0e0f6b4d0f8d6a3b5c7d8e9f00/{DOCKER}\n", DOCKER),
        (f"9:memory:/ecs/cd189a933e5849daa93386466019ab50/{FARGATE}\n", FARGATE),
        (f"0::/ecstasks.slice/ecstasks-35df2f.slice/docker-{DOCKER}.scope\n", DOCKER),
        (f"0::/kubepods.slice/cri-containerd-{DOCKER}.scope\n", DOCKER),
        ("0::/\n", ""),
        ("0::/user.slice/user-1000.slice/session-2.scope\n", ""),
        (f"0::/docker/{DOCKER}/inner\n", ""),
        (f"0::/docker/{DOCKER}0\n", ""),
        ("", ""),
    ],
)
def test_the_group_of_a_process_names_it(tmp_path: Path, group: str, identity: str) -> None:
    (tmp_path / "cgroup").write_text(group)
    assert container_id({}, tmp_path) == identity


def test_in_a_namespace_of_groups_its_mounts_name_it(tmp_path: Path) -> None:
    (tmp_path / "cgroup").write_text("0::/\n")
    (tmp_path / "mountinfo").write_text(MOUNT.format(DOCKER, DOCKER))
    assert container_id({}, tmp_path) == DOCKER


def test_in_fargate_the_address_of_its_metadata_does(tmp_path: Path) -> None:
    assert container_id({"ECS_CONTAINER_METADATA_URI_V4": f"{METADATA}{FARGATE}"}, tmp_path) == FARGATE
    assert container_id({"ECS_CONTAINER_METADATA_URI": f"http://169.254.170.2/v3/{FARGATE}"}, tmp_path) == FARGATE


def test_on_ec2_that_is_a_number_of_the_ecs_agents_own(tmp_path: Path) -> None:
    (tmp_path / "cgroup").write_text(f"0::/ecs/{DOCKER}\n")
    told = {"ECS_CONTAINER_METADATA_URI_V4": f"{METADATA}0a9b8c7d-6e5f-4a3b-8c1d-0e9f8a7b6c5d"}
    assert container_id(told, tmp_path) == DOCKER


@pytest.mark.parametrize(
    ("content", "identity"),
    [
        (json.dumps({"ContainerID": DOCKER}), DOCKER),
        (json.dumps({"ContainerID": "web"}), ""),
        (json.dumps({"ContainerID": 7}), ""),
        (json.dumps([DOCKER]), ""),
        ('{"ContainerID": "', ""),
        ("[" * 100_000, ""),
    ],
)
def test_the_file_of_the_ecs_agent_does(tmp_path: Path, content: str, identity: str) -> None:
    file = tmp_path / "metadata.json"
    file.write_text(content)
    assert container_id({"ECS_CONTAINER_METADATA_FILE": str(file)}, tmp_path) == identity


def test_a_version_of_a_function_is_told_by_its_names(tmp_path: Path) -> None:
    function = {"AWS_LAMBDA_FUNCTION_NAME": "charge", "AWS_REGION": "eu-west-1", "AWS_LAMBDA_FUNCTION_VERSION": "7"}
    assert container_id(function, tmp_path) == "lambda:eu-west-1:charge:7"
    assert container_id({"AWS_LAMBDA_FUNCTION_NAME": "charge"}, tmp_path) == ""


def test_where_nothing_says_nothing_is_said(tmp_path: Path) -> None:
    assert container_id({}, tmp_path / "missing") == ""
    (tmp_path / "mountinfo").mkdir()
    assert container_id({"ECS_CONTAINER_METADATA_FILE": str(tmp_path)}, tmp_path) == ""

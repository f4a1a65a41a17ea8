"""What AWS says runs, and teams that have no AWS or declare nothing: through the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.e2e.account import free_port
from tests.e2e.program import ACCOUNT, REGION, Setpoint
from tests.running_cloud import RunningCloud, container, digest, serving

AREA = f"aws:{ACCOUNT}:{REGION}:Setpoint::ECS::Container"


def bill(version: str) -> str:
    listed = {"type": "library", "name": "requests", "version": version, "purl": f"pkg:pypi/requests@{version}"}
    return json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [listed]})


def configured(setpoint: Setpoint, **settings: Any) -> Setpoint:
    """With nothing else in `setpoint.yaml`."""
    setpoint.write("setpoint.yaml", yaml.safe_dump(settings))
    return setpoint


@pytest.fixture
def running() -> RunningCloud:
    return RunningCloud()


@pytest.fixture
def observed(tmp_path: Path, running: RunningCloud) -> Iterator[Setpoint]:
    """A team that declares nothing, and has its tasks in AWS."""
    with serving(running) as url:
        aws = {"regions": [REGION], "endpoint_url": url, "attempts": 1, "timeout": 10}
        services = {"shop": {"tier": "critical", "environment": "production"}}
        yield configured(Setpoint(tmp_path, url), aws=aws, services=services, inventory={"aws": ["ecs", "lambda"]})


@pytest.fixture
def lonely(tmp_path: Path) -> Setpoint:
    return configured(Setpoint(tmp_path, f"http://127.0.0.1:{free_port()}"), services={"shop": {}})


def ids(setpoint: Setpoint) -> list[tuple[str, str, str]]:
    listed = setpoint.run("instances", "list", "--json").json()
    return sorted((each["service"], each["id"].rpartition(":")[2], each["source"]) for each in listed)


def test_tasks_and_functions_become_instances_and_what_is_affected_is_named(
    observed: Setpoint, running: RunningCloud
) -> None:
    running.run_task("1", service="shop")
    running.run_task("2", container(letter="b"), service="shop")
    running.publish("charge", "A" * 43 + "=", service="payments")
    assert observed.run("beat").code == 0
    assert ids(observed) == [
        ("payments", "$LATEST", "aws:lambda"),
        ("payments", "1", "aws:lambda"),
        ("shop", "task/main/1/web", "aws:ecs"),
        ("shop", "task/main/2/web", "aws:ecs"),
    ]

    # By the digest of its image, or by its release: whichever somebody gave a bill of.
    observed.write("old.json", bill("2.31.0"))
    observed.write("new.json", bill("2.32.3"))
    assert observed.run("sbom", "add", "old.json", "--image", digest("a")).code == 0
    assert observed.run("sbom", "add", "new.json", "--release", "shop@1.4").code == 0
    affected = observed.run("affected", "pkg:pypi/requests@<2.32", "--json")
    (service,) = affected.json()["services"]
    (hit,) = service["hits"]
    assert (affected.code, hit["instance"]["image"], hit["instance"]["environment"]) == (1, digest("a"), "production")

    del running.clusters["main"]["1"]
    running.functions.clear()
    assert observed.run("beat").code == 0
    assert ids(observed) == [("shop", "task/main/2/web", "aws:ecs")]
    assert observed.run("affected", "pkg:pypi/requests@<2.32").code == 0


def test_what_could_not_be_read_is_never_shown_as_clean(observed: Setpoint, running: RunningCloud) -> None:
    running.run_task("1", service="shop")
    observed.write("new.json", bill("2.32.3"))
    observed.run("sbom", "add", "new.json", "--release", "shop@1.4")
    assert observed.run("beat").code == 0
    assert observed.run("affected", "pkg:pypi/flask").code == 0

    running.refused["ListTasks"] = "AccessDeniedException"
    beat = observed.run("beat")
    assert (beat.code, "ecs:ListTasks denied" in beat.out) == (3, True)
    assert len(ids(observed)) == 1
    asked = observed.run("affected", "pkg:pypi/flask")
    assert (asked.code, f"could not tell what else runs: {AREA}: ecs:ListTasks denied" in asked.out) == (3, True)
    assert observed.run("affected", "pkg:pypi/flask", "--json").json()["unread"] == [f"{AREA}: ecs:ListTasks denied"]

    doctor = observed.run("doctor", "--json")
    found = doctor.json()
    assert doctor.code == 3
    assert {each["area"]: each["extent"] for each in found["coverage"]}[AREA] == "partial"
    assert found["reading"]["calls_of_a_full_scan"] == 2
    allowed = observed.run("permissions").json()["Statement"][0]["Action"]
    assert allowed == sorted(
        [
            *(f"ecs:{each}" for each in ("DescribeTasks", "ListClusters", "ListTasks")),
            *(f"lambda:{each}" for each in ("GetFunction", "ListAliases", "ListFunctions")),
            "tag:GetResources",
        ]
    )


def test_without_aws_and_without_intent_the_inventory_is_all_there_is(lonely: Setpoint) -> None:
    lonely.write("app.json", bill("2.31.0"))
    assert lonely.run("sbom", "add", "app.json", "--release", "shop@1").code == 0
    assert lonely.run("instances", "add", "shop", "web-1", "--release", "1").code == 0
    beat = lonely.run("beat")
    assert (beat.code, "nothing is declared, so that nothing was compared" in beat.out) == (0, True)
    assert lonely.run("affected", "pkg:pypi/requests").code == 1

    drift, of_service, doctor, permissions, gate = lonely.run_each(
        ("drift",),
        ("drift", "--service", "shop"),
        ("doctor",),
        ("permissions",),
        ("gate", "--service", "shop", "--release", "1"),
    )
    for each in (drift, of_service):
        assert (each.code, "could not tell: nothing is declared" in each.out) == (3, True)
    assert doctor.code == 0
    assert "nothing is declared under intent:" in doctor.out
    assert "aws.regions names no region" in doctor.out
    assert permissions.json()["Statement"] == []
    assert (gate.code, "nothing is declared" in gate.out) == (0, True)


def test_what_is_declared_needs_a_region_to_be_in(lonely: Setpoint) -> None:
    configured(lonely, intent=[{"terraform": "terraform.tfstate"}])
    beat = lonely.run("beat")
    assert beat.code == 2
    assert "something is declared, and no region in which it would be" in beat.complaint()
    assert "aws.regions" in beat.complaint()

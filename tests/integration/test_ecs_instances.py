"""Containers of ECS as instances: over a stand-in that tells digests, and over moto."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.cloud_control import ACCOUNT
from tests.running_cloud import ECS, REGION, RunningCloud, container, digest, serving

from setpoint.aws import AwsClients, AwsSettings
from setpoint.model.inventory import Instance, InstanceSource
from setpoint.model.snapshot import Extent
from setpoint.observe.aws.instances.naming import Naming, ServiceRule
from setpoint.observe.aws.instances.observer import AwsInstances
from setpoint.observe.interface import SeenInstances


@pytest.fixture
def running() -> RunningCloud:
    return RunningCloud()


@pytest.fixture
def clients(running: RunningCloud, credentials: None) -> Iterator[AwsClients]:
    with serving(running) as url:
        yield AwsClients(AwsSettings((REGION,), endpoint_url=url, attempts=1, timeout=5.0))


def look(clients: AwsClients, *rules: ServiceRule, is_wanted: bool = True) -> SeenInstances:
    naming = Naming(rules=rules, environment=lambda service: f"{service}-land")
    (seen,) = AwsInstances([clients], [InstanceSource.ECS], naming, is_wanted=is_wanted).observe()
    return seen


def told(seen: SeenInstances) -> dict[str, tuple[str, str, str]]:
    """Task and container → service, release and the letter of the digest."""
    return {
        each.id.removeprefix(f"{ECS}:task/"): (each.service, each.release, each.image[-1:]) for each in seen.instances
    }


def test_each_container_of_a_task_is_an_instance_of_whoever_owns_it(clients: AwsClients, running: RunningCloud) -> None:
    arn = running.run_task("1", service="shop")
    seen = look(clients)
    known = Instance("shop", f"{arn}/web", "1.4", "shop-land", digest("a"), source="aws:ecs", container=f"{'a' * 32}-1")
    assert seen.instances == (known,)
    assert (seen.coverage.extent, seen.coverage.area.type) == (Extent.WHOLE, "Setpoint::ECS::Container")
    assert arn.startswith(seen.prefix)


def test_who_owns_it_is_told_by_the_task_else_the_service_else_its_name(
    clients: AwsClients, running: RunningCloud
) -> None:
    running.tags = {f"{ECS}:service/main/web": {"service": "shop"}, f"{ECS}:service/main/other": {"team": "x"}}
    running.run_task("1", service="payments", release="9")
    running.run_task("2")
    running.run_task("3", group="service:other")
    running.run_task("4", group="family:nightly")
    running.run_task("5", group="")
    sidecar = container("envoy", "envoy:v1.30", "b")
    running.run_task("6", container(), sidecar, service="shop", release="1.4.2")
    assert told(look(clients, ServiceRule("main/*/envoy", "mesh"))) == {
        "main/1/web": ("payments", "9", "a"),
        "main/2/web": ("shop", "1.4", "a"),
        "main/3/web": ("other", "1.4", "a"),
        "main/4/web": ("nightly", "1.4", "a"),
        "main/5/web": ("shop", "1.4", "a"),
        "main/6/web": ("shop", "1.4.2", "a"),
        "main/6/envoy": ("mesh", "v1.30", "b"),
    }


def test_what_ended_is_not_there(clients: AwsClients, running: RunningCloud) -> None:
    running.run_task("1", container(), container("init", lastStatus="STOPPED"), service="shop")
    running.run_task("2", container(imageDigest=None, lastStatus="PENDING"), service="shop")
    running.clusters["going"] = {}
    assert told(look(clients)) == {"main/1/web": ("shop", "1.4", "a"), "main/2/web": ("shop", "1.4", "")}


def test_where_nothing_runs_one_call_says_so(clients: AwsClients, running: RunningCloud) -> None:
    assert look(clients).coverage.extent is Extent.WHOLE
    assert running.calls == {"ListClusters": 1}


def test_many_tasks_take_a_few_calls(clients: AwsClients, running: RunningCloud) -> None:
    running.page = 100
    for number in range(450):
        running.run_task(str(number), cluster=f"c{number % 2}", service="shop")
    assert len(look(clients).instances) == 450
    assert running.calls == {"ListClusters": 1, "ListTasks": 6, "DescribeTasks": 6}


@pytest.mark.parametrize(
    ("operation", "code", "extent", "reason"),
    [
        ("ListClusters", "AccessDeniedException", Extent.NONE, "ecs:ListClusters denied"),
        ("ListClusters", "ThrottlingException", Extent.NONE, "ecs:ListClusters throttled"),
        ("ListTasks", "AccessDeniedException", Extent.PARTIAL, "ecs:ListTasks denied"),
        ("DescribeTasks", "ServerException", Extent.PARTIAL, "ecs:DescribeTasks failed (ServerException)"),
        ("GetResources", "AccessDeniedException", Extent.PARTIAL, "tag:GetResources denied"),
    ],
)
def test_what_is_refused_is_told(
    clients: AwsClients, running: RunningCloud, operation: str, code: str, extent: Extent, reason: str
) -> None:
    running.run_task("1")
    running.refused[operation] = code
    seen = look(clients)
    assert (seen.coverage.extent, seen.coverage.reasons) == (extent, (reason,))


def test_what_was_read_before_a_refusal_counts(clients: AwsClients, running: RunningCloud) -> None:
    for number in range(6):
        running.run_task("1", cluster=f"c{number}", service="shop")
    running.refused["ListClusters"], running.after["ListClusters"] = "AccessDeniedException", 2
    seen = look(clients)
    assert (seen.coverage.extent, len(seen.instances)) == (Extent.PARTIAL, 4)


def test_who_did_not_ask_for_it_is_spared_the_doubt(clients: AwsClients, running: RunningCloud) -> None:
    running.refused["ListClusters"] = "AccessDeniedException"
    coverage = look(clients, is_wanted=False).coverage
    assert (coverage.extent, coverage.reasons) == (Extent.NOT_COVERED, ("ecs:ListClusters denied",))
    running.refused["ListClusters"] = "ServerException"
    assert look(clients, is_wanted=False).coverage.extent is Extent.NONE


def test_there_is_an_end_to_what_is_read(
    clients: AwsClients, running: RunningCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("setpoint.observe.aws.instances.reading.MOST_INSTANCES", 3)
    for number in range(5):
        running.run_task(str(number), service="shop")
    seen = look(clients)
    assert (seen.coverage.extent, len(seen.instances)) == (Extent.PARTIAL, 3)
    assert "more than 3 run here" in seen.coverage.reasons[0]


def test_a_probe_asks_for_a_little_of_everything(clients: AwsClients, running: RunningCloud) -> None:
    for number in range(9):
        running.run_task(str(number), cluster=f"c{number % 3}", service="shop")
    observer = AwsInstances([clients], [InstanceSource.ECS], Naming(), is_wanted=True)
    assert [each.extent for each in observer.probe()] == [Extent.WHOLE]
    assert running.calls == {"ListClusters": 1, "ListTasks": 1, "DescribeTasks": 1}
    assert [each.calls for each in observer.workload()] == [1]


def test_over_moto(aws: AwsClients) -> None:
    region = aws.settings.regions[0]
    ecs, ec2 = aws.client("ecs", region), aws.client("ec2", region)
    ecs.create_cluster(clusterName="main")
    definition: dict[str, Any] = {"name": "web", "image": "registry.example/shop:1.4", "memory": 100, "cpu": 1}
    ecs.register_task_definition(
        family="shop", containerDefinitions=[definition], networkMode="awsvpc", cpu="256", memory="512"
    )
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    task = ecs.run_task(
        cluster="main",
        taskDefinition="shop",
        launchType="FARGATE",
        tags=[{"key": "service", "value": "payments"}],
        networkConfiguration={"awsvpcConfiguration": {"subnets": [subnet], "securityGroups": []}},
    )["tasks"][0]["taskArn"]
    observer = AwsInstances([aws], [InstanceSource.ECS], Naming(), is_wanted=True)
    seen = {each.coverage.area.region: each for each in observer.observe()}
    assert [(each.service, each.id, each.release) for each in seen[region].instances] == [
        ("payments", f"{task}/web", "1.4")
    ]
    assert {each.coverage.extent for each in seen.values()} == {Extent.WHOLE}
    assert {each.coverage.area.account for each in seen.values()} == {ACCOUNT}
    ecs.stop_task(cluster="main", task=task)
    assert [each.instances for each in observer.observe()] == [(), ()]

"""A container that its provider and the agent in it tell of is one instance, whoever comes first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from setpoint.model.component import Sbom
from setpoint.model.inventory import Instance
from setpoint.store.ledger.inventory.joining import Told, join

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
TASK, HOST, BOX = "arn:aws:ecs:eu-west-1:123456789012:task/main/1/web", "ip-10-0-0-7", "8c1e75bb-1"


def of_ecs(name: str = TASK, service: str = "shop", **others: Any) -> Instance:
    usual = {"release": "v1.4", "environment": "production", "image": "sha256:ab", "container": BOX}
    return Instance(service, name, source="aws:ecs", **{**usual, **others})


def of_agent(name: str = HOST, service: str = "shop", **others: Any) -> Instance:
    return Instance(service, name, **{"release": "1.4", "source": "agent", "container": BOX, **others})


def known(shelf: Any) -> list[Instance]:
    found: list[Instance] = shelf.reader.instances(service=None, after=("", ""), limit=99)
    return found


def counted(shelf: Any) -> int:
    count: int = shelf.reader.summary().instances
    return count


@pytest.fixture
def ran(shelf: Any, bill: Callable[..., Sbom]) -> Sbom:
    made = bill("requests@2.0")
    shelf.writer.add_sbom(made, NOW)
    return made


@pytest.mark.parametrize("agent_first", [True, False])
def test_it_is_one_instance_under_the_name_of_its_provider(shelf: Any, ran: Sbom, *, agent_first: bool) -> None:
    told = [of_agent(sbom=ran.digest), of_ecs()]
    for each in told if agent_first else reversed(told):
        shelf.report(each)
    (one,) = known(shelf)
    assert (one.id, one.source, one.container, counted(shelf)) == (TASK, "aws:ecs, agent", BOX, 1)
    assert (one.release, one.environment, one.image) == ("1.4", "production", "sha256:ab")
    assert one.bill == ran.digest


def test_whatever_each_says_again_changes_nothing(shelf: Any, ran: Sbom) -> None:
    shelf.report(of_ecs())
    shelf.report(of_agent(sbom=ran.digest))
    for number in range(1, 4):
        for each in (of_agent(), of_ecs()):
            again = shelf.writer.report_instances([each], NOW + timedelta(minutes=number))
            assert (again.new, again.moved) == (0, 0)
    (one,) = known(shelf)
    assert (one.bill, one.release, counted(shelf)) == (ran.digest, "1.4", 1)


def test_an_agent_that_says_no_release_leaves_it_to_the_provider(shelf: Any) -> None:
    shelf.report(of_agent(release=""))
    shelf.report(of_ecs())
    shelf.report(of_agent(release=""))
    assert [each.release for each in known(shelf)] == ["v1.4"]
    shelf.report(of_ecs(release="v1.5"))
    assert [each.release for each in known(shelf)] == ["v1.5"]


def test_with_another_image_what_the_agent_told_is_over(shelf: Any, ran: Sbom) -> None:
    """A function is the same one after it was deployed anew."""
    shelf.report(of_ecs())
    shelf.report(of_agent(sbom=ran.digest))
    shelf.report(of_ecs(release="v1.5", image="sha256:cd"))
    (one,) = known(shelf)
    assert (one.release, one.sbom, one.source) == ("v1.5", "", "aws:ecs")


def test_what_was_known_before_containers_were_told_is_joined(shelf: Any, ran: Sbom) -> None:
    shelf.report(of_ecs(container=""))
    shelf.report(of_agent(container="", sbom=ran.digest))
    assert counted(shelf) == 2
    shelf.report(of_agent())
    assert counted(shelf) == 2
    shelf.report(of_ecs())
    (one,) = known(shelf)
    assert (one.id, one.bill, one.source) == (TASK, ran.digest, "aws:ecs, agent")


def test_the_name_by_which_an_agent_was_known_before_goes(shelf: Any) -> None:
    shelf.report(of_agent(container=""))
    shelf.report(of_ecs())
    shelf.report(of_agent())
    assert [each.id for each in known(shelf)] == [TASK]


def test_many_agents_of_one_function_are_one(shelf: Any) -> None:
    shelf.report(of_agent("one"), of_agent("two"))
    shelf.report(of_ecs())
    shelf.report(of_agent("three"))
    assert (counted(shelf), [each.id for each in known(shelf)]) == (1, [TASK])


def test_another_service_s_instance_is_not_taken_over(shelf: Any) -> None:
    shelf.report(of_ecs(service="payments"))
    shelf.report(of_agent())
    assert [(each.service, each.id) for each in known(shelf)] == [("payments", TASK), ("shop", HOST)]


def test_where_two_are_called_so_it_cannot_be_told() -> None:
    told = {("shop", BOX): [Told("one", "aws:lambda"), Told("two", "aws:lambda"), Told(HOST, "agent")]}
    assert join([of_agent()], told).reported == [of_agent()]
    joined = join([of_ecs("one")], told)
    assert (joined.reported, joined.renamed, joined.gone) == ([of_ecs("one")], {}, [])


def test_what_its_provider_says_is_gone_is_gone(shelf: Any) -> None:
    shelf.report(of_agent())
    shelf.report(of_ecs())
    assert shelf.writer.remove_instances("shop", [TASK], NOW) == 1
    assert (known(shelf), counted(shelf)) == ([], 0)

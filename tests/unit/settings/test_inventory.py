"""Where what runs is read from, whose it is, and for how long it counts as there."""

from __future__ import annotations

import pytest

from setpoint.errors import InputError
from setpoint.fields import Fields
from setpoint.files import parse_yaml
from setpoint.model.inventory import InstanceSource
from setpoint.observe.aws.instances.naming import ServiceRule
from setpoint.settings.inventory import InventorySettings, read_inventory


def _read(text: str) -> InventorySettings:
    return read_inventory(Fields(parse_yaml(text.encode(), "setpoint.yaml")).section("inventory"))


@pytest.mark.parametrize(
    ("text", "hours"), [("{}", 24), ("inventory: {}", 24), ("inventory: {forget_instances_after: 2h}", 2)]
)
def test_how_long_an_instance_is_taken_for_there(text: str, hours: int) -> None:
    assert _read(text).forget_instances_after == hours * 3600


def test_how_long_bills_of_nothing_are_kept() -> None:
    assert _read("{}").keep_bills_for == 90 * 86400
    assert _read("inventory: {keep_bills_for: 1w}").keep_bills_for == 7 * 86400


@pytest.mark.parametrize(
    ("text", "sources", "are_wanted"),
    [
        ("{}", (InstanceSource.ECS, InstanceSource.LAMBDA), False),
        ("inventory: {aws: [ecs]}", (InstanceSource.ECS,), True),
        ("inventory: {aws: [lambda, ecs, lambda]}", (InstanceSource.LAMBDA, InstanceSource.ECS), True),
        ("inventory: {aws: []}", (), True),
    ],
)
def test_what_is_read_by_itself_and_what_is_asked_for(
    text: str, sources: tuple[InstanceSource, ...], *, are_wanted: bool
) -> None:
    settings = _read(text)
    assert (settings.sources, settings.are_wanted) == (sources, are_wanted)


def test_whose_what_is_called_so_is() -> None:
    settings = _read("inventory: {release_tag: version, services: [{match: '*/envoy', service: mesh}]}")
    assert (settings.release_tag, settings.rules) == ("version", (ServiceRule("*/envoy", "mesh"),))


@pytest.mark.parametrize(
    "text",
    [
        "{forget_instances_after: 1s}",
        "{forget_instances_after: never}",
        "{forget: 1h}",
        "{keep_bills_for: always}",
        "{aws: [eks]}",
        "{aws: ecs}",
        "{services: [{match: a}]}",
        "{services: [{match: a, service: b, also: c}]}",
        "{release_tag: ''}",
    ],
)
def test_what_is_no_such_setting_is_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        _read(f"inventory: {text}")
    assert caught.value.where == "setpoint.yaml:1"

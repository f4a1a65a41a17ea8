"""For how long an instance counts as there."""

from __future__ import annotations

import pytest

from setpoint.errors import InputError
from setpoint.fields import Fields
from setpoint.files import parse_yaml
from setpoint.settings.inventory import read_inventory


def _read(text: str) -> float:
    return read_inventory(Fields(parse_yaml(text.encode(), "setpoint.yaml")).section("inventory"))


@pytest.mark.parametrize(
    ("text", "hours"), [("{}", 24), ("inventory: {}", 24), ("inventory: {forget_instances_after: 2h}", 2)]
)
def test_how_long_an_instance_is_taken_for_there(text: str, hours: int) -> None:
    assert _read(text) == hours * 3600


@pytest.mark.parametrize("text", ["{forget_instances_after: 1s}", "{forget_instances_after: never}", "{forget: 1h}"])
def test_what_is_no_such_span_is_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        _read(f"inventory: {text}")
    assert caught.value.where == "setpoint.yaml:1"

"""`aws:`, as far as it says what is read and how fast."""

from __future__ import annotations

import pytest

from setpoint.errors import InputError
from setpoint.fields import Fields
from setpoint.files import parse_yaml
from setpoint.settings.aws import WatchSettings, read_aws, read_watch


def fields(text: str) -> Fields:
    return Fields(parse_yaml(text.encode(), "setpoint.yaml")).section("aws")


def test_by_default_nothing_more_is_watched_than_is_shipped() -> None:
    aws = "aws: {regions: [eu-west-1]}"
    assert read_aws(fields(aws))[0].calls_per_second == 200.0
    watch = read_watch(fields(aws).section("watch"))
    assert (watch.types, watch.shipped) == ((), None)


def test_types_to_watch_and_how_fast_to_read() -> None:
    watched = "\n  watch:\n    types: [AWS::SNS::Topic]\n    shipped: false\n"
    text = f"aws:\n  regions: [eu-west-1]\n  calls_per_second: 5{watched}"
    assert read_aws(fields(text))[0].calls_per_second == 5.0
    watch = read_watch(fields(text).section("watch"))
    assert watch == WatchSettings(("AWS::SNS::Topic",), shipped=False, where="setpoint.yaml:5")


@pytest.mark.parametrize("wrong", ["{types: AWS::SNS::Topic}", "{shipped: maybe}", "{type: []}"])
def test_what_cannot_be_watched_is_refused_where_it_stands(wrong: str) -> None:
    with pytest.raises(InputError, match=r"^setpoint\.yaml:1"):
        read_watch(fields(f"aws: {{watch: {wrong}}}").section("watch"))


@pytest.mark.parametrize("rate", ["0", "-1", "fast", "1e9"])
def test_a_rate_has_to_be_one(rate: str) -> None:
    with pytest.raises(InputError, match="calls_per_second"):
        read_aws(fields(f"aws: {{regions: [eu-west-1], calls_per_second: {rate}}}"))

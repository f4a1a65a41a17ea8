"""Where the logs of CloudTrail are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from setpoint.errors import InputError
from setpoint.fields import Fields
from setpoint.files import parse_yaml
from setpoint.settings.cloudtrail import CloudTrailSettings, read_cloudtrail


def _read(text: str) -> CloudTrailSettings:
    fields = Fields(parse_yaml(f"cloudtrail: {text}".encode(), "setpoint.yaml")).section("cloudtrail")
    return read_cloudtrail(fields, Path("/base"))


def test_without_a_source_nothing_is_read() -> None:
    assert _read("{}") == CloudTrailSettings()
    assert not _read("{}").is_on


def test_a_bucket() -> None:
    settings = _read("{bucket: trail, prefix: /logs/, regions: [eu-west-1], accounts: ['123456789012'], verify: false}")
    assert settings.is_on
    assert (settings.bucket, settings.prefix, settings.verify) == ("trail", "logs", False)
    assert (settings.regions, settings.accounts) == (("eu-west-1",), ("123456789012",))
    assert (settings.every, settings.look_back) == (60.0, 90 * 86400.0)


def test_a_folder_goes_by_the_configurations() -> None:
    assert _read("{folder: logs}").folder == Path("/base/logs")


def test_a_queue_is_asked_more_often() -> None:
    assert _read("{queue: 'https://sqs.eu-west-1.amazonaws.com/1/trail', bucket: trail}").every == 5.0


def test_roles_of_infrastructure_and_the_form_of_tickets() -> None:
    settings = _read(r"{folder: logs, infrastructure_roles: ['ci-*'], ticket: '#\d+'}")
    assert (settings.infrastructure_roles, settings.ticket) == (("ci-*",), r"#\d+")
    assert re.search(_read("{}").ticket, "for OPS-4711")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{folder: logs, ticket: '['}", "a regular expression"),
        ("{folder: logs, bucket: trail}", "logs are read from one place"),
        ("{bucket: trail, accounts: ['12']}", "is no account"),
        ("{buckets: trail}", "buckets"),
        ("{bucket: trail, verify: perhaps}", "verify"),
    ],
)
def test_what_does_not_fit_is_told(text: str, what: str) -> None:
    with pytest.raises(InputError, match=what) as told:
        _read(text)
    assert "setpoint.yaml:1" in told.value.diagnostics()

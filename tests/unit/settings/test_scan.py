from __future__ import annotations

from pathlib import Path

import pytest

from setpoint.errors import InputError
from setpoint.fields import Fields
from setpoint.files import parse_yaml
from setpoint.settings.scan import ScanSettings, read_scan

BASE = Path("/srv/setpoint")


def _read(text: str) -> ScanSettings:
    return read_scan(Fields(parse_yaml(text.encode(), "setpoint.yaml")).section("scan"), BASE)


def test_without_a_word_nothing_is_required_or_off() -> None:
    assert _read("{}") == ScanSettings()


def test_everything_can_be_said() -> None:
    settings = _read(
        "scan: {required: [bandit], off: [ruff], exclude: [tests/*], timeout: 2m, largest_bytes: 2048, "
        "most_results: 5, semgrep_rules: rules}"
    )
    assert settings == ScanSettings(("bandit",), ("ruff",), ("tests/*",), 120.0, 2048, 5, BASE / "rules")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("scan:\n  required: [bandi]", "setpoint.yaml:2: there is no scanner 'bandi'; did you mean 'bandit'?"),
        ("scan:\n  off: [flake8]", "setpoint.yaml:2: there is no scanner 'flake8'"),
        ("scan: {required: [ruff], off: [ruff]}", "ruff is required and off; leave one of the two out"),
        ("scan: {timeout: 0}", "scan.timeout is 0"),
        ("scan: {timeouts: 5m}", "unknown key 'timeouts' in scan; did you mean 'timeout'?"),
    ],
)
def test_what_is_wrong(text: str, words: str) -> None:
    with pytest.raises(InputError) as refusal:
        _read(text)
    assert words in refusal.value.diagnostics()

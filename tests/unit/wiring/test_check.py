"""What `setpoint doctor` remarks on."""

from __future__ import annotations

from pathlib import Path

import pytest

from setpoint.settings import load_settings
from setpoint.wiring.check import remarks


@pytest.mark.parametrize(("more", "is_told"), [("", True), (", verify: false", False)])
def test_logs_in_a_folder_are_held_against_nothing(tmp_path: Path, more: str, *, is_told: bool) -> None:
    config = tmp_path / "setpoint.yaml"
    config.write_text(f"aws: {{regions: [eu-west-1]}}\ncloudtrail: {{folder: logs{more}}}\n")
    said = [each for each in remarks(load_settings(config)) if "digests" in each]
    assert [each.partition(":")[0] for each in said] == ([str(tmp_path / "logs")] if is_told else [])

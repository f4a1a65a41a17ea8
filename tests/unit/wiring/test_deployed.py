"""How a scan that Setpoint makes by itself is asked for: as a person would, with nothing secret in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from setpoint.cli.dast import command
from setpoint.settings import Settings, load_settings
from setpoint.wiring.deployed import command_line

FULL = """\
services: {shop: {}}
dast:
  fleet_key_file: fleet.key
  services:
    shop:
      url: https://staging.example
      openapi: api.json
      auth: auth.yaml
      profile: passive
      rate: 2
      budget: 500
      checks: [access]
      exclude: [-x, /admin/*]
"""


def _settings(folder: Path, text: str) -> Settings:
    file = folder / "setpoint.yaml"
    file.write_text(text, encoding="utf-8")
    return load_settings(file)


def test_everything_that_the_settings_say_is_asked_for(tmp_path: Path) -> None:
    settings = _settings(tmp_path, FULL)
    given = command_line(settings, "shop", "1.4.2", tmp_path / "run", resumes=True)
    assert given[1:5] == ["-m", "setpoint", "dast", "run"]
    assert given[5:] == [
        f"--config={tmp_path}/setpoint.yaml",
        "--service=shop",
        "--release=1.4.2",
        f"--run-folder={tmp_path}/run",
        "--profile=passive",
        f"--openapi={tmp_path}/api.json",
        f"--auth={tmp_path}/auth.yaml",
        "--rate=2.0",
        "--budget=500",
        f"--fleet-key-file={tmp_path}/fleet.key",
        "--check=access",
        "--exclude=-x",
        "--exclude=/admin/*",
        "--resume",
        "--json",
        "--",
        "https://staging.example",
    ]


@pytest.mark.parametrize("text", [FULL, "dast: {services: {shop: {url: 'https://staging.example'}}}"])
def test_the_command_knows_every_option(tmp_path: Path, text: str) -> None:
    given = command_line(_settings(tmp_path, text), "shop", "-1", tmp_path / "run", resumes=False)
    answer = CliRunner().invoke(command, [*given[4:-2], "--help"])
    assert answer.exit_code == 0, answer.output

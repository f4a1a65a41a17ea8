"""What pipelines call: one version, no script made of values, and shells that can read it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from setpoint import __version__

ROOT: Final = Path(__file__).parents[3]
CI: Final = ROOT / "deploy" / "ci"
RECIPE: Final = CI / "shell" / "gate.sh"
GUIDE: Final = ROOT / "docs" / "how-to" / "gate-in-ci.md"


def action() -> Any:
    return yaml.safe_load((CI / "github" / "action.yml").read_text(encoding="utf-8"))


def job() -> Any:
    return yaml.safe_load((CI / "gitlab" / "setpoint.gitlab-ci.yml").read_text(encoding="utf-8"))[".setpoint-gate"]


def test_they_install_this_version() -> None:
    assert action()["inputs"]["version"]["default"] == job()["variables"]["SETPOINT_VERSION"] == __version__
    assert f"rev: v{__version__}" in GUIDE.read_text(encoding="utf-8")


def test_every_variable_of_the_action_is_one_of_the_recipe() -> None:
    recipe = RECIPE.read_text(encoding="utf-8")
    given = {name for step in action()["runs"]["steps"] for name in step["env"] if name.startswith("SETPOINT_")}
    by_the_program = {"SETPOINT_SERVER", "SETPOINT_TOKEN", "SETPOINT_CONFIG"}
    assert {name for name in given if f"{{{name}:" not in recipe and f'"${name}"' not in recipe} == by_the_program


def test_no_input_is_a_part_of_a_script() -> None:
    assert not [step for step in action()["runs"]["steps"] if "${{" in step["run"]]
    assert not [line for line in (*job()["before_script"], *job()["script"]) if "$[[" in line or "eval" in line]


def test_a_job_on_gitlab_keeps_what_the_gate_writes() -> None:
    (script,) = job()["script"]
    assert all(each.partition("/")[2] in script for each in job()["artifacts"]["reports"].values())


def test_zizmor_has_nothing_to_say(tmp_path: Path) -> None:
    workflow = next(each for each in re.findall(r"```yaml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL))
    shown = tmp_path / ".github" / "workflows" / "gate.yml"
    shown.parent.mkdir(parents=True)
    shown.write_text(workflow, encoding="utf-8")
    command = [Path(sys.executable).with_name("zizmor"), "--offline", "--no-config", "--no-progress"]
    inputs = [CI / "github" / "action.yml", ROOT / ".pre-commit-hooks.yaml", shown]
    done = subprocess.run(list(map(str, (*command, *inputs))), capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("shell", ["sh", "dash", "bash", "busybox"])
def test_every_shell_can_read_the_recipe(shell: str) -> None:
    found = shutil.which(shell)
    if found is None:
        pytest.skip(f"{shell} is not installed")
    command = [found, "sh"] if shell == "busybox" else [found]
    done = subprocess.run([*command, "-n", RECIPE], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def test_shellcheck_has_nothing_to_say() -> None:
    found = shutil.which("shellcheck")
    if found is None:
        pytest.skip("shellcheck is not installed")
    done = subprocess.run([found, RECIPE], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout

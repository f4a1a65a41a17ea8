"""The composite action, its steps run in order as GitHub's runner runs them, and what GitHub would show."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from tests.e2e.pipelines import BIN, CI, HOSTILE, Project, nobody_there, secret
from tests.e2e.program import PATIENCE, ROOT

ACTION: Final = CI / "github" / "action.yml"
VALUE: Final = re.compile(r"\$\{\{ (?P<context>inputs|steps\.(?P<step>\w+)\.outputs)\.(?P<name>[\w-]+) \}\}")
ONLY_WITHOUT: Final = re.compile(r"inputs\.(?P<name>[\w-]+) == ''")
COMMAND: Final = re.compile(r"^\s*::(?P<name>[a-z-]+)|##\[", re.MULTILINE)
RELEASE: Final = {"service": "shop", "release": "1", "stage": "build", "scan": "shop"}


@dataclass(frozen=True, slots=True)
class Ran:
    code: int
    log: str
    outputs: Mapping[str, str]
    summary: str


class Runner:
    """As much of GitHub's runner as the action needs: inputs, conditions on them, outputs, files of a step."""

    def __init__(self, project: Project, temporary: Path) -> None:
        self._project = project
        self._temporary = temporary
        self._action: Any = yaml.safe_load(ACTION.read_text(encoding="utf-8"))

    def run(self, **environment: str) -> Ran:
        """`with_…` of the environment are inputs, whose hyphens are written `_`."""
        given = {name[5:].replace("_", "-"): environment.pop(name) for name in list(environment) if name[:5] == "with_"}
        inputs = {name: str(each.get("default", "")) for name, each in self._action["inputs"].items()} | given
        assert not [name for name, each in self._action["inputs"].items() if each.get("required") and not inputs[name]]
        log, code, steps, summary = "", 0, dict[str, Mapping[str, str]](), ""
        for number, step in enumerate(self._action["runs"]["steps"]):
            if code or not _applies(step, inputs):
                continue
            code, said, outputs, told = self._step(step, number, inputs, steps, environment)
            log, summary, steps[step.get("id", "")] = log + said, summary + told, outputs
        outputs = {name: _resolved(each["value"], inputs, steps) for name, each in self._action["outputs"].items()}
        return Ran(code, log, outputs, summary)

    def _step(
        self,
        step: Any,
        number: int,
        inputs: Mapping[str, str],
        steps: Mapping[str, Mapping[str, str]],
        environment: Mapping[str, str],
    ) -> tuple[int, str, Mapping[str, str], str]:
        assert (step["shell"], "uses" in step) == ("bash", False)
        assert "${{" not in step["run"]  # nothing of an input becomes a part of the script
        script, output, summary = (self._temporary / f"{name}-{number}" for name in ("script", "output", "summary"))
        script.write_text(step["run"], encoding="utf-8")
        for each in (output, summary):
            each.touch()
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", script],
            cwd=self._project.folder,
            env={
                **self._project.environment,
                "GITHUB_ACTIONS": "true",
                "GITHUB_WORKSPACE": str(self._project.folder),
                "GITHUB_ACTION_PATH": str(ACTION.parent),
                "GITHUB_OUTPUT": str(output),
                "GITHUB_STEP_SUMMARY": str(summary),
                "RUNNER_TEMP": str(self._temporary),
                **environment,
                **{name: _resolved(value, inputs, steps) for name, value in step["env"].items()},
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        told = dict(line.split("=", 1) for line in output.read_text(encoding="utf-8").splitlines())
        return done.returncode, done.stdout, told, summary.read_text(encoding="utf-8")


def _applies(step: Any, inputs: Mapping[str, str]) -> bool:
    if "if" not in step:
        return True
    condition = ONLY_WITHOUT.fullmatch(step["if"])
    assert condition is not None
    return not inputs[condition["name"]]


def _resolved(text: str, inputs: Mapping[str, str], steps: Mapping[str, Mapping[str, str]]) -> str:
    def value(found: re.Match[str]) -> str:
        if found["context"] == "inputs":
            return inputs[found["name"]]
        return steps.get(found["step"], {}).get(found["name"], "")

    resolved = VALUE.sub(value, text)
    assert "${{" not in resolved or resolved == inputs.get("release")
    return resolved


@pytest.fixture
def runner(project: Project, tmp_path: Path) -> Runner:
    temporary = tmp_path / "runner"
    temporary.mkdir()
    return Runner(project, temporary)


def gate(runner: Runner, project: Project, **inputs: str) -> Ran:
    """With the program that is under test."""
    usual = {
        "program": str(BIN / "setpoint"),
        "server": project.environment["SETPOINT_SERVER"],
        "token": project.environment["SETPOINT_TOKEN"],
    }
    given = {**usual, **RELEASE, **{name.replace("_", "-"): value for name, value in inputs.items()}}
    return runner.run(**{f"with_{name.replace('-', '_')}": value for name, value in given.items()})


def test_admitted(runner: Runner, project: Project) -> None:
    ran = gate(runner, project)
    assert ran.code == 0, ran.log
    assert (ran.outputs["verdict"], ran.outputs["threshold"]) == ("admit", "16.00")
    assert float(ran.outputs["risk"]) >= 1
    decision = json.loads((project.folder / ran.outputs["decision"]).read_text(encoding="utf-8"))
    assert decision["verdict"] == "admit"
    assert (project.folder / ran.outputs["sarif"]).is_file()
    assert ran.summary.startswith("<h2>✅ admit")


def test_refused(runner: Runner, project: Project) -> None:
    project.write("shop/settings.py", secret())
    ran = gate(runner, project, release="2")
    assert (ran.code, ran.outputs["verdict"]) == (1, "refuse")
    (error,) = [line for line in ran.log.splitlines() if line.startswith("::error ")]
    assert error.startswith("::error file=shop/settings.py,line=1,endLine=1,title=code/cwe-798::")
    assert "code/new-secret" in ran.summary
    assert secret().split('"')[1] not in ran.log + ran.summary


def test_wrong_usage(runner: Runner, project: Project) -> None:
    ran = gate(runner, project, service="nobody", scan="")
    assert (ran.code, ran.outputs["verdict"]) == (2, "")
    assert "there is no service 'nobody'" in ran.log


def test_could_not_tell(runner: Runner, project: Project) -> None:
    ran = gate(runner, project, server=nobody_there(), scan="")
    assert (ran.code, ran.outputs["verdict"], ran.outputs["risk"]) == (3, "could not tell", "")
    assert ran.summary.startswith("<h2>❔ could not tell: release:shop<span>@</span>1</h2>")
    assert [line for line in ran.log.splitlines() if line.startswith("::error title=gate::")]


def test_an_input_is_never_a_part_of_a_script(runner: Runner, project: Project) -> None:
    ran = gate(runner, project, release='1"; touch owned; echo "$(touch owned)`touch owned`', scan="")
    assert ran.code in {0, 2}
    assert not list(project.folder.glob("owned"))


def test_hostile_source_commands_nothing(runner: Runner, project: Project) -> None:
    place = {"physicalLocation": {"artifactLocation": {"uri": "::error::a%0A::b.py"}, "region": {"startLine": 1}}}
    result = {"ruleId": HOSTILE, "level": "error", "message": {"text": HOSTILE}, "locations": [place]}
    run = {"tool": {"driver": {"name": HOSTILE, "version": HOSTILE}}, "results": [result]}
    project.write("x.sarif", json.dumps({"version": "2.1.0", "runs": [run]}))
    project.write("shop/::add-mask::x.py", "import subprocess\nsubprocess.call(given, shell=True)\n")
    ran = gate(runner, project, sarif="x.sarif")
    assert ran.code == 0, ran.log
    commands = [found["name"] for found in COMMAND.finditer(ran.log)]
    assert set(commands) <= {"error", "warning", "notice"}
    assert len(commands) >= 3
    assert "\x1b" not in ran.log
    assert "<script>" not in ran.summary
    assert "@octocat" not in ran.summary


def test_what_it_installs_is_what_it_runs(runner: Runner, project: Project, tmp_path: Path) -> None:
    """From a folder in the place of an index, and with the libraries of the tests."""
    wheels = tmp_path / "wheels"
    build = (sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(wheels))
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=PATIENCE)
    index = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels), "PIP_NO_DEPS": "1", "PIP_CONFIG_FILE": os.devnull}
    index["PIP_IGNORE_INSTALLED"] = "1"  # among the libraries is Setpoint itself
    libraries = next(each for each in sys.path if each.endswith("site-packages"))
    inputs = {f"with_{name}": value for name, value in RELEASE.items()}
    server = {f"with_{each}": project.environment[f"SETPOINT_{each.upper()}"] for each in ("server", "token")}
    ran = runner.run(**inputs, **server, **index, PYTHONPATH=libraries)
    assert (ran.code, ran.outputs["verdict"]) == (0, "admit"), ran.log

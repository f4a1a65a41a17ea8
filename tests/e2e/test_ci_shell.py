"""The shell recipe, as a pipeline without a template of its own runs it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from tests.e2e.pipelines import CI, ControlPlane, Project, nobody_there, secret
from tests.e2e.program import Answer

REPORTS: Final = {"decision.json", "setpoint.sarif", "junit.xml", "gl-code-quality-report.json", "summary.md"}
RELEASE: Final = {
    "SETPOINT_SERVICE": "shop",
    "SETPOINT_RELEASE": "1",
    "SETPOINT_STAGE": "build",
    "SETPOINT_SCAN": "shop",
}


def gate(project: Project, **environment: str) -> Answer:
    return project.run("sh", CI / "shell" / "gate.sh", **{**RELEASE, **environment})


def reports(project: Project) -> set[str]:
    return {each.name for each in (project.folder / "setpoint-reports").iterdir()}


def test_admitted(project: Project) -> None:
    answer = gate(project)
    assert (answer.code, answer.err) == (0, "gate: admitted: go on\n")
    assert answer.out.startswith("admit: release:shop@1 at build")
    assert reports(project) == REPORTS


def test_refused(project: Project) -> None:
    project.write("shop/settings.py", secret())
    answer = gate(project, SETPOINT_RELEASE="2")
    assert answer.code == 1
    assert "gate: refused" in answer.err
    assert "code/new-secret" in answer.out
    told = "".join(each.read_text(encoding="utf-8") for each in (project.folder / "setpoint-reports").iterdir())
    assert "shop/settings.py" in told
    assert secret().split('"')[1] not in told + answer.out + answer.err


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"SETPOINT_RELEASE": ""}, "gate: SETPOINT_SERVICE and SETPOINT_RELEASE say what is released"),
        ({"SETPOINT_SERVICE": "nobody", "SETPOINT_SCAN": ""}, "there is no service 'nobody'"),
        ({"SETPOINT_PROGRAM": "setpoint-of-nobody"}, "gate: there is no program setpoint-of-nobody"),
        ({"SETPOINT_STAGE": "$(touch owned)"}, "Invalid value for '--stage'"),
        ({"SETPOINT_REPORTS": "shop/orders.py"}, "shop/orders.py"),
    ],
)
def test_wrong_usage(project: Project, environment: dict[str, str], words: str) -> None:
    project.write("setpoint-reports/decision.json", '{"verdict": "admit"}')
    answer = gate(project, **environment)
    assert answer.code == 2
    assert words in answer.err
    assert "gate: wrong usage or input: mend the call; nothing was decided" in answer.err
    assert not (project.folder / "owned").exists()
    assert "SETPOINT_REPORTS" in environment or reports(project) == set()


def test_could_not_tell(project: Project) -> None:
    answer = gate(project, SETPOINT_SERVER=nobody_there())
    assert answer.code == 3
    assert "gate: could not tell: treat it as refused" in answer.err
    assert reports(project) == REPORTS
    junit = (project.folder / "setpoint-reports" / "junit.xml").read_text(encoding="utf-8")
    assert "<error" in junit
    assert gate(project, SETPOINT_SERVER=nobody_there(), SETPOINT_SCAN="", SETPOINT_ON_UNKNOWN="refuse").code == 1


def test_while_the_control_plane_is_away_the_last_thresholds_decide(
    project: Project, plane: ControlPlane, tmp_path: Path
) -> None:
    file, key = plane.thresholds
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    away = {
        "SETPOINT_SERVER": nobody_there(),
        "SETPOINT_CONFIG": str(plane.program.folder / "setpoint.yaml"),
        "SETPOINT_THRESHOLD_FILE": str(file),
        "SETPOINT_THRESHOLD_KEY": key,
        "TMPDIR": str(temporary),
    }
    answer = gate(project, **away)
    assert answer.code == 0, answer.err
    assert "the threshold is the one signed after the heartbeat of" in answer.out
    assert list(temporary.iterdir()) == []
    wrong = gate(project, **{**away, "SETPOINT_THRESHOLD_KEY": "0" * 64, "SETPOINT_SCAN": ""})
    assert wrong.code == 3
    assert list(temporary.iterdir()) == []
    project.write("shop/settings.py", secret())
    assert gate(project, **away).code == 1


def test_what_another_tool_told_counts(project: Project) -> None:
    sarif = '{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "zap"}}, "results": []}]}'
    for name in ("a b.sarif", "c.sarif"):
        project.write(name, sarif)
    answer = gate(project, SETPOINT_SARIF="a b.sarif\nc.sarif\n", SETPOINT_SCAN="")
    assert answer.code == 0, answer.err
    assert gate(project, SETPOINT_SARIF="gone.sarif", SETPOINT_SCAN="").code == 2


def test_whoever_ends_the_program_is_told_nothing(project: Project) -> None:
    killed = project.write("killed", "#!/bin/sh\nkill -9 $$\n")
    killed.chmod(0o755)
    answer = gate(project, SETPOINT_PROGRAM=str(killed))
    assert answer.code == 3
    assert "which is no answer" in answer.err

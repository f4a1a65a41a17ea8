"""GitLab's template: the script of its job, with its variables and those that GitLab itself sets."""

from __future__ import annotations

import json
import re
from typing import Any, Final

import yaml
from tests.e2e.pipelines import BIN, CI, Project, nobody_there, secret
from tests.e2e.program import Answer

TEMPLATE: Final = CI / "gitlab" / "setpoint.gitlab-ci.yml"
JOB: Final[Any] = yaml.safe_load(TEMPLATE.read_text(encoding="utf-8"))[".setpoint-gate"]
NAME: Final = re.compile(r"\$(?P<name>\w+)")


def gate(project: Project, **variables: str) -> Answer:
    """As GitLab's runner does: the lines of both scripts in one shell that ends at the first failure."""
    own = {"CI_PROJECT_NAME": "shop", "CI_COMMIT_SHA": "4f1c2d3e", "CI_BUILDS_DIR": str(project.folder.parent)}
    given = {"SETPOINT_PROGRAM": str(BIN / "setpoint"), "SETPOINT_STAGE": "build", "SETPOINT_SCAN": "shop"}
    known = {**own, "GITLAB_CI": "true", "CI_PROJECT_DIR": str(project.folder)}
    known |= {**{name: _expanded(value, known) for name, value in JOB["variables"].items()}, **given, **variables}
    script = "\n".join((*JOB["before_script"], *JOB["script"]))
    return project.run("bash", "-e", "-o", "pipefail", "-c", script, **known)


def _expanded(value: str, known: dict[str, str]) -> str:
    return NAME.sub(lambda found: known.get(found["name"], ""), value)


def report(project: Project) -> Any:
    (name,) = [_expanded(each, JOB["variables"]) for each in [JOB["artifacts"]["reports"]["codequality"]]]
    return json.loads((project.folder / name).read_text(encoding="utf-8"))


def test_admitted(project: Project) -> None:
    answer = gate(project)
    assert answer.code == 0, answer.err
    assert answer.out.startswith("admit: release:shop@4f1c2d3e at build")
    assert "::" not in answer.out.replace("AWS::S3::Bucket", "")
    assert (project.folder / _expanded(JOB["artifacts"]["reports"]["junit"], JOB["variables"])).is_file()


def test_refused(project: Project) -> None:
    project.write("shop/settings.py", secret())
    answer = gate(project, SETPOINT_RELEASE="2")
    assert answer.code == 1
    (issue,) = [each for each in report(project) if each["location"]["path"] == "shop/settings.py"]
    assert (issue["check_name"], issue["severity"]) == ("code/cwe-798", "critical")
    assert secret().split('"')[1] not in json.dumps(report(project)) + answer.out


def test_wrong_usage(project: Project) -> None:
    answer = gate(project, SETPOINT_SERVICE="nobody", SETPOINT_SCAN="")
    assert (answer.code, "there is no service 'nobody'" in answer.err) == (2, True)


def test_could_not_tell(project: Project) -> None:
    answer = gate(project, SETPOINT_SERVER=nobody_there(), SETPOINT_SCAN="")
    assert answer.code == 3
    assert [each["description"].partition(": ")[0] for each in report(project)] == ["could not tell"]


def test_a_variable_is_never_a_part_of_a_script(project: Project) -> None:
    answer = gate(project, SETPOINT_RELEASE='1"; touch owned; "$(touch owned)`touch owned`', SETPOINT_SCAN="")
    assert answer.code in {0, 2}
    assert not (project.folder / "owned").exists()

"""The pre-commit hook, by pre-commit itself, in a repository that takes it from another."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.e2e.pipelines import BIN, Project, secret, tool
from tests.e2e.program import ROOT, Answer, Setpoint

MANIFEST = ROOT / ".pre-commit-hooks.yaml"


@pytest.fixture
def repository(tmp_path: Path) -> Project:
    """With the hook, whose environment is that of these tests: pre-commit would make its own by an index."""
    if tool("pre-commit") is None:
        pytest.skip("pre-commit is not installed: make scanners")
    git = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.com"}
    own = {"GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.com", "HOME": str(tmp_path)}
    known = {**Setpoint(tmp_path / "unused", "").environment, **git, **own, "PRE_COMMIT_HOME": str(tmp_path / "cache")}
    hooks = Project.at(tmp_path / "hooks", known)
    shutil.copy(MANIFEST, hooks.folder)
    commit(hooks)
    made = Project.at(tmp_path / "project", {**known, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"})
    configure(made, hooks.folder)
    commit(made)
    return made


def commit(project: Project) -> None:
    for arguments in (("init", "-q"), ("add", "-A"), ("commit", "-q", "--no-verify", "-m", "first")):
        assert project.run("git", *arguments).code == 0


def configure(project: Project, hooks: Path, **more: Any) -> None:
    hook = {"id": "setpoint-scan", "language": "system", "additional_dependencies": [], **more}
    revision = project.run("git", "-C", hooks, "rev-parse", "HEAD").out.strip()
    repos = [{"repo": str(hooks), "rev": revision, "hooks": [hook]}]
    project.write(".pre-commit-config.yaml", yaml.safe_dump({"repos": repos}))


def run(project: Project) -> Answer:
    """Over what is staged."""
    assert project.run("git", "add", "-A").code == 0
    return project.run(tool("pre-commit") or "", "run")


def test_admitted(repository: Project) -> None:
    repository.write("shop/more.py", "def triple(given):\n    return 3 * given\n")
    repository.write("a name with blanks.txt", "nothing\n")
    answer = run(repository)
    assert answer.code == 0, answer.out
    assert "Passed" in answer.out


def test_refused_for_what_is_staged_and_nothing_else(repository: Project) -> None:
    repository.write("shop/old.py", secret())
    commit(repository)
    repository.write("shop/settings.py", secret())
    answer = run(repository)
    assert (answer.code, "exit code: 1" in answer.out) == (1, True)
    assert "shop/settings.py:1" in answer.out
    assert "shop/old.py" not in answer.out
    assert secret().split('"')[1] not in answer.out


def test_wrong_usage(repository: Project) -> None:
    configure(repository, repository.folder.parent / "hooks", args=["--fail-on", "nonsense"])
    answer = run(repository)
    assert (answer.code, "exit code: 2" in answer.out) == (1, True)


def test_could_not_tell(repository: Project) -> None:
    broken = repository.write("bin/ruff", "#!/bin/sh\nkill -9 $$\n")
    broken.chmod(0o755)
    path = f"{broken.parent}{os.pathsep}{repository.environment['PATH']}"
    repository.write("shop/more.py", "def triple(given):\n    return 3 * given\n")
    assert repository.run("git", "add", "-A").code == 0
    answer = repository.run(tool("pre-commit") or "", "run", PATH=path)
    assert (answer.code, "exit code: 3" in answer.out) == (1, True)
    assert "could not tell: ruff" in answer.out


def test_the_hook_installs_what_it_runs() -> None:
    (hook,) = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    assert hook["language"] == "python"
    installed = {each.partition(">=")[0] for each in hook["additional_dependencies"]}
    words = hook["entry"].split()
    assert {words[at + 1] for at, word in enumerate(words) if word == "--scanner"} == installed

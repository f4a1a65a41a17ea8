"""The source as it was: an earlier commit is copied, nothing is executed, nothing is left behind."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from setpoint.errors import CouldNotTellError
from setpoint.scan import base
from setpoint.scan.base import base_commit, checked_out, source_state


def git(folder: Path, *arguments: str) -> str:
    alone = {"HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1", "PATH": os.environ["PATH"]}
    for role in ("AUTHOR", "COMMITTER"):
        alone |= {f"GIT_{role}_NAME": "a", f"GIT_{role}_EMAIL": "a@example.com"}
    done = subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True, text=True, env=alone)
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """`main` has one file; the branch that is checked out has changed it, and added another."""
    root = tmp_path / "repository"
    (root / "src").mkdir(parents=True)
    git(root, "init", "--quiet", "--initial-branch=main")
    (root / "src/a.py").write_text("x = 1\n", encoding="utf-8")
    (root / "link.py").symlink_to("/etc/passwd")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message=one")
    git(root, "checkout", "--quiet", "-b", "work")
    (root / "src/a.py").write_text("x = 2\n", encoding="utf-8")
    (root / "src/b.py").write_text("y = 1\n", encoding="utf-8")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message=two")
    return root


def test_a_commit_is_copied_without_links_and_gone_afterwards(repository: Path) -> None:
    commit = base_commit(repository, "main")
    assert commit == git(repository, "rev-parse", "main")
    with checked_out(repository, commit) as copy:
        assert {each.relative_to(copy).as_posix(): each.read_text() for each in copy.rglob("*.py")} == {
            "src/a.py": "x = 1\n"
        }
    assert not copy.exists()
    assert git(repository, "status", "--porcelain") == ""


def test_a_folder_of_the_repository_is_copied_as_that(repository: Path) -> None:
    with checked_out(repository / "src", base_commit(repository / "src", "main")) as copy:
        assert [each.name for each in copy.iterdir()] == ["a.py"]


def test_the_state_says_commit_and_whether_there_is_more(repository: Path) -> None:
    state = source_state(repository)
    assert state is not None
    assert (state.commit, state.is_dirty) == (git(repository, "rev-parse", "HEAD"), False)
    (repository / "src/new.py").write_text("z = 1\n", encoding="utf-8")
    state = source_state(repository)
    assert state is not None
    assert state.is_dirty


def test_nothing_of_the_repository_is_executed(repository: Path, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    (repository / ".gitattributes").write_text("*.py filter=evil diff=evil\n", encoding="utf-8")
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message=three")
    evil = f"touch {ran}; cat"
    for name in (
        "filter.evil.smudge",
        "filter.evil.clean",
        "filter.evil.process",
        "core.fsmonitor",
        "diff.evil.textconv",
    ):
        git(repository, "config", name, evil)
    git(repository, "config", "filter.evil.required", "true")
    hook = repository / ".git/hooks/post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch {ran}\n", encoding="utf-8")
    hook.chmod(0o755)
    (repository / "src/a.py").write_text("x = 3\n", encoding="utf-8")
    state = source_state(repository)
    assert state is not None
    assert state.is_dirty
    with checked_out(repository, base_commit(repository, "HEAD")) as copy:
        assert (copy / "src/a.py").read_text() == "x = 2\n"
    assert not ran.exists()


def test_a_hook_that_calls_us_has_its_own_index(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere/index")
    state = source_state(repository)
    assert state is not None
    assert not state.is_dirty


@pytest.mark.parametrize("ref", ["nowhere", "--help", "", "HEAD~9", "main:src"])
def test_a_ref_that_is_none_is_told(repository: Path, ref: str) -> None:
    with pytest.raises(CouldNotTellError, match="is no commit of the repository; name a branch"):
        base_commit(repository, ref)


def test_commits_without_an_ancestor_in_common_are_told(repository: Path) -> None:
    git(repository, "checkout", "--quiet", "--orphan", "other")
    git(repository, "commit", "--quiet", "--message=apart")
    with pytest.raises(CouldNotTellError, match="no ancestor in common"):
        base_commit(repository, "main")


def test_a_shallow_clone_says_what_would_do(repository: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{repository}", str(clone))
    with pytest.raises(CouldNotTellError, match="the clone is shallow; fetch all of its history"):
        base_commit(clone, "HEAD~1")


def test_no_repository_and_no_git_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert source_state(tmp_path) is None
    with pytest.raises(CouldNotTellError, match="not a git repository"):
        base_commit(tmp_path, "main")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert source_state(tmp_path) is None
    with pytest.raises(CouldNotTellError, match="git is not installed"):
        base_commit(tmp_path, "main")


def test_a_base_that_is_too_large_is_not_copied(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "MOST_BYTES", 3)
    with pytest.raises(CouldNotTellError, match="the base has 1 files of 6 bytes"), checked_out(repository, "main"):
        pass


def test_a_base_of_which_objects_are_missing_is_told(repository: Path) -> None:
    commit = base_commit(repository, "main")
    blob = git(repository, "rev-parse", "main:src/a.py")
    (repository / ".git/objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(CouldNotTellError), checked_out(repository, commit):
        pass

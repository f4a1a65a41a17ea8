"""`setpoint-run` becomes the command it is given, with an environment in which Pythons load the agent."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from setpoint_agent.command import LOADED, environment, main
from setpoint_agent.version import __version__

SOURCES = Path(__file__).parents[2] / "src"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "setpoint_agent", *arguments],
        env={**os.environ, "PYTHONPATH": str(SOURCES)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_code_and_the_streams_are_the_commands_own() -> None:
    ended = run("sh", "-c", "echo out; echo err >&2; exit 7")
    assert (ended.returncode, ended.stdout, ended.stderr) == (7, "out\n", "err\n")
    assert run("--", "sh", "-c", "exit 8").returncode == 8


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ((), 2, "name the command"),
        (("--",), 2, "name the command"),
        (("--unknown",), 2, "--unknown is no option"),
        (("no-such-command-anywhere",), 127, "not found"),
        (("/",), 127, "not found"),
    ],
)
def test_wrong_usage(arguments: tuple[str, ...], code: int, told: str) -> None:
    ended = run(*arguments)
    assert ended.returncode == code
    assert told in ended.stderr
    assert ended.stdout == ""


def test_what_cannot_be_run(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_text("#!/nowhere/at/all\n")
    broken.chmod(0o755)
    ended = run(str(broken))
    assert ended.returncode == 126
    assert "broken" in ended.stderr


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    for option in ("-h", "--help"):
        with pytest.raises(SystemExit) as left:
            main([option])
        assert left.value.code == 0
        assert "SETPOINT_REPORT_FILE" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"setpoint-agent {__version__}\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, f"{LOADED}"),
        ("", f"{LOADED}"),
        ("/a:/b", f"{LOADED}:/a:/b"),
        (":/a", f"{LOADED}::/a"),
        (f"/a:{LOADED}", f"{LOADED}:/a"),
    ],
)
def test_the_path_of_modules(before: str | None, after: str) -> None:
    given = {} if before is None else {"PYTHONPATH": before}
    changed = environment(given)
    assert (changed["PYTHONPATH"], changed["SETPOINT_AGENT"]) == (after, "on")
    assert environment(changed) == changed
    assert "SETPOINT_AGENT" not in given


@pytest.mark.parametrize("off", ["off", "OFF", "0", "no", "false"])
def test_off_changes_nothing(off: str) -> None:
    given = {"SETPOINT_AGENT": off, "PYTHONPATH": "/a"}
    assert environment(given) == given

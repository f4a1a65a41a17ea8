"""The ways in that need no command: the wheel's `.pth`, and a call. Off, none of them costs anything."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.loaded import SOURCES, Service

TELL = """
import json, sys, threading
print(json.dumps({
    "agent": sorted(each for each in sys.modules if each.startswith("setpoint_agent")),
    "path": sys.path,
    "finders": [type(each).__name__ for each in sys.meta_path],
    "boots": getattr(sys.modules.get("setpoint_agent.agent"), "_agent", None) is not None,
}))
"""


@pytest.fixture(scope="session")
def environment_with_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with nothing but the agent's wheel installed."""
    folder = tmp_path_factory.mktemp("wheel")
    project = SOURCES.parent
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=project,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")], check=True)
    target = next((folder / "venv" / "lib").glob("python3*/site-packages"))
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-index",
            "--no-deps",
            "--target",
            str(target),
            str(wheel),
        ],
        check=True,
    )
    return folder / "venv" / "bin" / "python"


def told(service: Service, python: Path | str, source: str = TELL, **environment: str) -> dict[str, Any]:
    ended = subprocess.run(
        [str(python), "-c", source],
        env={**service.environment, **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert ended.stderr == ""
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


@pytest.mark.parametrize("value", ["", "off", "OFF", "0", "no", "false"])
def test_the_wheel_is_inert(service: Service, environment_with_wheel: Path, value: str) -> None:
    found = told(service, environment_with_wheel, PYTHONPATH="", SETPOINT_AGENT=value)
    assert found["agent"] == []
    assert "ImportWatch" not in found["finders"]


@pytest.mark.parametrize("value", ["on", "1", "yes", "True"])
def test_the_wheel_starts_it_where_it_is_wanted(service: Service, environment_with_wheel: Path, value: str) -> None:
    found = told(service, environment_with_wheel, PYTHONPATH="", SETPOINT_AGENT=value)
    assert found["boots"]
    assert found["finders"].count("ImportWatch") == 1


def test_the_command_and_the_wheel_are_one_agent(service: Service, environment_with_wheel: Path) -> None:
    ended = subprocess.run(
        [
            sys.executable,
            "-m",
            "setpoint_agent",
            str(environment_with_wheel),
            "-c",
            f"import setpoint_agent; setpoint_agent.start()\n{TELL}",
        ],
        env={**service.environment, "SETPOINT_AGENT": "on"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    found = json.loads(ended.stdout)
    assert found["boots"]
    assert found["finders"].count("ImportWatch") == 1


def test_the_command_adds_nothing_to_the_path(service: Service, tmp_path: Path) -> None:
    def path(*first: str) -> list[str]:
        ended = subprocess.run(
            [*first, sys.executable, "-c", TELL],
            env={**service.environment, "PYTHONPATH": f"{tmp_path}:{SOURCES}::"},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        found: list[str] = json.loads(ended.stdout)["path"]
        return found

    assert path(sys.executable, "-m", "setpoint_agent") == path()


def test_another_sitecustomize_is_run_as_well(service: Service, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.own = 'here'\n")
    ended = subprocess.run(
        [
            sys.executable,
            "-m",
            "setpoint_agent",
            sys.executable,
            "-c",
            "import sitecustomize, sys; print(sys.own, sitecustomize.__file__)",
        ],
        env={**service.environment, "PYTHONPATH": f"{tmp_path}:{SOURCES}"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert ended.stdout == f"here {tmp_path / 'sitecustomize.py'}\n"


@pytest.mark.parametrize("first", [(), ("-m", "setpoint_agent")], ids=["call", "command"])
def test_off_has_the_last_word(service: Service, first: tuple[str, ...]) -> None:
    command = [sys.executable, *first, *([sys.executable] if first else []), "-c"]
    ended = subprocess.run(
        [*command, f"import setpoint_agent; setpoint_agent.start(); setpoint_agent.stop()\n{TELL}"],
        env={**service.environment, "SETPOINT_AGENT": "off"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    found = json.loads(ended.stdout)
    assert found["agent"] == ["setpoint_agent", "setpoint_agent.version"]
    assert "ImportWatch" not in found["finders"]


def test_starting_imports_no_library_that_the_application_does_not(service: Service, tmp_path: Path) -> None:
    start = "import json, sys\nimport setpoint_agent; setpoint_agent.start()\n"
    source = f"{start}print(json.dumps({{'modules': list(sys.modules)}}))"
    modules = told(service, sys.executable, source)["modules"]
    standard = set(sys.stdlib_module_names) | {"setpoint_agent", "__main__"}
    assert {each.partition(".")[0] for each in modules} - standard <= {"sitecustomize", "_distutils_hack"}
    assert not {"ssl", "http.client", "asyncio", "sqlite3", "subprocess", "random", "multiprocessing"} & set(modules)


def test_a_wrong_setting_is_told_and_keeps_nothing_from_starting(service: Service) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "setpoint_agent", sys.executable, "-c", "print('runs')"],
        env={**service.environment, "SETPOINT_SERVER": "ftp://nowhere", "SETPOINT_QUEUE": "many"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert ended.stdout == "runs\n"
    assert ended.stderr.count("setpoint-agent: ") == 2


def test_two_families_may_watch_one_function(service: Service, tmp_path: Path) -> None:
    source = "\n".join([
        "import setpoint_agent; setpoint_agent.start()",
        "import flask, jwt",
        "app = flask.Flask('shop')",
        "@app.get('/token')",
        "def token():",
        "    return jwt.encode({'sub': flask.request.args['name']}, 'secret', algorithm='HS256')",
        "app.test_client().get('/token?name=Johnson')",
    ])  # fmt: skip
    script = tmp_path / "shop.py"
    script.write_text(source)
    subprocess.run([sys.executable, "-W", "ignore", str(script)], env=service.environment, check=True, timeout=60)
    told = [json.loads(line)["type"] for line in service.report_file.read_text(encoding="utf-8").splitlines()]
    assert {"weak-token-key", "trust-boundary"} <= set(told)

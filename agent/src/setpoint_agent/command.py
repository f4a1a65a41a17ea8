"""`setpoint-run COMMAND…`: runs any command with the agent in every Python that it starts.

The command takes the place of this process (exec), so signals, exit codes and terminals are its own.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NoReturn

from setpoint_agent import OFF
from setpoint_agent.version import __version__

LOADED: Final = Path(__file__).with_name("loaded")
"""The folder whose `sitecustomize` starts the agent."""
WRONG_USAGE: Final = 2
NOT_EXECUTABLE: Final = 126
NOT_FOUND: Final = 127
"""As shells say it (POSIX, 2.8.2)."""

HELP: Final = """\
Usage: setpoint-run COMMAND [ARGUMENT…]

Runs COMMAND with setpoint-agent in every Python (3.11 or newer) that it starts:

    setpoint-run gunicorn app:app
    setpoint-run python app.py

`setpoint-run sbom` instead prints what this Python's environment is made of, as CycloneDX; it needs no control plane.

The agent is told what to do by its environment:

    SETPOINT_SERVICE        the service's name (else OTEL_SERVICE_NAME)
    SETPOINT_RELEASE        its release
    SETPOINT_SERVER         the control plane's address
    SETPOINT_TOKEN          a token with the scope `ingest` (or SETPOINT_TOKEN_FILE)
    SETPOINT_AGENT_KEY      the key that came with the token, in hexadecimal
    SETPOINT_FLEET_KEY      the fleet's key, in hexadecimal
    SETPOINT_REPORT_FILE    a file that evidence is appended to, as JSON lines
    SETPOINT_APPLICATION    folders of the application's code
    SETPOINT_CA_FILE        authorities to trust beside the system's, for SETPOINT_SERVER
    SETPOINT_COVERAGE=off   functions reached are not recorded
    SETPOINT_COMPONENTS=off what the process is made of is not told
    SETPOINT_AGENT=off      the agent is not started

Exit code: the command's own; 2: no command; 126: it cannot be run; 127: it was not found."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command that `arguments` (the process's own by default) name."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] in (["-h"], ["--help"]):
        _leave(0, HELP)
    if given[:1] == ["--version"]:
        _leave(0, f"setpoint-agent {__version__}")
    if given[:1] == ["sbom"]:
        from setpoint_agent.components.printing import print_bill

        _leave(print_bill(given[1:], sys.stdout, sys.stderr))
    if given[:1] == ["--"]:
        given = given[1:]
    if not given:
        _leave(WRONG_USAGE, "setpoint-run: name the command to run, as in: setpoint-run gunicorn app:app")
    if given[0].startswith("-"):
        _leave(WRONG_USAGE, f"setpoint-run: {given[0]} is no option; --help lists what there is")
    program = shutil.which(given[0])
    if program is None:
        _leave(NOT_FOUND, f"setpoint-run: {given[0]}: not found")
    try:
        os.execve(program, given, environment(os.environ))  # noqa: S606 - running a command is what this is for
    except OSError as error:
        _leave(NOT_EXECUTABLE, f"setpoint-run: {given[0]}: {error.strerror}")


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """The environment in which Pythons start the agent; one that says `SETPOINT_AGENT=off` keeps saying so."""
    changed = dict(given)
    if changed.setdefault("SETPOINT_AGENT", "on").lower() in OFF:
        return changed
    before = changed.get("PYTHONPATH", "")
    # An empty part of it is the working directory: what was there stays as it was.
    paths = [each for each in before.split(os.pathsep) if each != str(LOADED)] if before else []
    changed["PYTHONPATH"] = os.pathsep.join([str(LOADED), *paths])
    return changed


def _leave(code: int, text: str = "") -> NoReturn:
    if text:
        print(text, file=sys.stderr if code else sys.stdout)
    raise SystemExit(code)

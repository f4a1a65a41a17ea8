"""Puts together what tests running services by itself, as the settings say. For `setpoint up`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from setpoint.loop.dast import DastUpdates, Newest
from setpoint.scan.dast.runs import DastRuns
from setpoint.settings import Settings
from setpoint.wiring.stores import open_reader

OTHER_SERVER: Final = frozenset({"SETPOINT_SERVER", "SETPOINT_TOKEN", "SETPOINT_TOKEN_FILE", "SETPOINT_CA_FILE"})
"""What would have a scan write into another ledger than the one of who begins it."""


def dast_updates(settings: Settings, is_leading: Callable[[], bool]) -> DastUpdates:
    """Each scan is `setpoint dast` with the same configuration, in a process of its own."""
    environment = {name: value for name, value in os.environ.items() if name not in OTHER_SERVER}
    runs = DastRuns(
        settings.dast.folder,
        lambda service, release, folder, resumes: command_line(settings, service, release, folder, resumes=resumes),
        environment,
    )

    def newest(service: str) -> Newest | None:
        with open_reader(settings) as ledger:
            found = next(iter(ledger.releases(service)), None)
        return (found[0].version, found[1]) if found else None

    triggers = {name: each.trigger for name, each in settings.dast.services.items()}
    return DastUpdates(triggers, runs, newest, is_leading=is_leading)


def command_line(settings: Settings, service: str, release: str, folder: Path, *, resumes: bool) -> list[str]:
    """Secrets are in none of it: accounts come from their file, and from the environment."""
    target, key = settings.dast.services[service], settings.dast.fleet_key_file
    options = {
        "--config": str(settings.file),
        "--service": service,
        "--release": release,
        "--run-folder": str(folder),
        "--profile": str(target.profile),
        "--openapi": target.openapi,
        "--auth": str(target.auth or ""),
        "--rate": str(target.rate or ""),
        "--budget": str(target.budget or ""),
        "--fleet-key-file": str(key or ""),
    }
    return [
        *(sys.executable, "-m", "setpoint", "dast", "run"),
        *(f"{name}={value}" for name, value in options.items() if value),
        *(f"--check={each}" for each in target.checks),
        *(f"--exclude={each}" for each in target.exclude),
        *(["--browser"] if target.browser else []),
        *(["--resume"] if resumes else []),
        *("--json", "--", target.url),
    ]

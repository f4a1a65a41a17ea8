"""The names of the shipped scanners, for those who choose among them; `scanners` has the scanners."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from setpoint.errors import InputError
from setpoint.fields import did_you_mean

NAMES: Final = ("ruff", "bandit", "semgrep", "detect-secrets", "gitleaks", "zizmor", "guardrails", "advisories")


def check_names(names: Iterable[str], where: str) -> None:
    """Raises `InputError` for one that is no scanner's."""
    for each in names:
        if each not in NAMES:
            raise InputError(f"there is no scanner {each!r}", where=where, remedy=did_you_mean(each, NAMES))

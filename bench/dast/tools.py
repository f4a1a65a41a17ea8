"""What every tool of the bench promises, and Setpoint itself: its command, as its user would run it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from tests.assets.targets.scoring import Finding

from bench.dast.accounts import write_auth
from bench.dast.places import ROOT
from bench.dast.processes import OUTPUT, Cost, last_line, run_bounded
from bench.dast.scoring import Told
from bench.dast.trials import Trial, trial

RATE: Final = 500
"""Requests a second that Setpoint may send here, that a run ends soon; its safe profile alone sends 10."""
LONGEST: Final = 3600.0
"""Seconds of a run of Setpoint, which ends by itself."""

CALLED_BY: Final = {
    "header:access-control-allow-origin": "header:Origin",
    "header:x-powered-by": "header:Server",
}
"""Part of an answer → what the truth calls the same fault by: the header that it answers, and the first of two."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a tool told of a target, and what it took."""

    told: Sequence[Told]
    requests: int | None
    """None where nobody can count them."""
    cost: Cost
    remark: str = ""
    """Why it may not be all."""


class Tool(Protocol):
    name: str

    def can_test(self, target: str) -> bool: ...

    def on(self, target: str, *, repaired: bool) -> AbstractContextManager[Trial]:
        """The target, as this tool gets it."""
        ...

    def test(self, given: Trial, folder: Path) -> Outcome:
        """`folder` is empty, and for this run alone."""
        ...


class Outside:
    """A tool that takes any target, and has nothing inside of it."""

    def can_test(self, _target: str) -> bool:
        return True

    def on(self, target: str, *, repaired: bool) -> AbstractContextManager[Trial]:
        return trial(target, repaired=repaired)


class Setpoint(Outside):
    """`setpoint dast` in the safe profile."""

    name = "setpoint"

    def test(self, given: Trial, folder: Path) -> Outcome:
        command = [sys.executable, "-m", "setpoint", "dast", given.url, "--auth", str(write_auth(folder, given))]
        document = ["--openapi", given.document] if given.document else []
        options = [*document, "--rate", str(RATE), "--json", *given.inside]
        cost = run_bounded([*command, *options], folder, seconds=LONGEST, environment=_trust(given))
        try:
            report = json.loads((folder / OUTPUT).read_bytes())
        except ValueError:
            return Outcome((), None, cost, f"no report: {last_line(folder)}")
        told = [_told(each) for each in report["faults"] if _counts(each)]
        return Outcome(told, report["requests"], cost, _doubts(report))


def _trust(given: Trial) -> Mapping[str, str]:
    """The repository is on the path of the tool, and what the operator trusts is trusted (OpenSSL's own variable)."""
    path = {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])}
    authority = given.running.authority
    return path | ({"SSL_CERT_FILE": str(authority)} if authority else {})


def _counts(fault: Mapping[str, Any]) -> bool:
    """Everything above a remark: stricter than the truth's rule, which forgives what SARIF calls a note."""
    return bool(fault["severity"] != "info")


def _told(fault: Mapping[str, Any]) -> Told:
    return Told(str(fault["kind"]), tuple(_findings(fault)))


def _findings(fault: Mapping[str, Any]) -> Iterator[Finding]:
    """The place, and, of a fault that is told once for many, each of its examples."""
    cwe, part = int(fault["cwe"]), str(fault["part"])
    part = CALLED_BY.get(part.lower(), part)
    yield Finding(fault["method"] or "*", fault["path"], cwe, part)
    for example in fault["examples"]:
        method, _, path = example.rpartition(" ")
        yield Finding(method or "*", path, cwe, part)


def _doubts(report: Mapping[str, Any]) -> str:
    failed = [f"{name} ({why})" for name, why in report["checks"].items() if why]
    ended = [f"ended early: {report['ended_early']}"] if report["ended_early"] else []
    return "; ".join([*ended, *failed])

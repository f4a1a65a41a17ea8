"""The program's lives on one account: as it would be undisturbed, and cut short at any moment."""

from __future__ import annotations

import json
import shutil
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from tests.e2e.program import Answer, Setpoint
from tests.faults.production import APPROVALS, ARCHIVE, ORDERS, Production

from setpoint.cli.main import run
from setpoint.store.ledger.opening import open_ledger

MORTAL: Final = Path(__file__).parent / "mortal"


@dataclass(frozen=True, slots=True)
class Ends:
    """What a life, and those after it, came to. Equal where nothing that counts differs."""

    remediations: Sequence[tuple[str, str, int]]
    """(what, state, how often it was begun)."""
    findings: Sequence[str]
    orders: int
    """That nobody carried out."""
    writes: Sequence[str]
    """Every change that AWS made, with its arguments."""
    differences: frozenset[str]
    """Of production from what is declared."""
    audit: int
    """The exit code of `setpoint audit verify`."""
    code: int
    """The exit code of the last life."""

    def other_than(self, other: Ends) -> Mapping[str, tuple[object, object]]:
        """Field → its two values, where they differ."""
        ours, theirs = asdict(self), asdict(other)
        return {name: (ours[name], theirs[name]) for name in ours if ours[name] != theirs[name]}


@dataclass(frozen=True, slots=True)
class Start:
    """Where a life begins."""

    ledger: Path
    incident: Callable[[Production], None]


class Account:
    """Production on a moto of its own, with a Setpoint that can be started over and over from the same ledger."""

    def __init__(self, production: Production, setpoint: Setpoint) -> None:
        self.production = production
        self._setpoint = setpoint
        self._log = setpoint.folder / "moments.jsonl"
        self._plain = dict(setpoint.environment)
        production.declare(setpoint, APPROVALS)
        self._run("beat")
        self.starts: Mapping[str, Start] = {"incident": Start(self._keep("quiet"), _incident)}
        self._begin(self.starts["incident"])
        self._run("beat")
        self._order("approve", "awaiting approval", f":AWS::S3::Bucket:{ORDERS}")
        self._order("reject", "awaiting approval", f":AWS::S3::Bucket:{ARCHIVE}")
        self._order("undo", "verified", ":AWS::IAM::Role:")
        self.starts = {**self.starts, "orders": Start(self._keep("ordered"), _after_incident)}

    def live(self, start: Start, *, die_at: int = 0, command: Sequence[str] = ("beat",)) -> Ends:
        """One life to its end, or up to a moment and then another one; what came of it."""
        self._begin(start)
        if die_at:
            killed = self._run(*command, MORTAL_AT=str(die_at))
            # A life that was faster renewed its lease less often, and had fewer moments.
            assert killed.code == -signal.SIGKILL or len(self.moments()) < die_at, killed
        last = self._run("beat")
        assert "Traceback" not in last.err, last.err
        return self._ends(last)

    def moments(self) -> list[str]:
        """The names of the moments of the life that was last."""
        return [note["name"] for note in self._notes() if "moment" in note]

    def _begin(self, start: Start) -> None:
        ledger = self._setpoint.ledger
        for left in ledger.parent.glob(f"{ledger.name}*"):
            left.unlink()
        shutil.copy(start.ledger, ledger)
        self._log.unlink(missing_ok=True)
        self.production.restore()
        start.incident(self.production)

    def _keep(self, name: str) -> Path:
        return Path(shutil.copy(self._setpoint.ledger, self._setpoint.folder / name))

    def _run(self, *arguments: str, **environment: str) -> Answer:
        mortal = {"PYTHONPATH": str(MORTAL), "MORTAL_LOG": str(self._log), **environment}
        self._setpoint.environment = self._plain | mortal
        return self._setpoint.run(*arguments)

    def _order(self, kind: str, state: str, subject: str) -> None:
        """About the one remediation that is in this state."""
        known = self._setpoint.run("remediations", "--json").json()
        (identity,) = [each["id"] for each in known if each["state"] == state and subject in each["urn"]]
        assert self._setpoint.run(kind, str(identity), "--reason", "as agreed").code == 0

    def _ends(self, last: Answer) -> Ends:
        self._setpoint.environment = self._plain
        with closing(open_ledger(str(self._setpoint.ledger), read_only=True)) as ledger:
            remediations = sorted(
                (self._named(each.urn), str(each.state), each.attempts) for each in ledger.remediations()
            )
            findings = sorted(self._named(f"{each.finding.urn} {each.finding.path}") for each in ledger.findings())
            orders = len(ledger.open_orders())
        return Ends(
            remediations=remediations,
            findings=findings,
            orders=orders,
            writes=sorted(self._named(f"{note['wrote']} {note['given']}") for note in self._notes() if "wrote" in note),
            differences=frozenset(self.production.differences()),
            # Not as a process: it writes nothing, and the tests run it a hundred times.
            audit=run(["audit", "verify", "-c", str(self._setpoint.folder / "setpoint.yaml")]),
            code=last.code,
        )

    def _named(self, text: str) -> str:
        """With the key's name in the place of the id that AWS chose, in which accounts differ."""
        return text.replace(self.production.key, "key")

    def _notes(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._log.read_text(encoding="utf-8").splitlines()]


def _incident(production: Production) -> None:
    production.stop_rotation()
    production.widen_role()
    production.lose_policy()
    production.open_bucket()
    production.open_archive()
    production.delete_role()


def _after_incident(production: Production) -> None:
    """As the first heartbeat leaves it: the rest is reverted."""
    production.lose_policy()
    production.open_bucket()
    production.open_archive()
    production.delete_role()

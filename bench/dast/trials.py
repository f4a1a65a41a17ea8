"""A target as every tool gets it: running, freshly reset, with what its operator would hand to a tester."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import httpx
from tests.assets.targets.check import OPTIONS
from tests.assets.targets.running import RunningTarget, running_target
from tests.assets.targets.world import HERE, people

TARGETS: Final = tuple(OPTIONS)
"""`api`, `site`, `site-tls`."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One target, faulty or repaired, for one run of one tool."""

    target: str
    repaired: bool
    running: RunningTarget
    inside: tuple[str, ...] = ()
    """Options of Setpoint's command by which it asks the agent that is in the target."""

    @property
    def url(self) -> str:
        return self.running.url

    @property
    def document(self) -> str:
        """Where its OpenAPI document is; empty where it has none."""
        return f"{self.url}/openapi.json" if self.target == "api" else ""

    @property
    def people(self) -> Mapping[str, Any]:
        return people(self.target.partition("-")[0])

    def user(self, name: str) -> Mapping[str, str]:
        found: Mapping[str, str] = next(each for each in self.people["users"] if each["username"] == name)
        return found

    def bearer(self, name: str) -> str:
        """What the API gives this user at the login."""
        user, login = self.user(name), self.people["login"]["jwt"]
        body = {field: user[field] for field in login["json"]}
        answer = httpx.post(f"{self.url}{login['path']}", json=body, trust_env=False).raise_for_status()
        return f"Bearer {answer.json()[login['token']]}"

    @property
    def harm(self) -> Sequence[str]:
        """What no careful tester does. Without an agent nobody could know of what only writes tell (README there)."""
        told = {f"{each['method']} {each['route']}" for each in self._destructive if each["told_by"] == "writes"}
        done = [(f"{each['method']} {each['route'] or each['path']}", each["effect"]) for each in self.running.harm()]
        return [f"{operation}: {effect}" for operation, effect in done if self.inside or operation not in told]

    @property
    def _destructive(self) -> Sequence[Mapping[str, str]]:
        known = json.loads((HERE / "destructive.json").read_text(encoding="utf-8"))
        return [each for each in known if each["target"] == self.target.partition("-")[0]]


@contextmanager
def trial(target: str, *, repaired: bool, options: Sequence[str] = (), inside: tuple[str, ...] = ()) -> Iterator[Trial]:
    """`options`: more of the target's own."""
    twin = ("--repaired",) if repaired else ()
    with running_target(*OPTIONS[target], *twin, *options) as running:
        yield Trial(target, repaired, running, inside)

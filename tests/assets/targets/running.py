"""Runs a target in a process of its own for as long as a `with` lasts. For tests, benchmarks and `check.py`."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class RunningTarget:
    url: str
    truth: str
    """The second port, of which a tester is not told."""
    authority: Path | None
    """With TLS: the certificate that a tester trusts."""

    def log(self) -> list[dict[str, object]]:
        effects: list[dict[str, object]] = httpx.get(f"{self.truth}/__truth__/log").json()
        return effects

    def harm(self) -> list[dict[str, object]]:
        """What no careful tester causes: destructive operations, and changes of objects that are not the tester's."""
        return [effect for effect in self.log() if effect["destructive"] or effect["outside"]]

    def reset(self) -> None:
        httpx.post(f"{self.truth}/__truth__/reset").raise_for_status()

    def operators_token(self, username: str, kind: str) -> str:
        """A validly signed token of the API that is `expired` or `foreign` (meant for another service)."""
        return str(httpx.get(f"{self.truth}/__truth__/token", params={"user": username, "kind": kind}).json()["token"])


@contextmanager
def running_target(target: str, *options: str, interpreter: str = sys.executable) -> Iterator[RunningTarget]:
    process = subprocess.Popen(
        [interpreter, "-m", "tests.assets.targets.serve", target, *options], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        words = process.stdout.readline().split()
        if words[:1] != ["ready"]:
            raise RuntimeError(f"the target did not start (status {process.wait(10)})")
        yield RunningTarget(words[1], words[3], Path(words[5]) if len(words) > 5 else None)
    finally:
        process.terminate()
        process.wait(10)
        if process.stdout is not None:
            process.stdout.close()

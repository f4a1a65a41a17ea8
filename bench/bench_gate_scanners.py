"""A whole gate with all scanners over a tree of 1,000 files, against the same scanners run one by one.

The named peers are the tools themselves, each as its documentation runs it, one after the other. The gate looks twice
where comments may hide something, says which files by itself, joins what they tell, asks the ledger and decides.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.sast.labels import HERE
from bench.sast.scanning import LANGUAGES, ROOT, scanners_on_path
from setpoint.scan.running import find_program
from setpoint.wiring.scan import shipped_rules

FILES: Final = 1_000
ADMITTED_OR_REFUSED: Final = (0, 1)
CONFIGURATION: Final = "services: {shop: {tier: standard}}\n"


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds."""

    wall: float
    cpu: float
    """User and system, of all processes."""


def main() -> None:
    with tempfile.TemporaryDirectory() as name, scanners_on_path():
        folder = Path(name)
        tree = folder / "tree"
        count = make_tree(tree)
        commands = {each: command for each, command in peers(tree).items() if command}
        alone = {each: _taken(command, folder, fine=(0,)) for each, command in commands.items()}
        (folder / "setpoint.yaml").write_text(CONFIGURATION, encoding="utf-8")
        subprocess.run([sys.executable, "-m", "setpoint", "beat"], cwd=folder, check=True, capture_output=True)
        asked = ["gate", "--service", "shop", "--release", "1", "--stage", "build", "--scan", str(tree), "--json"]
        gate = _taken([sys.executable, "-m", "setpoint", *asked], folder, fine=ADMITTED_OR_REFUSED)
    for each, taken in alone.items():
        print(f"{each:24}{_told(taken)}")
    together = Taken(sum(each.wall for each in alone.values()), sum(each.cpu for each in alone.values()))
    print(f"{'one by one':24}{_told(together)}")
    print(f"{'the gate, with all':24}{_told(gate)}")
    print(f"ratio over {count:,} files: wall {gate.wall / together.wall:.2f}, CPU {gate.cpu / together.cpu:.2f}")
    for each in peers(tree).keys() - commands.keys():
        print(f"left out on both sides: {each}, which is not installed")


def make_tree(tree: Path) -> int:
    """The suite's cases in all languages, and files of Setpoint's own source for the rest; how many."""
    sources = [path for language in LANGUAGES for path in _files(HERE / language)]
    sources += [*_files(HERE / "pipelines" / ".github"), *_files(ROOT / "src"), *_files(ROOT / "tests" / "unit")]
    for path in sources[:FILES]:
        target = tree / path.relative_to(HERE if path.is_relative_to(HERE) else ROOT)
        if ".github" in path.parts:
            target = tree / path.relative_to(HERE / "pipelines")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    return len(sources[:FILES])


def peers(tree: Path) -> Mapping[str, Sequence[str]]:
    """The command of each; empty where it is not installed."""
    rules = str(shipped_rules())
    commands = {
        "ruff": ["check", "--isolated", "--no-cache", "--select", "S", "--exit-zero", "--output-format", "sarif"],
        "bandit": ["--recursive", "--format", "json", "--quiet", "--exit-zero"],
        "semgrep": ["scan", "--config", rules, "--metrics", "off", "--disable-version-check", "--sarif", "--quiet"],
        "detect-secrets": ["scan", "--all-files", "--no-verify"],
        "zizmor": ["--offline", "--no-exit-codes", "--format", "sarif", "--quiet"],
    }
    programs = {name: find_program(name) for name in commands}
    return {
        name: [str(program), *arguments, str(tree)] if (program := programs[name]) else []
        for name, arguments in commands.items()
    }


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts)


def _taken(command: Sequence[str], folder: Path, *, fine: Sequence[int]) -> Taken:
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    run = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if run.returncode not in fine:
        raise RuntimeError(f"{command[0]} ended with {run.returncode}:\n{run.stderr}{run.stdout[-2000:]}")
    return Taken(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def _told(taken: Taken) -> str:
    return f"{taken.wall:6.1f} s, {taken.cpu:6.1f} s of CPU"


if __name__ == "__main__":
    main()

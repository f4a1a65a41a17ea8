"""`setpoint --help` against the interpreter alone, and against a peer's: CPU seconds of whole processes, medians.

Goal: under 0.3 s of CPU.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
from pathlib import Path

RUNS = 15


def main() -> None:
    bin_folder = Path(sys.executable).parent
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "setpoint --help": [str(bin_folder / "setpoint"), "--help"],
        "cfn-lint --help (peer)": [str(bin_folder / "cfn-lint"), "--help"],
    }
    cpu = {name: _median_cpu(command) for name, command in commands.items()}
    for name, seconds in cpu.items():
        print(f"{name:24} {seconds:6.3f} s of CPU (median of {RUNS})")
    ours, peer = cpu["setpoint --help"], cpu["cfn-lint --help (peer)"]
    print(f"ratio setpoint / cfn-lint: {ours / peer:.3f}")
    print(f"goal under 0.3 s: {'met' if ours < 0.3 else 'MISSED'}")


def _median_cpu(command: list[str]) -> float:
    return statistics.median(_cpu(command) for _ in range(RUNS))


def _cpu(command: list[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()

"""The scanners that Setpoint ships, by name, and several of them side by side."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Final

from setpoint.model.scan import ScannerRun
from setpoint.scan.interface import Scanner, ScanTarget
from setpoint.scan.pipeline.zizmor import Zizmor
from setpoint.scan.process import ProcessScanner
from setpoint.scan.sast.bandit import Bandit
from setpoint.scan.sast.ruff import Ruff
from setpoint.scan.sast.semgrep import Semgrep
from setpoint.scan.secrets.detect_secrets import DetectSecrets
from setpoint.scan.secrets.gitleaks import Gitleaks

LEAST_AT_ONCE: Final = 2


def shipped_scanners(semgrep_rules: Path | None = None) -> Mapping[str, Scanner]:
    """By name; semgrep goes by the rules of this folder."""
    scanners: Sequence[ProcessScanner] = (
        Ruff(),
        Bandit(),
        Semgrep(semgrep_rules),
        DetectSecrets(),
        Gitleaks(),
        Zizmor(),
    )
    return {each.name: each for each in scanners}


def run_side_by_side(
    scanners: Sequence[Scanner], target: ScanTarget, told: Callable[[str], None]
) -> tuple[ScannerRun, ...]:
    """In the order given. Where this is interrupted, what runs is ended first."""
    stop = threading.Event()
    stoppable = replace(target, is_stopped=lambda: stop.is_set() or target.is_stopped())
    with ThreadPoolExecutor(max(os.cpu_count() or 1, LEAST_AT_ONCE), thread_name_prefix="scan") as pool:
        runs = [pool.submit(each.scan, stoppable, told) for each in scanners]
        try:
            return tuple(each.result() for each in runs)
        except BaseException:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise

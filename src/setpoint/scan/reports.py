"""What a scanner wrote to a file, whoever ran it: SARIF of any tool, or the JSON of gitleaks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from setpoint.errors import InputError
from setpoint.files import read_bytes
from setpoint.model.scan import ScanKind, ScannerRun, ScanStatus
from setpoint.scan.hiding import without_secret
from setpoint.scan.sarif.reading import SarifLimits, read_sarif
from setpoint.scan.sast.python_tests import known
from setpoint.scan.secrets.gitleaks import Gitleaks, read_gitleaks


def read_report(path: Path, root: Path, limits: SarifLimits | None = None) -> tuple[ScannerRun, ...]:
    """`InputError` for what is neither. Files are told relative to `root`."""
    limits = limits or SarifLimits()
    data = read_bytes(path, limit=limits.bytes)
    if data[:1024].lstrip().startswith(b"["):
        return (_gitleaks(data, path, root, limits),)
    runs = read_sarif(data, root=root, name=str(path), limits=limits)
    return tuple(replace(run, results=tuple(without_secret(known(each)) for each in run.results)) for run in runs)


def _gitleaks(data: bytes, path: Path, root: Path, limits: SarifLimits) -> ScannerRun:
    results = read_gitleaks(data, root, str(path))
    if len(results) > limits.results:
        raise InputError(f"the file has more than {limits.results:,} results", where=str(path))
    return ScannerRun(Gitleaks.name, ScanKind.SECRETS, ScanStatus.COMPLETE, results=results, must_run=True)

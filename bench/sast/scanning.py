"""Runs scanners over the cases: each tool's own results, and the weaknesses that all of them make up."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bench.sast.labels import HERE
from bench.sast.scoring import Score, Told
from bench.sast.secrets.make import make
from setpoint.model.scan import Scan, ScannerRun
from setpoint.settings.scan import ScanSettings
from setpoint.wiring.scan import SourceQuestion, examine_source

LANGUAGES: Final = ("python", "javascript", "go", "java")
OF_SOURCE: Final = ("ruff", "bandit", "semgrep")
OF_SECRETS: Final = ("detect-secrets", "gitleaks")
OF_PIPELINES: Final = ("zizmor",)
ROOT: Final = HERE.parents[1]
APART: Final = ROOT / ".scanners" / "bin"
"""Where the Makefile puts scanners that hold their libraries fast."""

KINDS_OF_FAULTS: Final = {
    "artipacked": {"persisted-credentials"},
    "bot-conditions": {"spoofable-condition"},
    "cache-poisoning": {"cache-poisoning"},
    "dangerous-triggers": {"untrusted-checkout", "untrusted-artifact"},
    "excessive-permissions": {"excessive-permissions"},
    "github-env": {"environment-file"},
    "hardcoded-container-credentials": {"container-credentials"},
    "insecure-commands": {"insecure-commands"},
    "overprovisioned-secrets": {"all-secrets"},
    "secrets-inherit": {"inherited-secrets"},
    "self-hosted-runner": {"self-hosted-runner"},
    "template-injection": {"template-injection"},
    "unpinned-uses": {"unpinned-action"},
    "unredacted-secrets": {"unredacted-secret"},
    "unsound-contains": {"unsound-contains"},
}
"""What zizmor calls the kinds of the labels."""


@contextmanager
def scanners_on_path() -> Iterator[None]:
    before = os.environ.get("PATH", os.defpath)
    os.environ["PATH"] = os.pathsep.join([str(APART), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before


def copied_cases(folder: Path) -> Path:
    """The source in all languages, in a folder of its own."""
    for language in LANGUAGES:
        shutil.copytree(HERE / language, folder / language, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def scanned(folder: Path, scanners: Sequence[str]) -> Scan:
    return examine_source(SourceQuestion(folder, scanners=tuple(scanners)), ScanSettings())


def results_of(run: ScannerRun) -> list[Told]:
    return [
        Told(f"{each.tool}/{each.rule}", each.place.file, each.place.line, frozenset(each.cwes))
        for each in run.results
        if not each.is_suppressed
    ]


def weaknesses_of(scan: Scan, folder: str = "") -> list[Told]:
    """`folder` begins the labels' names of the files."""
    return [
        Told(each.fingerprint, f"{folder}{each.place.file}", each.place.line, frozenset(each.cwes))
        for each in scan.weaknesses
    ]


def score_secrets(folder: Path) -> Mapping[str, Score]:
    """By tool, and of all together; a secret is told where its line is."""
    labels = make(folder)
    scan = scanned(folder / "files", OF_SECRETS)
    told = {each.scanner: {(one.file, one.line) for one in results_of(each)} for each in scan.runs if each.results}
    told["together"] = {(each.file, each.line) for each in weaknesses_of(scan)}
    lines = [(each.is_secret, (each.file, each.line)) for each in labels]
    return {name: _score_of(lines, found) for name, found in told.items()}


def score_pipelines(folder: Path) -> Mapping[str, Score]:
    """A fault is told where its kind is told of its workflow."""
    shutil.copytree(HERE / "pipelines" / ".github", folder / ".github")
    (run,) = scanned(folder, OF_PIPELINES).runs
    rules = ((each.file, each.by.partition("/")[2]) for each in results_of(run))
    told = {(file, kind) for file, rule in rules for kind in KINDS_OF_FAULTS.get(rule, ())}
    lines = (HERE / "pipelines" / "labels.jsonl").read_text(encoding="utf-8").splitlines()
    labels = [json.loads(line) for line in lines]
    return {run.scanner: _score_of([(each["is_fault"], (each["file"], each["kind"])) for each in labels], told)}


def _score_of(labels: Sequence[tuple[bool, Hashable]], told: Collection[Hashable]) -> Score:
    right = [name in told for is_one, name in labels if is_one]
    wrong = [name in told for is_one, name in labels if not is_one]
    return Score(len(right), sum(right), len(wrong), sum(wrong))

"""The scanner of declared infrastructure, with a judge that says what the test wants."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from setpoint.errors import InputError
from setpoint.model.policy import Severity
from setpoint.model.scan import CodePlace, ScanKind, ScannerRun, ScanResult, ScanStatus
from setpoint.scan.iac.guardrails import Guardrails
from setpoint.scan.iac.interface import Breach, Form, Judged
from setpoint.scan.interface import ScanTarget

TEMPLATE = "Resources:\n  Data:\n    Type: AWS::S3::Bucket\n"
PLAN = '{"format_version": "1.2"}'

Targets = Callable[..., ScanTarget]


class Judge:
    """Each resource of a file named `bad…` breaks one guardrail."""

    def __init__(self, missing: str = "") -> None:
        self.missing = missing

    def unavailable(self) -> str:
        return self.missing

    def judge(self, form: Form, path: Path) -> Judged:
        if path.name.startswith("broken"):
            raise InputError("this is no template", where=f"{path}:3")
        untold = (f"{path}: Data: it is not known",) if path.name.startswith("open") else ()
        if not path.name.startswith("bad"):
            return Judged(untold=untold)
        addresses = ("aws_s3_bucket.a", "aws_s3_bucket.b") if form is Form.TERRAFORM else ("Data",)
        line = 0 if form is Form.TERRAFORM else 2
        return Judged(
            tuple(Breach("exposure/open", Severity.HIGH, each, "it is open", path, line) for each in addresses)
        )


def _scan(target: ScanTarget, judge: Judge | None = None) -> ScannerRun:
    return Guardrails(judge or Judge()).scan(target, lambda _line: None)


def test_each_breach_is_a_result(root: Path, target_of: Targets) -> None:
    (root / "bad.yaml").write_text(TEMPLATE, encoding="utf-8")
    (root / "good.yaml").write_text(TEMPLATE, encoding="utf-8")
    run = _scan(target_of())
    assert (run.scanner, run.kind, run.status, run.files) == ("guardrails", ScanKind.IAC, ScanStatus.COMPLETE, 2)
    assert run.results == (
        ScanResult(
            "guardrails",
            "exposure/open",
            Severity.HIGH,
            CodePlace("bad.yaml", 2),
            "Data: it is open",
            kind=ScanKind.IAC,
        ),
    )


def test_resources_of_a_plan_are_told_apart(root: Path, target_of: Targets) -> None:
    (root / "bad.tfplan.json").write_text(PLAN, encoding="utf-8")
    (root / "main.tf").write_text('\nresource "aws_s3_bucket" "b" {}\n', encoding="utf-8")
    run = _scan(target_of())
    assert [each.place for each in run.results] == [
        CodePlace("bad.tfplan.json", function="aws_s3_bucket.a"),
        CodePlace("main.tf", 2),
    ]


def test_what_is_broken_or_open_is_told_and_the_rest_is_judged(root: Path, target_of: Targets) -> None:
    for name in ("bad", "broken", "open"):
        (root / f"{name}.yaml").write_text(TEMPLATE, encoding="utf-8")
    run = _scan(target_of())
    assert (run.status, len(run.results), run.files) == (ScanStatus.PARTIAL, 1, 2)
    assert run.reason == "broken.yaml:3: this is no template; open.yaml: Data: it is not known"


def test_nothing_is_told_where_every_file_is_broken(root: Path, target_of: Targets) -> None:
    (root / "broken.yaml").write_text(TEMPLATE, encoding="utf-8")
    run = _scan(target_of())
    assert (run.status, run.reason, run.results) == (ScanStatus.FAILED, "broken.yaml:3: this is no template", ())


def test_a_folder_without_any_is_skipped(root: Path, target_of: Targets) -> None:
    (root / "main.tf").write_text('resource "aws_s3_bucket" "b" {}\n', encoding="utf-8")
    assert _scan(target_of()).status is ScanStatus.SKIPPED


@pytest.mark.parametrize(
    ("limits", "status"), [({"seconds": 0.0}, ScanStatus.TIMED_OUT), ({"seconds": 600.0}, ScanStatus.COMPLETE)]
)
def test_it_ends_when_its_time_is_up(
    root: Path, target_of: Targets, limits: dict[str, float], status: ScanStatus
) -> None:
    (root / "bad.yaml").write_text(TEMPLATE, encoding="utf-8")
    assert _scan(target_of(**limits)).status is status


def test_what_is_missing_is_said(root: Path, target_of: Targets) -> None:
    (root / "bad.yaml").write_text(TEMPLATE, encoding="utf-8")
    judge = Judge("no schemas are here; install them")
    run = _scan(target_of(), judge)
    assert (run.status, run.reason) == (ScanStatus.MISSING, "no schemas are here; install them")
    assert Guardrails(judge).availability().reason == "no schemas are here; install them"
    assert Guardrails(Judge()).availability().version

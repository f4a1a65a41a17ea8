"""Against a stand-in that writes what gitleaks 8 writes: it is no package of Python's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from setpoint.model.scan import ScanStatus
from setpoint.scan.interface import ScanTarget
from setpoint.scan.secrets.gitleaks import Gitleaks

STAND_IN = r"""
[ "$1" = version ] && { echo 8.30.0; exit; }
source=$2 heeds=yes
while [ $# -gt 0 ]; do
  case $1 in --report-path) report=$2;; --ignore-gitleaks-allow) heeds=no;; esac
  shift
done
one='{"RuleID": "key", "File": "'$source'/a.env", "StartLine": 1, "EndLine": 1, "Secret": "REDACTED"}'
two='{"RuleID": "key", "File": "'$source'/a.env", "StartLine": 2, "EndLine": 2, "Secret": "REDACTED"}'
other='{"RuleID": "key", "File": "'$source'/.git/config", "StartLine": 2, "EndLine": 2, "Secret": "REDACTED"}'
[ $heeds = yes ] && echo "[$one, $other]" > "$report" || echo "[$one, $two, $other]" > "$report"
"""


def test_its_report(root: Path, target_of: Callable[..., ScanTarget], install: Callable[[str, str], Path]) -> None:
    install("gitleaks", STAND_IN)
    (root / "a.env").write_text("key=1\nkey=2  # gitleaks:allow\n", encoding="utf-8")
    run = Gitleaks().scan(target_of(), lambda _line: None)
    assert (run.status, run.reason, run.version) == (ScanStatus.COMPLETE, "", "8.30.0")
    assert [(each.place.file, each.place.line, each.is_suppressed) for each in run.results] == [
        ("a.env", 1, False),
        ("a.env", 2, True),
    ]


def test_no_report_is_no_clean_one(
    root: Path, target_of: Callable[..., ScanTarget], install: Callable[[str, str], Path]
) -> None:
    install("gitleaks", "exit 0")
    (root / "a.env").touch()
    run = Gitleaks().scan(target_of(), lambda _line: None)
    assert (run.status, run.reason) == (ScanStatus.FAILED, "it left no result that can be read (there is no such file)")

"""A tool is measured, and ends in time."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.dast.processes import OUTPUT, last_line, run_bounded


def test_what_it_printed_and_took_is_known(tmp_path: Path) -> None:
    program = "import sys; print('out'); print('first', file=sys.stderr); print('last', file=sys.stderr); sys.exit(3)"
    cost = run_bounded([sys.executable, "-c", program], tmp_path, seconds=60)
    assert (cost.status, (tmp_path / OUTPUT).read_text(), last_line(tmp_path)) == (3, "out\n", "last")
    assert cost.memory > 1
    assert cost.wall >= 0 < cost.cpu


def test_it_is_interrupted_and_answered(tmp_path: Path) -> None:
    program = """trap 'read answer; echo "told $answer" >&2; exit 1' INT; while :; do sleep 0.1; done"""
    cost = run_bounded(["sh", "-c", program], tmp_path, seconds=2, answer="report\n")
    assert (cost.status, last_line(tmp_path)) == (1, "told report")

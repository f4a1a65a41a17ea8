"""What the cases say of the applications is true: attacked under a real server, without any tool."""

from __future__ import annotations

import subprocess
import sys

import pytest
from bench.iast.places import ROOT, is_ready


@pytest.mark.skipif(
    not is_ready(), reason="the bench's own environment is not there: python -m bench.iast.check makes it"
)
def test_every_case_of_one_framework_is_what_it_is_called() -> None:
    command = [sys.executable, "-m", "bench.iast.check", "--framework", "fastapi"]
    check = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert check.returncode == 0, check.stdout + check.stderr

"""Each tokenizer's fuzz target runs for some seconds, and finds nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from setpoint_agent.languages.registry import BY_NAME

pytest.importorskip("atheris")

SECONDS = 5
"""For each; `-max_total_time` of the target itself takes as many as one likes."""


@pytest.mark.parametrize("language", BY_NAME)
def test_the_target_finds_nothing(tmp_path: Path, language: str) -> None:
    target = Path(__file__).with_name("fuzz_languages.py")
    options = (f"-max_total_time={SECONDS}", "-max_len=4096", "-timeout=10", f"-artifact_prefix={tmp_path}/")
    run = subprocess.run(
        [sys.executable, str(target), language, *options], capture_output=True, text=True, timeout=120, check=False
    )
    assert run.returncode == 0, run.stderr[-2_000:]
    assert "Done" in run.stderr

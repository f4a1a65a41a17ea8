"""The fuzz target of the tokenizers runs, and finds nothing in a moment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("atheris")


def test_the_target_finds_nothing(tmp_path: Path) -> None:
    target = Path(__file__).with_name("fuzz_languages.py")
    run = subprocess.run(
        [sys.executable, str(target), "-runs=3000", "-seed=1", f"-artifact_prefix={tmp_path}/"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2_000:]

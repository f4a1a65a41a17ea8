"""Servers that start at the same moment on a new ledger: one of them makes the first token, and only one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from setpoint.store.ledger.opening import open_ledger

START = """
import sys
from pathlib import Path
from setpoint.server.authentication.first_token import first_admin_token
from setpoint.store.ledger.opening import open_ledger

folder = Path(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
ledger = open_ledger(str(folder / "ledger.sqlite"))
print(first_admin_token(ledger.access(folder / "master.key")) or "none")
ledger.close()
"""


def test_of_servers_that_start_at_once_one_makes_the_first_token(tmp_path: Path) -> None:
    command = [sys.executable, "-c", START, str(tmp_path)]
    starts = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    for each in starts:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    for each in starts:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    shown = [each.communicate(timeout=60)[0].strip() for each in starts]
    assert [each.returncode for each in starts] == [0] * 4
    assert sorted(each[:3] for each in shown) == ["non", "non", "non", "sp_"]
    ledger = open_ledger(str(tmp_path / "ledger.sqlite"))
    assert [each.name for each in ledger.access(tmp_path / "master.key").tokens()] == ["first-admin"]
    ledger.close()

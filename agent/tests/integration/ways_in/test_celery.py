"""A celery worker: forked workers of a pool that is not `multiprocessing`'s, and no request anywhere."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.control_plane import ControlPlane
from tests.loaded import SERVICES, Service


@pytest.mark.parametrize("pool", ["prefork", "threads", "gevent"])
def test_a_worker(service: Service, control_plane: ControlPlane, tmp_path: Path, pool: str) -> None:
    (tmp_path / "queue").mkdir()
    service.environment["TASKS_FOLDER"] = str(tmp_path)
    send = "import tasks; tasks.digest.delay('chair')"
    subprocess.run([sys.executable, "-c", send], env=service.environment, cwd=SERVICES, check=True, timeout=60)
    celery = Path(sys.executable).with_name("celery")
    service.run(str(celery), "-A", "tasks", "worker", "-P", pool, "-c", "2", "--without-mingle", "--without-gossip")
    (line,) = service.lines("weak-hash", most_seconds=30)
    assert line["frames"][-1]["function"] == "digest"
    control_plane.wait_for(lambda reports: [each for report in reports for each in report.get("findings", ())])
    assert service.stop() == 0
    assert "setpoint-agent" not in service.output

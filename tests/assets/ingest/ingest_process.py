"""The ingest process on its own; says when it is ready. Its arguments are the configuration and the socket."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path

from setpoint.ingest.process import run_ingest
from setpoint.settings import load_settings

stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())


def tell_ready() -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()


run_ingest(load_settings(Path(sys.argv[1])), Path(sys.argv[2]), stop, tell_ready)

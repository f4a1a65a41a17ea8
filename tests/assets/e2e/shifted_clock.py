"""Put beside the program as `sitecustomize`: `time.time` is ahead by as many seconds as the file CLOCK_AHEAD says."""

import os
import time
from pathlib import Path

_now = time.time
_ahead = Path(os.environ["CLOCK_AHEAD"])


def _shifted() -> float:
    return _now() + float(_ahead.read_text(encoding="utf-8"))


time.time = _shifted

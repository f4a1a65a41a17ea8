"""The outputs of the action, as GitHub reads them (`name=value` lines), out of the reports that the gate wrote.

Called by `action.yml` with the folder of the reports. What is told are words and numbers of Setpoint's own.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path


def outputs(folder: Path) -> Iterator[str]:
    decision = folder / "decision.json"
    if not decision.is_file():
        return  # wrong usage: nothing was decided
    told = json.loads(decision.read_text(encoding="utf-8"))
    yield f"verdict={told.get('verdict', 'could not tell')}"
    for name in ("risk", "threshold"):
        number = told.get(name)
        yield f"{name}={'' if number is None else f'{number:.2f}'}"
    yield f"decision={decision}"
    yield f"sarif={folder / 'setpoint.sarif'}"


if __name__ == "__main__":
    sys.stdout.writelines(f"{each}\n" for each in outputs(Path(sys.argv[1])))

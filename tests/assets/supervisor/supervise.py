"""A supervisor of children that are not Setpoint's: `supervise.py LEDGER BEHAVIOUR…`, one for each duty in turn.

While there is a file `wrong` beside the ledger, what is to be read again is refused with what it says.
"""

import asyncio
import sys
from pathlib import Path

from setpoint.errors import Error, InputError
from setpoint.logs import LogLevel, configure_logs
from setpoint.model.health import Duty
from setpoint.supervisor.runtime import take_run_folder
from setpoint.supervisor.supervisor import Supervisor


def main() -> int:
    ledger, *behaviours = sys.argv[1:]
    configure_logs(LogLevel.WARNING, process="supervisor", scope="default")
    program = [sys.executable, str(Path(__file__).with_name("child.py"))]
    commands = {duty: [*program, behaviour] for duty, behaviour in zip(Duty, behaviours, strict=False)}
    wrong = Path(ledger).with_name("wrong")

    async def check() -> None:
        if wrong.exists():
            raise InputError(wrong.read_text(encoding="utf-8"))

    try:
        with take_run_folder(Path(ledger), "default") as (folder, _sockets):
            asyncio.run(Supervisor(folder, "default", commands, check=check).run())
    except Error as error:
        sys.stderr.write(f"{error.diagnostics()}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())

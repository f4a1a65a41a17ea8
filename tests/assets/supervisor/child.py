"""A process under a supervisor, as small as can be: `child.py BEHAVIOUR --link N`.

A behaviour may also be the path of a file that says which it is now.
"""

import argparse
import signal
import sys
import threading
from pathlib import Path

from setpoint.errors import CouldNotTellError, Error, InputError
from setpoint.model.health import Health
from setpoint.supervisor.link import Link


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("behaviour")
    parser.add_argument("--link", type=int)
    given = parser.parse_args()
    stop = threading.Event()
    if given.behaviour == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    else:
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
    link = Link(given.link)
    told = Path(given.behaviour)
    try:
        return behave(told.read_text(encoding="utf-8") if told.is_file() else given.behaviour, link, stop)
    except Error as error:
        link.gave_up(error)
        return error.exit_code


def behave(behaviour: str, link: Link, stop: threading.Event) -> int:
    if behaviour == "refuses":
        raise InputError("the port 80 is taken", remedy="choose another")
    if behaviour == "cannot tell":
        raise CouldNotTellError("nobody answers")
    link.ready()
    if behaviour == "refuses later":
        raise InputError("what was there is gone")
    if behaviour == "mute":
        stop.wait()
        return 0
    problems = ("it lags",) if behaviour == "lags" else ()
    link.tell_health(lambda: Health({"behind": 7}, problems))
    stop.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())

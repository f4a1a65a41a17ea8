"""setpoint-agent: watches the service it is loaded into, from inside, and stays a quiet guest.

    import setpoint_agent
    setpoint_agent.start()

is one way in; `setpoint-run gunicorn app:app` and `SETPOINT_AGENT=on` need no line of code. This module imports nothing
but what tells whether the agent is wanted: a process in which it is off pays for this file only.
"""

from __future__ import annotations

import os

from setpoint_agent.version import __version__

__all__ = ["__version__", "start", "stop"]

OFF = ("off", "0", "false", "no")
"""What `SETPOINT_AGENT` says to keep the agent out."""


def start() -> None:
    """Begin to watch this process, by the settings of its environment; a second call changes nothing. Never raises.

    `SETPOINT_AGENT=off` has the last word: a service that calls this can be run without the agent.
    """
    if os.environ.get("SETPOINT_AGENT", "").lower() in OFF:
        return
    try:
        from setpoint_agent.agent import start as begin

        begin()
    except Exception as error:  # noqa: BLE001 - whatever is wrong with the agent, the application starts
        import sys

        sys.stderr.write(f"setpoint-agent: not started: {type(error).__name__}: {error}\n")


def stop() -> None:
    """Send what is waiting and watch no longer. Wrappers stay where they are and do nothing. Never raises."""
    import sys

    agent = sys.modules.get("setpoint_agent.agent")
    if agent is not None:
        agent.stop()

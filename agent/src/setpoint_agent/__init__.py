"""setpoint-agent: watches the service it is loaded into, from inside, and stays a quiet guest.

    import setpoint_agent
    setpoint_agent.start()

is one way in; `setpoint-run gunicorn app:app` and `SETPOINT_AGENT=on` need no line of code. This module imports nothing
but what tells whether the agent is wanted: a process in which it is off pays for this file only.
"""

from __future__ import annotations

from setpoint_agent.version import __version__

__all__ = ["__version__", "start", "stop"]


def start() -> None:
    """Begin to watch this process, by the settings of its environment; a second call changes nothing. Never raises."""
    try:
        from setpoint_agent.agent import start as begin

        begin()
    except Exception as error:  # noqa: BLE001 - whatever is wrong with the agent, the application starts
        import sys

        sys.stderr.write(f"setpoint-agent: not started: {type(error).__name__}: {error}\n")


def stop() -> None:
    """Send what is waiting and watch no longer. Wrappers stay where they are and do nothing."""
    from setpoint_agent.agent import stop as end

    end()

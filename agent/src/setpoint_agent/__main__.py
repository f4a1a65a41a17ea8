"""`python -m setpoint_agent COMMAND…` is `setpoint-run COMMAND…`."""

from setpoint_agent.command import main

main()

"""Setpoint's own API, from the other side: what a command reads where it is told a server."""

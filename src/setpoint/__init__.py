"""Setpoint: compares what production should be with what it is, at every heartbeat, and acts on the difference."""

__version__ = "0.1.0"

"""The agent's version, apart from everything else so that building the wheel imports nothing."""

__version__ = "0.1.0"

"""The command line: one module per command, nothing decided here."""

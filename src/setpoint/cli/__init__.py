"""The command line: one module per command, named in `main`; nothing decided here."""

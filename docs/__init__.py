"""The documentation, and what holds it against the program."""

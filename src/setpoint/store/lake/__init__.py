"""The lake: what the journal holds, in columns, for questions in SQL; one DuckDB file that one process owns.

`wiring` has it started by `remote`; `process` opens it there. Read first: `tables`, `batch`, `lake`, `vetting`.
Whatever it holds can be made again from the journal, as far back as that reaches.
"""

"""Everything dangerous that input can reach, a family a module; `patching` puts them in place.

Another call of a family: a `Sink` and a `Patch` in its module. Another family: a module with `PATCHES` (see
`interface`), its name in `agent.FAMILIES`, and its `Kind` in `catalogue` if there is none;
another language: `languages.registry`. Each has a test beside it in `tests/unit/sinks/`, with what is safe and
looks alike.
"""

"""Advisories, as OSV publishes them, and the feeds of what is exploited: read from files, and kept up over HTTP.

`reading` and `sync` are OSV's; `exploited` shows the least that another feed takes: fetch, read, and the state to keep.
`wiring.advisories` names each source.
"""

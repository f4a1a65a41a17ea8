"""Advisories, as OSV publishes them, and the feeds of what is exploited: read from files, and kept up over HTTP."""

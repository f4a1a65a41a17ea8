"""The one door: the HTTP API."""

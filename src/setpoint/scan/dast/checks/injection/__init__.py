"""Input that becomes part of a query, a command or a template on the server."""

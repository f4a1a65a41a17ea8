"""Input that becomes part of a page, a header, a path or a request of the server."""

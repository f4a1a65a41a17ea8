"""The documents of the API: the one place that both the server and the client know."""

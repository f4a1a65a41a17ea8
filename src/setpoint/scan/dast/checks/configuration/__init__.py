"""How the service is set up: transport, headers, cookies, methods, errors, files."""

"""Where requests come in: WSGI, ASGI, and what only a framework knows (route templates, path parameters, the handler)."""

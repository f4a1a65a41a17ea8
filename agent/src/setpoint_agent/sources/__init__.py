"""Where requests come in: WSGI, ASGI, and what only a framework knows (templates, path parameters, handlers)."""

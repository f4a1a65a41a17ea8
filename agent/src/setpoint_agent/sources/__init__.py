"""Where requests come in: WSGI, ASGI, and what only a framework knows (templates, path parameters, handlers).

Another one: a module with `PATCHES` that opens a request (`opening`) and notes its parts (`parts`), its name in
`agent.FAMILIES` and in `SOURCES` of `tests/conftest.py`, and a real server of it in `tests/integration/sources/`.
"""

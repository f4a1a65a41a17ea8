"""The documents of the API: what the server says and takes, made from the model's values and turned back into them.

Each has `of(value)` and `model()`, which are exact inverses, so that a command prints the same from a server as from
its own ledger. `server/api` answers with them; `client` reads them.
"""

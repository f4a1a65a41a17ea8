"""Who calls: holders of the ledger's tokens, and identities that a provider vouches for.

`refusals` are the ways to say no; `authenticator` reads the header and asks either the ledger or `identities`, which
stands on `issuer_keys`, `fetching` and `grants`. Every route asks it, by being one of `api.routes`.
"""

"""The ledger: what Setpoint must not forget, in one SQLite file or in PostgreSQL, behind `store/interface.py`.

`wiring.stores` opens it with `opening.open_ledger`. Read first: `tables`, `database`, `audit`, `leases`, `writer`.

Another table is declared in `tables` (or `inside.tables`, `inventory.tables`) and made by the next file in
`migrations/versions`, whose number is `opening.VERSION`; a test holds the three together.
"""

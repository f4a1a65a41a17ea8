"""The ledger: what Setpoint must not forget, in one SQLite file (PostgreSQL later), behind `store/interface.py`.

`wiring.py` opens it with `opening.open_ledger`. Read first: `tables`, `database`, `audit`, `leases`, `writer`.
"""

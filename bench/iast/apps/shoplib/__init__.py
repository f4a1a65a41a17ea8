"""What the three services of the shop share: its database, its directory, its documents and small helpers."""

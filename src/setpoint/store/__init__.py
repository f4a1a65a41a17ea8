"""What we remember: the ledger."""

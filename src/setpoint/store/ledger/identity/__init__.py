"""Permission use in the ledger."""

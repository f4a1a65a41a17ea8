"""What scanners told of releases, and what releases brought to the gate, in the ledger."""

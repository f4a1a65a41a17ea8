"""What it means: policies, risk, thresholds and the gate. Pure."""

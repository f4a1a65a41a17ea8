"""Makes `src/setpoint/intent/schemas/documented.jsonl` out of AWS's documentation: `python -m bench.mining`."""

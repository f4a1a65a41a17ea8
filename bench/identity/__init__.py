"""Frozen truth about identities: `README.md`; scored by `python -m bench.identity_truth`."""

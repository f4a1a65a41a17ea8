"""The scan's own accounts: what `auth.yaml` says of them, how they log in, and their sessions."""

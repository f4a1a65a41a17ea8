"""What `make_accounts` makes its accounts of."""

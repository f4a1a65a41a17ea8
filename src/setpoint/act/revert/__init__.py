"""Puts drift on AWS back: one module per service, each a table of which property is set by which action."""

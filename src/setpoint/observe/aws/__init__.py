"""Reads AWS: one module per service, one reader per resource type, one observer that runs them all."""

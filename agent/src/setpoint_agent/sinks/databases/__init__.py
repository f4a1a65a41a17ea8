"""Drivers of SQL databases, each with its own way of being watched; `sinks.sql` gathers them."""

"""Reads the application's own source, once for each function: which names feed a call, which checks stand before it.

`examination` asks only after a value was recognised in a sink's argument, so nothing here is on a fast path.
"""

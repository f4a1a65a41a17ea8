"""The process that owns the journal and the lake."""

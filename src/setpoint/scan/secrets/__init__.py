"""Scanners for secrets in files. What they find is never kept, hashed or printed: only its place and its kind."""

"""Services from inside: agents' reports merged into tables, and read again."""

"""Identities: intended, granted and used. Pure."""

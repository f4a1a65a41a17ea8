"""Policies: checked and compiled once, evaluated over exactly what they declare to read, and what follows from them."""

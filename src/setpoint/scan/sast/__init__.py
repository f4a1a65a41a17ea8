"""Scanners of source code."""

"""Scanners of build pipelines."""

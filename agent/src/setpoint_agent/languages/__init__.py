"""Tokenizers of the languages that sinks understand: what does a stretch of text *do* there? Pure, bounded, never raise.

Each module gives `place(text, start, end) -> Placement`; `BY_NAME` in `registry.py` is how sinks name one.
"""

"""Tokenizers of the languages of sinks: what does a stretch of text *do* there? Pure, bounded, they never raise.

Each module gives `place(text, start, end) -> Placement`; `BY_NAME` in `registry.py` is how sinks name one.
"""

"""Recognises values of a request inside a sink's argument, and says where they lie. Pure: knows `request.Value` only.

`find(values, argument)` is what `examination` calls; the rest explains how.
"""

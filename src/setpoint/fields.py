"""Strict reading of a mapping out of a YAML document: every key is asked for, known, of the right type, or refused.

Settings and policy files are read through it, so that a misspelt key gets the same answer everywhere: where it stands
and which key was meant.
"""


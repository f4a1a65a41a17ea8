"""SARIF 2.1.0 (OASIS, *Static Analysis Results Interchange Format*): what is wrong, for code hosts and editors.

`log` writes any list of results; the other modules make results of what Setpoint knows. Knows only the model.
"""

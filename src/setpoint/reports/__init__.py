"""What a pipeline is told of a decision or a scan, in the formats of CI systems.

`content` is what is told, `making` makes it, the others write it; `setpoint.sarif` writes SARIF. Pure; knows only the
model.
"""

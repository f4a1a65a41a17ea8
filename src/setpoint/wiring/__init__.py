"""Puts the parts together as the settings say: the one place that names concrete classes. Called by `cli` and `server`.

A module for each thing that somebody asks for as a whole: `loop` is everything that `setpoint up` repeats, `dast` one
scan of a running service, `permissions` the policy that AWS is to grant. `parts`, `stores`, `judging` and `policies`
are what they share; which may use which is among the contracts of `make lint`.
"""

"""Reads SARIF 2.1.0 (OASIS, *Static Analysis Results Interchange Format*), whichever tool wrote it.

`reading` is the way in. What is wrong in a file is one `InputError`; what a run says that it could not look at is the
run's status, never left out.
"""

"""What package managers leave behind: a file for each ecosystem, and `registry`, which says who reads which file.

Another format: a function from `found.Source` to what is `Found` or a `Problem`, and a line in `registry`.
"""

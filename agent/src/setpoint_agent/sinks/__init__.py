"""Everything dangerous that input can reach, a module for each family; `patching` puts them in place when their library loads."""

"""Everything dangerous that input can reach, a family a module; `patching` puts them in place."""

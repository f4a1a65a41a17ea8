"""Components against advisories: whether a version of a package is affected, and which advisories are one problem."""

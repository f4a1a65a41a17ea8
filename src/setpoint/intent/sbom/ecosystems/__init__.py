"""What package managers leave behind: a file for each ecosystem, and `registry`, which says who reads which file."""

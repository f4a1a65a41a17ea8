"""What the source itself says against a weakness that tools told: read around it, without running anything."""

"""The journal: whatever is ingested stands here first, on the disk, before anybody is told that it was taken."""

"""Reads what AWS CloudTrail recorded: files, folders, a trail's bucket, and queues that tell of new logs."""

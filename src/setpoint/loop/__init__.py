"""In what order: the heartbeat and its work queue."""

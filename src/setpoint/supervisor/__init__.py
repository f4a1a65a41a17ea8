"""Starts the processes, restarts what dies, stops all."""

"""What is running: readers of providers, which say how much they could read."""

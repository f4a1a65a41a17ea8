"""Takes evidence and counts away from the application's threads, and gets them to the control plane and to the file."""
